package org.sparkmlp.data;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rows of one shard: those for training and those for validation, each numbered from 0, chunk
 * after chunk. Only the chunks at hand, one of each role, are kept in memory. For one thread at a
 * time.
 */
public final class Shard {
  /** Where a shard's blocks are. */
  public interface Source {
    /** All blocks, those of a chunk in the order of its rows. */
    Iterator<PackedBlock> all();

    /** Blocks among which are all those of a chunk. */
    Iterator<PackedBlock> around(boolean validation, int chunk);
  }

  /** Rows of one role, found by number. Cheap when the numbers stay within a chunk. */
  public static final class Rows {
    private final Source source;
    private final int shard;
    private final boolean validation;
    private final int[] starts;

    /** The chunk at hand: the number of its first row, how many it has, and its blocks. */
    private int first;

    private int count;
    private List<PackedBlock> blocks = List.of();

    private Rows(Source source, int shard, boolean validation, int[] rowsOfChunks) {
      this.source = source;
      this.shard = shard;
      this.validation = validation;
      this.starts = new int[rowsOfChunks.length + 1];
      for (int c = 0; c < rowsOfChunks.length; c++) {
        starts[c + 1] = starts[c] + rowsOfChunks[c]; // the driver refuses too many
      }
    }

    public int count() {
      return starts[starts.length - 1];
    }

    /** Number of the first row of each chunk, then {@link #count}; not to be changed. */
    public int[] starts() {
      return starts;
    }

    /**
     * The block that holds a row. All blocks of a chunk but the last are equally long, which makes
     * this a division.
     */
    public PackedBlock blockOf(int row) {
      seek(row);
      return blocks.get((row - first) / blocks.get(0).rows());
    }

    /** The row's place in its block. */
    public int placeOf(int row) {
      seek(row);
      return (row - first) % blocks.get(0).rows();
    }

    private void seek(int row) {
      if (row < first || row >= first + count) {
        int chunk = 0;
        while (row >= starts[chunk + 1]) {
          chunk++;
        }
        load(chunk);
      }
    }

    private void load(int chunk) {
      blocks = List.of(); // room for the next before it is read
      count = 0;
      List<PackedBlock> loaded = new ArrayList<>();
      int found = 0;
      for (Iterator<PackedBlock> all = source.around(validation, chunk); all.hasNext(); ) {
        PackedBlock block = all.next();
        if (block.chunk() == chunk && block.validation() == validation) {
          loaded.add(block);
          found += block.rows();
        }
      }
      int expected = starts[chunk + 1] - starts[chunk];
      if (found != expected) {
        throw new IllegalStateException(
            String.format(
                "chunk %d of shard %d had %d rows, but has %d now that it was computed again: the DataFrame doesn't give"
                    + " the same rows every time (rand() without a seed, changing files); write it to a file, or"
                    + " checkpoint it, before training",
                chunk, shard, expected, found));
      }
      blocks = loaded;
      first = starts[chunk];
      count = expected;
    }
  }

  private final ShardSize size;
  private final Rows training;
  private final Rows validation;

  /**
   * @param size as counted from the source's blocks
   */
  public Shard(ShardSize size, Source source) {
    this.size = size;
    this.training = new Rows(source, size.shard(), false, size.training());
    this.validation = new Rows(source, size.shard(), true, size.validation());
  }

  public int index() {
    return size.shard();
  }

  public ShardSize size() {
    return size;
  }

  public Rows training() {
    return training;
  }

  public Rows validation() {
    return validation;
  }

  /** The shards that a sequence of blocks holds, by index; the blocks are kept, not copied. */
  public static List<Shard> of(Iterator<PackedBlock> blocks) {
    Map<Integer, List<PackedBlock>> shards = new TreeMap<>();
    while (blocks.hasNext()) {
      PackedBlock block = blocks.next();
      shards.computeIfAbsent(block.shard(), s -> new ArrayList<>()).add(block);
    }
    return shards.entrySet().stream()
        .map(e -> new Shard(ShardSize.of(e.getKey(), e.getValue().iterator()), in(e.getValue())))
        .toList();
  }

  private static Source in(List<PackedBlock> memory) {
    return new Source() {
      @Override
      public Iterator<PackedBlock> all() {
        return memory.iterator();
      }

      @Override
      public Iterator<PackedBlock> around(boolean validation, int chunk) {
        return memory.iterator();
      }
    };
  }
}
