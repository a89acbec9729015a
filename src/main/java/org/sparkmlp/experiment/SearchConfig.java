package org.sparkmlp.experiment;

import java.util.List;
import org.sparkmlp.search.Halving;

/**
 * The section search of a config.
 *
 * @param kind one of {@link #KINDS}, or {@link #NONE} without the section
 * @param folds of the cross-validation; 0 if there is nothing to search
 * @param parallelism fits at the same time
 * @param metric what cells are ranked by
 * @param halving how cells are given up before they are done
 * @param resource what the rungs of halving give more of: auto, rows or maxIter
 */
record SearchConfig(
    String kind, int folds, int parallelism, Metric metric, Halving halving, String resource) {
  static final String GRID = "grid";
  static final String HALVING = "halving";
  static final String RANDOM = "random";
  static final String NONE = "none";
  static final List<String> KINDS = List.of(GRID, HALVING, RANDOM);

  /** Whether cells are given up before they are done. */
  boolean halves() {
    return halving.factor() > 1;
  }
}
