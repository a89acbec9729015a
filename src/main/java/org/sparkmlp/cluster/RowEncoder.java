package org.sparkmlp.cluster;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.sql.Row;
import org.apache.spark.util.CollectionAccumulator;
import org.sparkmlp.data.RowKey;

/**
 * Turns the rows of one partition into {@link RowKey}s. Rows of weight 0 are dropped. At the first
 * bad row it notes the problem and ends: to throw in a task would make Spark retry it and bury the
 * sentence in a stack trace.
 */
final class RowEncoder implements Iterator<byte[]> {
  private final Iterator<Row> rows;
  private final Columns columns;
  private final int numFeatures;
  private final int numShards;
  private final int numClasses;
  private final CollectionAccumulator<String> problems;
  private final float[] features;
  private byte[] next;

  RowEncoder(
      Iterator<Row> rows,
      Columns columns,
      int numFeatures,
      int numShards,
      int numClasses,
      CollectionAccumulator<String> problems) {
    this.rows = rows;
    this.columns = columns;
    this.numFeatures = numFeatures;
    this.numShards = numShards;
    this.numClasses = numClasses;
    this.problems = problems;
    this.features = new float[numFeatures];
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
      Row row = rows.next();
      String problem = problem(row);
      if (problem != null) {
        problems.add(problem);
        return null;
      }
      float weight = (float) row.getDouble(Columns.WEIGHT);
      if (weight > 0) {
        float label = (float) row.getDouble(Columns.LABEL);
        boolean validation = row.getBoolean(Columns.VALIDATION);
        return RowKey.encode(features, numFeatures, label, weight, validation, numShards);
      }
    }
    return null;
  }

  /** Checks a row and reads its features. */
  private String problem(Row row) {
    String problem = RowProblem.of(columns, row, numClasses);
    return problem != null
        ? problem
        : FeatureReader.read(columns.features(), row.getAs(Columns.FEATURES), features);
  }
}
