package org.sparkmlp.train;

import java.io.Serializable;

/**
 * What training took.
 *
 * @param rounds aggregations, those of validation included
 * @param rows training rows gone through
 * @param seconds from the first round to the last
 * @param computeSeconds of them, the slowest task of each round
 * @param aggregationSeconds the rest: scheduling, broadcasting, aggregating, updating on the driver
 * @param bytesAggregated size of the vectors that shards have returned
 */
public record Costs(
    long rounds,
    long rows,
    double seconds,
    double computeSeconds,
    double aggregationSeconds,
    long bytesAggregated)
    implements Serializable {

  /** Training rows a second. */
  public double rowsPerSecond() {
    return seconds > 0 ? rows / seconds : 0;
  }

  /** Adds up costs while training goes on. */
  static final class Meter {
    private long start = System.nanoTime();
    private long rounds;
    private long rows;
    private long computeNanos;
    private long bytes;

    void add(long roundNanos, long roundBytes) {
      rounds++;
      computeNanos += roundNanos;
      bytes += roundBytes;
    }

    void addRows(long roundRows) {
      rows += roundRows;
    }

    long rows() {
      return rows;
    }

    /** All that {@link #restore} needs. */
    long[] save() {
      return new long[] {System.nanoTime() - start, rounds, rows, computeNanos, bytes};
    }

    /** Goes on from what another meter has saved, as if no time had passed between. */
    void restore(long[] saved) {
      start = System.nanoTime() - saved[0];
      rounds = saved[1];
      rows = saved[2];
      computeNanos = saved[3];
      bytes = saved[4];
    }

    Costs read() {
      double seconds = (System.nanoTime() - start) / 1e9;
      double compute = Math.min(seconds, computeNanos / 1e9);
      return new Costs(rounds, rows, seconds, compute, seconds - compute, bytes);
    }
  }
}
