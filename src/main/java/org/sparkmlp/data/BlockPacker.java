package org.sparkmlp.data;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Packs {@link RowKey}s, shard by shard and chunk by chunk, into blocks of one shard, role and
 * chunk each, in the order in which they come.
 */
public final class BlockPacker implements Iterator<PackedBlock> {
  /**
   * No block holds more numbers than this (unless it holds a single row), however large blockSize
   * is: the garbage collector G1 would set aside whole regions, of 1 MB at least, for an array
   * larger than half of one, so that less fits into the heap than Spark believes. Four arrays of
   * this size fill a region.
   */
  private static final int MAX_FLOATS = 65_000;

  private final Iterator<byte[]> rows;
  private final int width;
  private final int blockSize;
  private final Open training = new Open(false);
  private final Open validation = new Open(true);
  private final Deque<PackedBlock> ready = new ArrayDeque<>();

  /**
   * @param rows the rows of one chunk after those of another; training and validation rows may
   *     alternate
   * @param width targets of a row
   * @param blockSize most rows of a block, &gt; 0
   */
  public BlockPacker(Iterator<byte[]> rows, int width, int blockSize) {
    this.rows = rows;
    this.width = width;
    this.blockSize = blockSize;
  }

  @Override
  public boolean hasNext() {
    while (ready.isEmpty() && rows.hasNext()) {
      byte[] row = rows.next();
      (RowKey.validation(row) ? validation : training).add(row);
    }
    if (ready.isEmpty()) {
      training.flush();
      validation.flush();
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

  /** The block of one role that is being filled. */
  private final class Open {
    private final boolean role;
    private int shard;
    private int chunk;
    private int columns;
    private int count;
    private float[] features = new float[0];
    private float[] targets = new float[0];
    private float[] weights = new float[0];

    Open(boolean role) {
      this.role = role;
    }

    void add(byte[] row) {
      if (count == weights.length || shard != RowKey.shard(row) || chunk != RowKey.chunk(row)) {
        flush();
        begin(row);
      }
      RowKey.features(row, width, features, count * columns);
      RowKey.targets(row, width, targets, count * width);
      weights[count] = RowKey.weight(row, width);
      count++;
    }

    private void begin(byte[] row) {
      shard = RowKey.shard(row);
      chunk = RowKey.chunk(row);
      columns = RowKey.columns(row, width);
      int widest = Math.max(width, Math.max(1, columns));
      int capacity = Math.max(1, Math.min(blockSize, MAX_FLOATS / widest));
      features = new float[capacity * columns];
      targets = new float[capacity * width];
      weights = new float[capacity];
    }

    void flush() {
      if (count > 0) {
        boolean full = count == weights.length;
        ready.add(
            new PackedBlock(
                shard,
                role,
                chunk,
                columns,
                full ? features : Arrays.copyOf(features, count * columns),
                full ? targets : Arrays.copyOf(targets, count * width),
                full ? weights : Arrays.copyOf(weights, count)));
      }
      count = 0;
      weights = new float[0];
    }
  }
}
