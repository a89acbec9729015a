package org.sparkmlp.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
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
  private static final int MAX_NUMBERS = 65_000;

  private final Iterator<byte[]> rows;
  private final int blockSize;
  private final Open training = new Open();
  private final Open validation = new Open();
  private final Deque<PackedBlock> ready = new ArrayDeque<>();

  /**
   * @param rows the rows of one chunk after those of another; training and validation rows may
   *     alternate
   * @param blockSize most rows of a block, &gt; 0
   */
  public BlockPacker(Iterator<byte[]> rows, int blockSize) {
    this.rows = rows;
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

  /** The rows of one role that will be the next block. */
  private final class Open {
    private final List<byte[]> keys = new ArrayList<>();
    private long numbers;

    void add(byte[] row) {
      long more = RowKey.sparse(row) ? 2L * RowKey.count(row) + 2 : RowKey.columns(row);
      if (!keys.isEmpty() && (isFull(more) || !belongs(row))) {
        flush();
      }
      keys.add(row);
      numbers += more;
    }

    private boolean isFull(long more) {
      return keys.size() == blockSize || numbers + more > MAX_NUMBERS;
    }

    private boolean belongs(byte[] row) {
      byte[] first = keys.get(0);
      return RowKey.shard(row) == RowKey.shard(first) && RowKey.chunk(row) == RowKey.chunk(first);
    }

    void flush() {
      if (!keys.isEmpty()) {
        ready.add(PackedBlock.of(keys));
      }
      keys.clear();
      numbers = 0;
    }
  }
}
