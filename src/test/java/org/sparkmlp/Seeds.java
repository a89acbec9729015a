package org.sparkmlp;

import java.util.Random;

/**
 * Seeds of random tests: fresh every time, printed, and repeated by {@code -Dtest.seed=N}, to Maven
 * too.
 */
public final class Seeds {
  private Seeds() {}

  /** A generator whose seed is printed beside the name of the test. */
  public static Random random(String test) {
    long seed = Long.getLong("test.seed", System.nanoTime() & 0xFFFFFFFFL);
    System.out.println(test + ": repeat with -Dtest.seed=" + seed);
    return new Random(seed);
  }

  public static float[] floats(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
