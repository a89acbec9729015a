package org.sparkmlp.data;

import java.io.Serializable;

/**
 * Which shard a row belongs to, and which chunk of the shard: functions of its hash and of sizes
 * that are known before the first row is packed.
 *
 * <p>A chunk is what is read, shuffled and evicted as one piece: a range of hashes within a shard,
 * of about {@value #CHUNK_BYTES} bytes at most. So a shard may be larger than memory. Training and
 * validation rows have chunks of their own, so that the one doesn't depend on the other.
 *
 * @param numShards at least 1
 * @param trainingChunks chunks of each shard for training rows, at least 1
 * @param validationChunks chunks of each shard for validation rows; 0 if there are no such rows
 */
public record Sharding(int numShards, int trainingChunks, int validationChunks)
    implements Serializable {
  private static final long CHUNK_BYTES = 32L << 20;

  /** However wide rows are, a chunk has enough of them to be shuffled. */
  private static final int LEAST_ROWS = 64;

  /**
   * For so many rows, all shards together.
   *
   * @param numbers that are stored of a row, on average: the columns of dense rows
   */
  public static Sharding of(int numShards, int numbers, long trainingRows, long validationRows) {
    return new Sharding(
        numShards,
        Math.max(1, chunks(numShards, numbers, trainingRows)),
        chunks(numShards, numbers, validationRows));
  }

  private static int chunks(int numShards, int numbers, long rows) {
    long perChunk = (long) numShards * rowsOfChunk(numbers);
    return Math.toIntExact((rows + perChunk - 1) / perChunk);
  }

  /** Most rows of a chunk, on average: with target, weight and their place in an epoch's order. */
  public static int rowsOfChunk(int numbers) {
    return (int) Math.max(LEAST_ROWS, CHUNK_BYTES / (4L * (numbers + 3)));
  }

  /** Chunks of a shard. */
  public int chunks() {
    return trainingChunks + validationChunks;
  }

  /** hash mod numShards. */
  int shard(long hash) {
    return (int) Long.remainderUnsigned(hash, numShards);
  }

  /** Rises with the hash, from 0: floor(n · hash / 2^64), of the n chunks of its role. */
  int chunk(long hash, boolean validation) {
    int n = validation ? validationChunks : trainingChunks;
    if (n == 0) {
      throw new IllegalStateException(
          "a row is marked for validation, but when rows were counted none was: the DataFrame doesn't give the same rows"
              + " every time (rand() without a seed, changing files); write it to a file, or checkpoint it, before"
              + " training");
    }
    return (int) (((hash >>> 32) * n) >>> 32);
  }
}
