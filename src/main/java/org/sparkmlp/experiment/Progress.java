package org.sparkmlp.experiment;

import org.sparkmlp.train.EpochRecord;

/** Told how an experiment goes. With parallelism, calls come from several threads. */
public interface Progress {
  /** Listens to nothing. */
  Progress NONE = new Progress() {};

  /**
   * One fit of the experiment.
   *
   * @param cell number of the cell, from 1
   * @param cells of the grid
   * @param fold from 1; 0 for the fit on all training rows
   * @param folds of the search
   * @param params of the cell, as text
   * @param rung of a search that halves, from 1; else 1
   * @param rungs of the search
   */
  record Fit(int cell, int cells, int fold, int folds, String params, int rung, int rungs) {
    public boolean isFinal() {
      return fold == 0;
    }
  }

  /** Before the first fit: how many there will be. */
  default void onStart(int fits) {}

  /**
   * After every aggregation.
   *
   * @param share of the fit that is done, 0 to 1
   * @param epoch at hand, from 1
   * @param rowsPerSecond of this fit
   */
  default void onRound(
      Fit fit, double share, int epoch, int epochs, double loss, double rowsPerSecond) {}

  default void onEpoch(Fit fit, EpochRecord epoch) {}

  /** A fit has ended, with the metric of its validation rows (NaN for the final fit). */
  default void onFit(Fit fit, double metric, double seconds) {}

  /** A fit has failed; the search goes on. */
  default void onFailure(Fit fit, String error) {}
}
