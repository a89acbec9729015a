package org.sparkmlp.train;

import java.util.List;

/** What training returns. */
public final class TrainingResult {
  private final float[] weights;
  private final List<EpochRecord> epochs;
  private final int bestEpoch;
  private final Costs costs;
  private final String stopReason;
  private final List<Backoff> backoffs;

  TrainingResult(
      float[] weights,
      List<EpochRecord> epochs,
      int bestEpoch,
      Costs costs,
      String stopReason,
      List<Backoff> backoffs) {
    this.weights = weights;
    this.epochs = List.copyOf(epochs);
    this.bestEpoch = bestEpoch;
    this.backoffs = List.copyOf(backoffs);
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

  /**
   * The epoch after which the network had these weights, from 1: the last one, or the one that
   * validation rows judged best; 0 if there was none.
   */
  public int bestEpoch() {
    return bestEpoch;
  }

  public Costs costs() {
    return costs;
  }

  /** Why training ended, in words. */
  public String stopReason() {
    return stopReason;
  }

  /** Returns to earlier weights, first to last; none where training never diverged. */
  public List<Backoff> backoffs() {
    return backoffs;
  }
}
