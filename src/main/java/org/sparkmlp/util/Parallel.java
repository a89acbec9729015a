package org.sparkmlp.util;

import java.util.stream.IntStream;

/** Loops on all cores; for a driver, whose tasks have ended when it works itself. */
public final class Parallel {
  private static final int MOST_PARTS = 64;

  /** Worth a thread of its own. */
  private static final int NUMBERS_OF_PART = 1 << 15;

  private Parallel() {}

  /** What is to be done with the numbers {@code from} to {@code to} - 1. */
  @FunctionalInterface
  public interface Range {
    /** Returns false to say that the rest needn't be done. */
    boolean run(int from, int to);
  }

  /**
   * Does 0 to n - 1 in parts, which are the same on every machine.
   *
   * @param numbers that all parts together go through
   * @return whether all parts returned true
   */
  public static boolean all(int n, int numbers, Range body) {
    int p = Math.max(1, Math.min(Math.min(n, numbers / NUMBERS_OF_PART), MOST_PARTS));
    return IntStream.range(0, p)
        .parallel()
        .allMatch(i -> body.run((int) ((long) n * i / p), (int) ((long) n * (i + 1) / p)));
  }
}
