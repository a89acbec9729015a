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
  private final TargetReader reader;
  private final FeatureRow features;
  private final float[] targets;
  private byte[] next;

  RowEncoder(
      Iterator<InternalRow> rows, Columns columns, ShardedRows.Packing packing, Sharding sharding) {
    this.rows = rows;
    this.columns = columns;
    this.packing = packing;
    this.sharding = sharding;
    this.reader = new TargetReader(columns, packing.targets());
    this.features = packing.row();
    this.targets = new float[packing.targets().width()];
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
      if (problem(columns, row, reader, features, targets) != null) {
        return null;
      }
      double weight = row.getDouble(Columns.WEIGHT);
      if (weight > 0) {
        boolean validation = Columns.isValidation(row, packing.holdout());
        if (!validation && !packing.classWeights().isEmpty()) {
          weight *= packing.classWeights().get((int) targets[0]);
        }
        return RowKey.encode(features, targets, (float) weight, validation, sharding);
      }
    }
    return null;
  }

  /** What is wrong with the first bad row of some; empty if all are good. */
  static Iterator<String> firstProblem(
      Iterator<InternalRow> rows, Columns columns, Targets targets, FeatureRow features) {
    TargetReader reader = new TargetReader(columns, targets);
    float[] values = new float[targets.width()];
    while (rows.hasNext()) {
      String problem = problem(columns, rows.next(), reader, features, values);
      if (problem != null) {
        return List.of(problem).iterator();
      }
    }
    return Collections.emptyIterator();
  }

  /** Checks a row and reads its features and targets, which don't matter in a row of weight 0. */
  private static String problem(
      Columns columns, InternalRow row, TargetReader reader, FeatureRow features, float[] targets) {
    String problem = problem(columns, row, reader, features);
    return problem != null || row.getDouble(Columns.WEIGHT) == 0 ? problem : reader.write(targets);
  }

  /** Likewise, but leaves the label with its reader. */
  static String problem(
      Columns columns, InternalRow row, TargetReader reader, FeatureRow features) {
    String problem = RowProblem.of(columns, row, reader);
    return problem != null || row.getDouble(Columns.WEIGHT) == 0
        ? problem
        : FeatureReader.read(columns.features(), row, Columns.FEATURES, features);
  }
}
