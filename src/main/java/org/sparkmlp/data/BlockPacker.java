package org.sparkmlp.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Packs {@link RowKey}s, shard by shard, into blocks of one shard and one role each, in the order
 * in which they come.
 */
public final class BlockPacker implements Iterator<PackedBlock> {
  /** No block holds more numbers than this (1 GiB of floats), however large blockSize is. */
  private static final long MAX_FLOATS = 1L << 28;

  private final Iterator<byte[]> rows;
  private final int blockSize;
  private final List<byte[]> training = new ArrayList<>();
  private final List<byte[]> validation = new ArrayList<>();
  private final Deque<PackedBlock> ready = new ArrayDeque<>();
  private int shard = -1;

  /**
   * @param rows the rows of one shard after those of another
   * @param blockSize most rows of a block, &gt; 0
   */
  public BlockPacker(Iterator<byte[]> rows, int blockSize) {
    this.rows = rows;
    this.blockSize = blockSize;
  }

  @Override
  public boolean hasNext() {
    while (ready.isEmpty() && rows.hasNext()) {
      add(rows.next());
    }
    if (ready.isEmpty()) {
      flush(training);
      flush(validation);
    }
    return !ready.isEmpty();
  }

  @Override
  public PackedBlock next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return ready.remove();
  }

  private void add(byte[] row) {
    if (RowKey.shard(row) != shard) {
      flush(training);
      flush(validation);
      shard = RowKey.shard(row);
    }
    List<byte[]> open = RowKey.validation(row) ? validation : training;
    open.add(row);
    if (open.size()
        >= Math.max(1, Math.min(blockSize, MAX_FLOATS / Math.max(1, RowKey.columns(row))))) {
      flush(open);
    }
  }

  private void flush(List<byte[]> open) {
    if (!open.isEmpty()) {
      ready.add(pack(open));
      open.clear();
    }
  }

  private static PackedBlock pack(List<byte[]> rows) {
    byte[] first = rows.get(0);
    int n = rows.size();
    int columns = RowKey.columns(first);
    float[] features = new float[n * columns];
    float[] targets = new float[n];
    float[] weights = new float[n];
    for (int i = 0; i < n; i++) {
      byte[] row = rows.get(i);
      RowKey.features(row, features, i * columns);
      targets[i] = RowKey.target(row);
      weights[i] = RowKey.weight(row);
    }
    return new PackedBlock(
        RowKey.shard(first), RowKey.validation(first), columns, features, targets, weights);
  }
}
