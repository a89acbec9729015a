package org.sparkmlp.data;

import java.util.ArrayList;
import java.util.Arrays;
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

    /** Where each block begins in the chunk, then the chunk's rows. */
    private int[] begins = {0};

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

    /** The block that holds a row. */
    public PackedBlock blockOf(int row) {
      int block = block(row); // which may read another chunk
      return blocks.get(block);
    }

    /** The row's place in its block. */
    public int placeOf(int row) {
      int block = block(row);
      return row - first - begins[block];
    }

    /**
     * A division, where all blocks of the chunk but the last are equally long, as blocks of dense
     * rows are.
     */
    private int block(int row) {
      seek(row);
      int at = row - first;
      int guess = at / blocks.get(0).rows();
      if (guess < blocks.size() && begins[guess] <= at && at < begins[guess + 1]) {
        return guess;
      }
      int found = Arrays.binarySearch(begins, 0, blocks.size(), at);
      return found >= 0 ? found : -found - 2;
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
      begins = new int[loaded.size() + 1];
      for (int b = 0; b < loaded.size(); b++) {
        begins[b + 1] = begins[b] + loaded.get(b).rows();
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
