package org.sparkmlp.data;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Consecutive rows of one chunk of a shard, packed: the features of one row after the other, one
 * target and one weight a row. A row is dense, with all its numbers, or sparse, with those other
 * than 0 and their places (CSR, compressed sparse rows); a block may have rows of both forms.
 *
 * <p>A plain class, since neither Kryo (records) nor Java serialization of many small objects would
 * do.
 */
public final class PackedBlock implements Serializable {
  private static final long serialVersionUID = 2;

  private final int shard;
  private final boolean validation;
  private final int chunk;
  private final int columns;
  private final float[] features;

  /** Where each row begins in features, then their number; null if all rows are dense. */
  private int[] starts;

  /** Where the numbers of sparse rows are; null if all rows are dense. */
  private int[] indices;

  /** Where each row begins in indices; a dense row has none there. */
  private int[] indexStarts;

  private final float[] targets;
  private final float[] weights;

  /**
   * Dense rows. Takes the arrays over, without a copy; their lengths are rows * columns, rows and
   * rows.
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

  /** Packs {@link RowKey}s of one shard, role and chunk, at least one. */
  static PackedBlock of(List<byte[]> keys) {
    int rows = keys.size();
    int[] starts = new int[rows + 1];
    int[] indexStarts = new int[rows + 1];
    boolean sparse = false;
    for (int i = 0; i < rows; i++) {
      byte[] key = keys.get(i);
      int count = RowKey.count(key);
      starts[i + 1] = starts[i] + count;
      indexStarts[i + 1] = indexStarts[i] + (RowKey.sparse(key) ? count : 0);
      sparse |= RowKey.sparse(key);
    }
    byte[] first = keys.get(0);
    PackedBlock block =
        new PackedBlock(
            RowKey.shard(first),
            RowKey.validation(first),
            RowKey.chunk(first),
            RowKey.columns(first),
            new float[starts[rows]],
            new float[rows],
            new float[rows]);
    if (sparse) {
      block.starts = starts;
      block.indexStarts = indexStarts;
      block.indices = new int[indexStarts[rows]];
    }
    for (int i = 0; i < rows; i++) {
      byte[] key = keys.get(i);
      RowKey.values(key, block.features, starts[i]);
      if (RowKey.sparse(key)) {
        RowKey.indices(key, block.indices, indexStarts[i]);
      }
      block.targets[i] = RowKey.target(key);
      block.weights[i] = RowKey.weight(key);
    }
    return block;
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
    return targets.length;
  }

  public int columns() {
    return columns;
  }

  /** The stored numbers of one row after the other; owned by the block, not to be changed. */
  public float[] features() {
    return features;
  }

  /** Where a row begins in {@link #features}. */
  public int start(int row) {
    return starts == null ? row * columns : starts[row];
  }

  /** Whether a row is sparse: fewer numbers of it are stored than there are columns. */
  public boolean sparse(int row) {
    return starts != null && count(row) < columns;
  }

  /** Numbers of a row that are stored. */
  public int count(int row) {
    return starts == null ? columns : starts[row + 1] - starts[row];
  }

  /** Places of the numbers of one sparse row after the other; owned by the block. */
  public int[] indices() {
    return indices;
  }

  /** Where a sparse row begins in {@link #indices}. */
  public int indexStart(int row) {
    return indexStarts[row];
  }

  /** Writes all features of a row to {@code into} from {@code offset} on, zeros too. */
  public void copyRow(int row, double[] into, int offset) {
    int from = start(row);
    if (!sparse(row)) {
      for (int j = 0; j < columns; j++) {
        into[offset + j] = features[from + j];
      }
      return;
    }
    Arrays.fill(into, offset, offset + columns, 0);
    for (int k = 0; k < count(row); k++) {
      into[offset + indices[indexStart(row) + k]] = features[from + k];
    }
  }

  /** Class index or value of each row; owned by the block. */
  public float[] targets() {
    return targets;
  }

  /** Weight of each row, &gt; 0; owned by the block. */
  public float[] weights() {
    return weights;
  }

  /** Bytes of its numbers. */
  public long bytes() {
    long ints = starts == null ? 0 : starts.length + indexStarts.length + indices.length;
    return 4L * (features.length + targets.length + weights.length + ints);
  }
}
