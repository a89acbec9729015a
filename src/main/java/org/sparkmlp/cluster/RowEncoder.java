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
  private final ShardedRows.Packing packing;
  private final Sharding sharding;
  private final FeatureRow features;
  private byte[] next;

  RowEncoder(
      Iterator<InternalRow> rows, Columns columns, ShardedRows.Packing packing, Sharding sharding) {
    this.rows = rows;
    this.columns = columns;
    this.packing = packing;
    this.sharding = sharding;
    this.features = packing.row();
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
      if (problem(columns, row, packing.numClasses(), features) != null) {
        return null;
      }
      double weight = row.getDouble(Columns.WEIGHT);
      if (weight > 0) {
        float label = (float) row.getDouble(Columns.LABEL);
        boolean validation = Columns.isValidation(row, packing.holdout());
        if (!validation && !packing.classWeights().isEmpty()) {
          weight *= packing.classWeights().get((int) label);
        }
        return RowKey.encode(features, label, (float) weight, validation, sharding);
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
  static String problem(Columns columns, InternalRow row, int numClasses, FeatureRow features) {
    String problem = RowProblem.of(columns, row, numClasses);
    return problem != null || row.getDouble(Columns.WEIGHT) == 0
        ? problem
        : FeatureReader.read(columns.features(), row, Columns.FEATURES, features);
  }
}
