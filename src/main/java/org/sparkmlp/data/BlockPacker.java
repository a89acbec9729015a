package org.sparkmlp.data;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** Packs sorted {@link RowKey}s into blocks of one shard and one role each, one block at a time. */
public final class BlockPacker implements Iterator<PackedBlock> {
  /** No block holds more numbers than this (1 GiB of floats), however large blockSize is. */
  private static final long MAX_FLOATS = 1L << 28;

  private final Iterator<byte[]> sorted;
  private final int blockSize;
  private byte[] next;

  /**
   * @param sorted rows in the order of {@link RowKey#compare}
   * @param blockSize most rows of a block, &gt; 0
   */
  public BlockPacker(Iterator<byte[]> sorted, int blockSize) {
    this.sorted = sorted;
    this.blockSize = blockSize;
    this.next = sorted.hasNext() ? sorted.next() : null;
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public PackedBlock next() {
    if (next == null) {
      throw new NoSuchElementException();
    }
    byte[] first = next;
    int columns = RowKey.columns(first);
    long limit = Math.max(1, Math.min(blockSize, MAX_FLOATS / Math.max(1, columns)));
    List<byte[]> rows = new ArrayList<>();
    while (next != null
        && rows.size() < limit
        && RowKey.shard(next) == RowKey.shard(first)
        && RowKey.validation(next) == RowKey.validation(first)) {
      rows.add(next);
      next = sorted.hasNext() ? sorted.next() : null;
    }
    return pack(rows, columns);
  }

  private static PackedBlock pack(List<byte[]> rows, int columns) {
    int n = rows.size();
    float[] features = new float[n * columns];
    float[] targets = new float[n];
    float[] weights = new float[n];
    for (int i = 0; i < n; i++) {
      byte[] row = rows.get(i);
      RowKey.features(row, features, i * columns);
      targets[i] = RowKey.target(row);
      weights[i] = RowKey.weight(row);
    }
    byte[] first = rows.get(0);
    return new PackedBlock(
        RowKey.shard(first), RowKey.validation(first), columns, features, targets, weights);
  }
}
