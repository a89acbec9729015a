package org.sparkmlp.train;

import java.util.List;

/** What training returns. */
public final class TrainingResult {
  private final float[] weights;
  private final List<EpochRecord> epochs;
  private final Costs costs;
  private final String stopReason;

  TrainingResult(float[] weights, List<EpochRecord> epochs, Costs costs, String stopReason) {
    this.weights = weights;
    this.epochs = List.copyOf(epochs);
    this.costs = costs;
    this.stopReason = stopReason;
  }

  /** The flat vector of weights; owned by the caller. */
  public float[] weights() {
    return weights;
  }

  public List<EpochRecord> epochs() {
    return epochs;
  }

  public Costs costs() {
    return costs;
  }

  /** Why training ended, in words. */
  public String stopReason() {
    return stopReason;
  }
}
