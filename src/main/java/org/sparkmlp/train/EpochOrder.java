package org.sparkmlp.train;

import org.sparkmlp.util.CounterRandom;

/**
 * The order in which a shard's rows are visited in one epoch: a permutation that is a function of
 * (seed, epoch, shard) and of the numbers of rows and columns.
 *
 * <p>Rows are shuffled within windows of about 32 MB, and the windows among each other, so that a
 * shard that doesn't fit into memory can be read window by window. (Rows lie in the order of their
 * hashes, so a window is a random sample.)
 */
final class EpochOrder {
  private static final int PURPOSE = 2;
  private static final int WINDOW_FLOATS = 1 << 23;
  private static final int LEAST_WINDOW_ROWS = 256;

  private long seed;
  private int epoch;
  private int shard;
  private int rows;
  private int windowRows;

  /** Window numbers in the order in which they are visited. */
  private int[] windows = new int[0];

  private int numWindows;

  /** Row numbers of the window at hand, and which visited window that is. */
  private int[] window = new int[0];

  private int current;
  private int currentStart;
  private int currentLength;

  /** Prepares for an epoch of a shard. */
  void start(long newSeed, int newEpoch, int newShard, int newRows, int columns) {
    seed = newSeed;
    epoch = newEpoch;
    shard = newShard;
    rows = newRows;
    windowRows = Math.max(LEAST_WINDOW_ROWS, WINDOW_FLOATS / Math.max(1, columns));
    numWindows = (rows + windowRows - 1) / windowRows;
    windows = permutation(windows, numWindows, CounterRandom.hash(seed, PURPOSE, epoch, shard, 0));
    current = -1;
    currentStart = 0;
    currentLength = 0;
  }

  /** The row visited at {@code position}, from 0 to rows - 1. Cheap when positions rise. */
  int row(int position) {
    if (position < currentStart) {
      current = -1;
      currentStart = 0;
      currentLength = 0;
    }
    while (position >= currentStart + currentLength) {
      current++;
      currentStart += currentLength;
      currentLength = Math.min(windowRows, rows - windows[current] * windowRows);
      if (position < currentStart + currentLength) {
        int key = CounterRandom.hash(seed, PURPOSE, epoch, shard, 1 + windows[current]);
        window = permutation(window, currentLength, key);
      }
    }
    return windows[current] * windowRows + window[position - currentStart];
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
