package org.sparkmlp.data;

import java.io.Serializable;

/**
 * Consecutive rows of one chunk of a shard, packed: features rows x columns and targets rows x
 * width, both row-major, and one weight a row.
 *
 * <p>A plain class, since neither Kryo (records) nor Java serialization of many small objects would
 * do.
 */
public final class PackedBlock implements Serializable {
  private static final long serialVersionUID = 1;

  private final int shard;
  private final boolean validation;
  private final int chunk;
  private final int columns;
  private final float[] features;
  private final float[] targets;
  private final float[] weights;

  /**
   * Takes the arrays over, without a copy; their lengths are rows * columns, rows * width and rows.
   */
  public PackedBlock(
      int shard,
      boolean validation,
      int chunk,
      int columns,
      float[] features,
      float[] targets,
      float[] weights) {
    this.shard = shard;
    this.validation = validation;
    this.chunk = chunk;
    this.columns = columns;
    this.features = features;
    this.targets = targets;
    this.weights = weights;
  }

  /** The shard that the rows belong to. */
  public int shard() {
    return shard;
  }

  /** Whether the rows are for validation, so that training must not see them. */
  public boolean validation() {
    return validation;
  }

  /** The chunk, of those of its shard and role. */
  public int chunk() {
    return chunk;
  }

  public int rows() {
    return weights.length;
  }

  public int columns() {
    return columns;
  }

  /** Row-major; owned by the block, not to be changed. */
  public float[] features() {
    return features;
  }

  /** Class index, or values, of each row; row-major, owned by the block. */
  public float[] targets() {
    return targets;
  }

  /** Targets of a row: 1 for a class index. */
  public int width() {
    return targets.length / weights.length;
  }

  /** Weight of each row, &gt; 0; owned by the block. */
  public float[] weights() {
    return weights;
  }

  /** Bytes of its numbers. */
  public long bytes() {
    return 4L * (features.length + targets.length + weights.length);
  }
}
