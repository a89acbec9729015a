package org.sparkmlp.report;

import java.util.Map;

/**
 * A combination of a search, as its records tell. NaN and null are for what they don't.
 *
 * @param number from 1, in the grid's order
 * @param params values by name, as text
 * @param mean of the metric over folds
 * @param standardError of the mean
 * @param folds the metric of each fold
 * @param seconds of all its fits
 * @param fitSeconds of one of its last fits, the median over folds
 * @param resource share of the rows or epochs that its last fits had
 * @param distinguishable whether it is surely worse than the best; null if not compared
 * @param behind what it is behind the best by, where they were compared; NaN if they weren't
 * @param rank from 1; 0 if not known
 * @param error why it failed, or null
 * @param curve of its last fits, the mean over folds
 * @param times of its last fits, the mean over folds
 */
record CellData(
    int number,
    Map<String, String> params,
    double mean,
    double standardError,
    double[] folds,
    double seconds,
    double fitSeconds,
    double resource,
    Boolean distinguishable,
    double behind,
    int rank,
    String error,
    Curve curve,
    Times times) {
  /** Whether it is the same cell of its run; no cell is null. */
  boolean is(CellData other) {
    return other != null && number == other.number;
  }

  boolean failed() {
    return error != null;
  }

  /** Whether it can't be told from the best; the best itself too. */
  boolean leads() {
    return Boolean.FALSE.equals(distinguishable);
  }

  /** Only what some of {@code names} say, in words. */
  String words(Iterable<String> names) {
    StringBuilder words = new StringBuilder();
    for (String name : names) {
      if (params.containsKey(name)) {
        words.append(words.isEmpty() ? "" : ", ").append(Words.param(name, params.get(name)));
      }
    }
    return words.toString();
  }
}
