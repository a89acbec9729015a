package org.sparkmlp.train;

import org.sparkmlp.util.CounterRandom;

/**
 * The order in which a shard's rows are visited in one epoch: a permutation that is a function of
 * (seed, epoch, shard) and of the numbers of rows in the shard's chunks.
 *
 * <p>Rows are shuffled within chunks, and the chunks among each other, so that a shard that doesn't
 * fit into memory can be read chunk by chunk. (A chunk is a range of hashes, so it is a random
 * sample.)
 */
final class EpochOrder {
  private static final int PURPOSE = 2;

  private long seed;
  private int epoch;
  private int shard;

  /** Number of the first row of each chunk, then of all rows. */
  private int[] starts = {0};

  /** Chunks in the order in which they are visited. */
  private int[] chunks = new int[0];

  /** Places of the rows within the chunk at hand, and which visited chunk that is. */
  private int[] places = new int[0];

  private int current;
  private int currentStart;
  private int currentLength;

  /**
   * Prepares for an epoch of a shard.
   *
   * @param chunkStarts number of the first row of each chunk, then of all rows; kept
   */
  void start(long newSeed, int newEpoch, int newShard, int[] chunkStarts) {
    seed = newSeed;
    epoch = newEpoch;
    shard = newShard;
    starts = chunkStarts;
    int key = CounterRandom.hash(seed, PURPOSE, epoch, shard, 0);
    chunks = permutation(chunks, starts.length - 1, key);
    rewind();
  }

  private void rewind() {
    current = -1;
    currentStart = 0;
    currentLength = 0;
  }

  /** The row visited at {@code position}, from 0 to rows - 1. Cheap when positions rise. */
  int row(int position) {
    if (position < currentStart) {
      rewind();
    }
    while (position >= currentStart + currentLength) {
      current++;
      currentStart += currentLength;
      int chunk = chunks[current];
      currentLength = starts[chunk + 1] - starts[chunk];
      if (position < currentStart + currentLength) {
        int key = CounterRandom.hash(seed, PURPOSE, epoch, shard, 1 + chunk);
        places = permutation(places, currentLength, key);
      }
    }
    return starts[chunks[current]] + places[position - currentStart];
  }

  /** A permutation of 0 .. n-1 (Fisher and Yates), in {@code into} if that is long enough. */
  private static int[] permutation(int[] into, int n, int key) {
    int[] p = into.length >= n ? into : new int[n];
    for (int i = 0; i < n; i++) {
      int j = CounterRandom.below(CounterRandom.element(key, i), i + 1);
      p[i] = p[j];
      p[j] = i;
    }
    return p;
  }
}
