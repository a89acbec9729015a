package org.sparkmlp.train;

import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.data.Shard;

/**
 * A hash of the packed rows: the sum, modulo 2^64, of a hash of each row with its shard, its role
 * and its number in the shard. In shards by hash a row's place depends on the rows alone, so the
 * order in which they came doesn't matter; in shards by partition the order does matter, to the
 * weights too.
 */
record Fingerprint() implements Program<Integer, Fingerprint.Sum> {
  private static final long PRIME = 0x9E3779B185EBCA87L; // odd, of xxHash

  /** The hash of all shards of {@code objective}; one round. */
  static long of(Objective objective) {
    return objective.round(new Fingerprint(), 0).value;
  }

  static final class Sum implements Mergeable<Sum> {
    private static final long serialVersionUID = 1;

    private long value;

    @Override
    public Sum merge(Sum other) {
      value += other.value;
      return this;
    }

    @Override
    public Sum mergeInTask(Sum other) {
      return merge(other);
    }
  }

  @Override
  public Sum empty() {
    return new Sum();
  }

  @Override
  public Sum run(Integer unused, Shard shard, Workspaces workspaces) {
    Sum sum = new Sum();
    sum.value =
        of(shard.training(), 2L * shard.index()) + of(shard.validation(), 2L * shard.index() + 1);
    return sum;
  }

  private static long of(Shard.Rows rows, long part) {
    long sum = 0;
    for (int i = 0; i < rows.count(); i++) {
      PackedBlock block = rows.blockOf(i);
      int row = rows.placeOf(i);
      long hash = add(add(part << 32 | i, block.targets()[row]), block.weights()[row]);
      int start = block.start(row);
      int count = block.count(row);
      for (int k = 0; k < count; k++) {
        hash = add(hash, block.features()[start + k]);
      }
      for (int k = 0; k < count && block.sparse(row); k++) {
        hash = add(hash, block.indices()[block.indexStart(row) + k]);
      }
      sum += mix(hash);
    }
    return sum;
  }

  private static long add(long hash, float value) {
    return add(hash, Float.floatToRawIntBits(value));
  }

  private static long add(long hash, int bits) {
    return Long.rotateLeft(hash ^ bits, 27) * PRIME;
  }

  /** The finalizer of MurmurHash3: every bit in changes half of the bits out. */
  private static long mix(long hash) {
    long h = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return h ^ (h >>> 33);
  }
}
