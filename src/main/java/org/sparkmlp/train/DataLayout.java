package org.sparkmlp.train;

import java.util.Arrays;
import org.sparkmlp.util.Check;

/** Sizes of the packed data, known to the driver. */
public final class DataLayout {
  private final int columns;
  private final int[] trainingRows;
  private final long validationRows;

  /**
   * @param columns features of a row
   * @param trainingRows of each shard
   * @param validationRows of all shards
   */
  public DataLayout(int columns, int[] trainingRows, long validationRows) {
    Check.that(trainingRows.length > 0, "there must be at least one shard");
    this.columns = columns;
    this.trainingRows = trainingRows.clone();
    this.validationRows = validationRows;
  }

  public int columns() {
    return columns;
  }

  public int numShards() {
    return trainingRows.length;
  }

  /** Training rows of all shards. */
  public long rows() {
    return Arrays.stream(trainingRows).asLongStream().sum();
  }

  /** Training rows of the largest shard. */
  public int largestShard() {
    return Arrays.stream(trainingRows).max().getAsInt();
  }

  public long validationRows() {
    return validationRows;
  }
}
