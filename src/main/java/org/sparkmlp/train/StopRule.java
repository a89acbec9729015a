package org.sparkmlp.train;

/**
 * Ends training when the loss hasn't fallen by {@code tol} below its best in 10 epochs; {@code tol}
 * 0 never ends it.
 */
final class StopRule {
  static final int PATIENCE = 10;

  private final double tol;
  private double best = Double.POSITIVE_INFINITY;
  private int epochsWithout;

  StopRule(double tol) {
    this.tol = tol;
  }

  /** Takes the loss of one more epoch; true if training should end. */
  boolean shouldStop(double loss) {
    if (tol == 0) {
      return false;
    }
    epochsWithout = loss > best - tol ? epochsWithout + 1 : 0;
    best = Math.min(best, loss);
    return epochsWithout >= PATIENCE;
  }
}
