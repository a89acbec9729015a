package org.sparkmlp.search;

/** Told how a search goes. Calls come on the threads that fit. */
public interface FitListener {
  /** Listens to nothing. */
  FitListener NONE = new FitListener() {};

  /** A fit begins, on this thread. */
  default void onFit(Cell cell, Rung rung, int fold) {}

  /** It has ended, well or not, and its record is kept. */
  default void onRecord(Cell cell, FitRecord record) {}
}
