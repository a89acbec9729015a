package org.sparkmlp.search;

import java.util.List;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A search: fits cells on folds, gives up those that halving gives up, and fits the best on all
 * rows.
 *
 * @param estimator what is fitted
 * @param evaluator what judges it
 * @param cells what is tried
 * @param folds of the cross-validation, at least 2
 * @param parallelism fits at the same time
 * @param halving how cells are given up; {@link Halving#OFF}: not at all
 * @param resource what rungs give more of: auto, rows or maxIter
 */
public record CellSearch(
    Estimator<? extends Model<?>> estimator,
    Evaluator evaluator,
    List<Cell> cells,
    int folds,
    int parallelism,
    Halving halving,
    String resource) {

  /**
   * What was found.
   *
   * @param results in the order of the cells
   * @param best the best cell, fitted on all rows
   */
  public record Found(List<CellResult> results, Model<?> best) {}

  /**
   * Searches, and fits the best cell on all rows.
   *
   * @param rows with the column {@code foldCol}, of whole numbers from 0 to folds - 1, which no
   *     stage sees
   * @param log of the fits, those done before among them
   * @throws IllegalStateException if every cell has failed
   */
  public Found run(Dataset<Row> rows, String foldCol, FitLog log, FitListener listener) {
    try (Fits fits =
        new Fits(
            estimator,
            evaluator,
            cells,
            rows,
            foldCol,
            folds,
            parallelism,
            Resource.of(resource, estimator, cells),
            halving.rungs(cells.size()),
            halving.brackets() == 1,
            log,
            listener)) {
      halving.run(cells, evaluator.isLargerBetter(), fits::run);
      List<CellResult> results = results(log);
      return new Found(results, fits.best(CellResult.best(results).cell()));
    }
  }

  /** What rungs give more of, where {@code auto} is decided: rows or maxIter. */
  public String resourceName() {
    return Resource.of(resource, estimator, cells).name();
  }

  /** The results as far as they are known. */
  public List<CellResult> results(FitLog log) {
    return CellResult.of(cells, log.records(), folds, evaluator.isLargerBetter());
  }
}
