package org.sparkmlp.data;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rows of one shard: those for training and those for validation, each numbered from 0 in their
 * sorted order.
 */
public final class Shard {
  /** Rows in blocks, found by number. */
  public static final class Rows {
    private final List<PackedBlock> blocks = new ArrayList<>();
    private int count;

    private void add(PackedBlock block) {
      blocks.add(block);
      count += block.rows();
    }

    public int count() {
      return count;
    }

    /**
     * The block that holds a row. All blocks but the last are equally long, which makes this a
     * division.
     */
    public PackedBlock blockOf(int row) {
      return blocks.get(row / blocks.get(0).rows());
    }

    /** The row's place in its block. */
    public int placeOf(int row) {
      return row % blocks.get(0).rows();
    }
  }

  private final int index;
  private final Rows training = new Rows();
  private final Rows validation = new Rows();

  private Shard(int index) {
    this.index = index;
  }

  public int index() {
    return index;
  }

  public Rows training() {
    return training;
  }

  public Rows validation() {
    return validation;
  }

  /** The shards that a sequence of blocks holds, by index; the blocks are kept, not copied. */
  public static List<Shard> of(Iterator<PackedBlock> blocks) {
    Map<Integer, Shard> shards = new TreeMap<>();
    while (blocks.hasNext()) {
      PackedBlock block = blocks.next();
      Shard shard = shards.computeIfAbsent(block.shard(), Shard::new);
      (block.validation() ? shard.validation : shard.training).add(block);
    }
    return List.copyOf(shards.values());
  }
}
