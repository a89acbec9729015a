package org.sparkmlp.train;

/**
 * Told how training goes. What it does never changes the weights; it is called on the thread that
 * trains.
 */
public interface TrainingListener {
  /** Listens to nothing. */
  TrainingListener NONE = new TrainingListener() {};

  /** Before {@link #onRound} and {@link #onEpoch}: what training has taken so far. */
  default void onCosts(Costs soFar) {}

  /**
   * After every aggregation.
   *
   * @param epoch the epoch at hand, from 0, with the fraction of it that is done
   * @param epochs T
   * @param loss mean training loss of the epoch so far
   * @param rows rows gone through since training began
   */
  default void onRound(double epoch, int epochs, double loss, long rows) {}

  default void onEpoch(EpochRecord epoch) {}
}
