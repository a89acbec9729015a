package org.sparkmlp.cluster;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.sparkmlp.data.FeatureRow;
import org.sparkmlp.data.RowKey;
import org.sparkmlp.data.Sharding;

/**
 * Turns the rows of one partition into {@link RowKey}s. Rows of weight 0 are dropped. At the first
 * bad row it ends: to throw in a task would make Spark retry it and bury the sentence in a stack
 * trace. Whoever packs sees that rows are missing, and asks {@link #firstProblem} why.
 */
final class RowEncoder implements Iterator<byte[]> {
  private final Iterator<InternalRow> rows;
  private final Columns columns;
  private final Sharding sharding;
  private final int numClasses;
  private final FeatureRow features;
  private byte[] next;

  /**
   * @param features room for a row, which says how many features there are and how they are
   *     standardized
   */
  RowEncoder(
      Iterator<InternalRow> rows,
      Columns columns,
      Sharding sharding,
      int numClasses,
      FeatureRow features) {
    this.rows = rows;
    this.columns = columns;
    this.sharding = sharding;
    this.numClasses = numClasses;
    this.features = features;
    this.next = advance();
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public byte[] next() {
    if (next == null) {
      throw new NoSuchElementException();
    }
    byte[] result = next;
    next = advance();
    return result;
  }

  private byte[] advance() {
    while (rows.hasNext()) {
      InternalRow row = rows.next();
      if (problem(columns, row, numClasses, features) != null) {
        return null;
      }
      float weight = (float) row.getDouble(Columns.WEIGHT);
      if (weight > 0) {
        float label = (float) row.getDouble(Columns.LABEL);
        boolean validation = row.getBoolean(Columns.VALIDATION);
        return RowKey.encode(features, label, weight, validation, sharding);
      }
    }
    return null;
  }

  /** What is wrong with the first bad row of some; empty if all are good. */
  static Iterator<String> firstProblem(
      Iterator<InternalRow> rows, Columns columns, int numClasses, FeatureRow features) {
    while (rows.hasNext()) {
      String problem = problem(columns, rows.next(), numClasses, features);
      if (problem != null) {
        return List.of(problem).iterator();
      }
    }
    return Collections.emptyIterator();
  }

  /** Checks a row and reads its features, which don't matter in a row of weight 0. */
  private static String problem(
      Columns columns, InternalRow row, int numClasses, FeatureRow features) {
    String problem = RowProblem.of(columns, row, numClasses);
    return problem != null || row.getDouble(Columns.WEIGHT) == 0
        ? problem
        : FeatureReader.read(columns.features(), row, Columns.FEATURES, features);
  }
}
