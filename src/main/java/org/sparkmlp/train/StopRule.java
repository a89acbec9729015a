package org.sparkmlp.train;

import java.util.List;

/**
 * Ends training when what judges it hasn't improved by more than {@code tol} on its best in a
 * number of epochs; see {@link EarlyStopping}.
 */
final class StopRule {
  /** Epochs, where only {@code tol} is given. */
  static final int PATIENCE = 10;

  private final EarlyStopping stopping;
  private final double tol;
  private final boolean validated;
  private final int patience;
  private final ValidationMetric metric;
  private double best;
  private int epochsWithout;

  StopRule(EarlyStopping stopping, double tol, DataLayout layout) {
    this.stopping = stopping;
    this.tol = tol;
    this.validated = stopping.keepsBest(layout);
    this.patience = stopping.patience() > 0 || tol == 0 ? stopping.patience() : PATIENCE;
    this.metric = validated ? stopping.metric() : ValidationMetric.LOSS;
    this.best = metric.worst();
  }

  /** The rule as it stands after some epochs that didn't end training. */
  StopRule after(List<EpochRecord> epochs) {
    epochs.forEach(this::shouldStop);
    return this;
  }

  /** Takes one more epoch; true if training should end. */
  boolean shouldStop(EpochRecord epoch) {
    double value = validated ? epoch.validationMetric() : epoch.loss();
    double gain = metric.gain(value, best);
    epochsWithout = gain > tol ? 0 : epochsWithout + 1;
    best = gain > 0 ? value : best;
    return patience > 0 && epochsWithout >= patience;
  }

  /** Why it ends training. */
  String reason() {
    if (validated) {
      return String.format(
          "validation %s didn't improve%s in %d epochs",
          stopping.metric().spec(), tol == 0 ? "" : " by more than tol = " + tol, patience);
    }
    return tol == 0
        ? "the loss didn't fall in " + patience + " epochs"
        : "the loss fell by less than tol = " + tol + " in " + patience + " epochs";
  }
}
