package org.sparkmlp.search;

/** Told how a search goes. Calls come on the threads that fit. */
public interface FitListener {
  /** Listens to nothing. */
  FitListener NONE = new FitListener() {};

  /**
   * A fit begins, on this thread.
   *
   * @param fold from 1; 0 for the fit on all rows of the best cell, or of one that is going to be
   *     if it doesn't fail on a fold
   */
  default void onFit(Cell cell, Rung rung, int fold) {}

  /** It has ended, well or not, and its record is kept. */
  default void onRecord(Cell cell, FitRecord record) {}

  /** The fit on all rows has ended, which has no record. */
  default void onBest(Cell cell) {}
}
