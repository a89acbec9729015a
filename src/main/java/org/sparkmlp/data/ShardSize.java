package org.sparkmlp.data;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;

/** How many rows each chunk of a shard has. */
public final class ShardSize implements Serializable {
  private static final long serialVersionUID = 1;

  private final int shard;
  private int[] training = new int[0];
  private int[] validation = new int[0];
  private long bytes;

  private ShardSize(int shard) {
    this.shard = shard;
  }

  /** Counts the rows of a shard's blocks. */
  public static ShardSize of(int shard, Iterator<PackedBlock> blocks) {
    ShardSize size = new ShardSize(shard);
    while (blocks.hasNext()) {
      size.add(blocks.next());
    }
    return size;
  }

  private void add(PackedBlock block) {
    if (block.validation()) {
      validation = add(validation, block);
    } else {
      training = add(training, block);
    }
    bytes += block.bytes();
  }

  private static int[] add(int[] rows, PackedBlock block) {
    int[] enough = rows.length > block.chunk() ? rows : Arrays.copyOf(rows, block.chunk() + 1);
    enough[block.chunk()] += block.rows();
    return enough;
  }

  public int shard() {
    return shard;
  }

  /** Training rows of each chunk. */
  int[] training() {
    return training;
  }

  /** Validation rows of each chunk. */
  int[] validation() {
    return validation;
  }

  public long trainingRows() {
    return Arrays.stream(training).asLongStream().sum();
  }

  public long validationRows() {
    return Arrays.stream(validation).asLongStream().sum();
  }

  /** Size of the packed rows. */
  public long bytes() {
    return bytes;
  }
}
