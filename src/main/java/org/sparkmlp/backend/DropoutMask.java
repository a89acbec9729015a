package org.sparkmlp.backend;

import org.sparkmlp.util.CounterRandom;

/**
 * By how much dropout multiplies a value: 0 where the upper 24 bits of {@code
 * CounterRandom.element(key, column)} are less than k = rate · 2^24, rounded, and else 1 / (1 - k /
 * 2^24).
 */
public final class DropoutMask {
  private static final int ONE = 1 << 24;

  private final int dropped;
  private final float scale;

  /**
   * @param rate in [0, 1)
   */
  public DropoutMask(double rate) {
    this.dropped = (int) Math.min(ONE - 1, Math.round(rate * ONE));
    this.scale = (float) ((double) ONE / (ONE - dropped));
  }

  /** k. */
  public int dropped() {
    return dropped;
  }

  /** What a value that stays is multiplied with. */
  public float kept() {
    return scale;
  }

  /** Without a branch: no processor could foresee it. */
  public float at(int key, int column) {
    int kept = (dropped - 1 - (CounterRandom.element(key, column) >>> 8)) >>> 31; // 0 or 1
    return kept * scale;
  }
}
