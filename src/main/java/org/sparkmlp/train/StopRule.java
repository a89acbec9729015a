package org.sparkmlp.train;

import java.util.List;

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

  /** The rule as it stands after some epochs that didn't end training. */
  static StopRule after(List<EpochRecord> epochs, double tol) {
    StopRule rule = new StopRule(tol);
    epochs.forEach(epoch -> rule.shouldStop(epoch.loss()));
    return rule;
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
