package org.sparkmlp.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.sparkmlp.util.Sample;

/**
 * What a search has found of one cell.
 *
 * @param rank from 1 among all cells that did not fail, by rung and then by mean; 0 if it failed
 * @param rung the last one it took part in
 * @param resource the share of rows or epochs there
 * @param folds its metrics there; NaN where a fit failed or is missing
 * @param seconds of all its fits, in all rungs
 * @param error the first one, or null
 * @param againstBest the best cell compared with this one over the folds (difference: the best's
 *     mean less this one's) in the best's last rung or, if it was alone there, in the last one
 *     where it wasn't; null for the best itself, and for a cell that failed or that left before
 *     that rung
 */
public record CellResult(
    Cell cell,
    int rank,
    int rung,
    double resource,
    double[] folds,
    double seconds,
    String error,
    PairedTest againstBest) {

  public double mean() {
    return Sample.mean(folds);
  }

  /** Standard deviation over folds, of a sample. */
  public double deviation() {
    return Sample.deviation(folds);
  }

  /** Of the mean. */
  public double standardError() {
    return Sample.standardError(folds);
  }

  public boolean isBest() {
    return rank == 1;
  }

  /** Whether it differs from the best by more than chance; null if they weren't compared. */
  public Boolean distinguishable() {
    return isBest() ? Boolean.FALSE : againstBest == null ? null : againstBest.distinguishable();
  }

  /**
   * The results of all cells, in their order.
   *
   * @param largerIsBetter the metric
   */
  public static List<CellResult> of(
      List<Cell> cells, List<FitRecord> records, int folds, boolean largerIsBetter) {
    Map<Integer, List<FitRecord>> byCell =
        records.stream().collect(Collectors.groupingBy(FitRecord::cell));
    List<CellResult> unranked = new ArrayList<>();
    for (Cell cell : cells) {
      unranked.add(of(cell, byCell.getOrDefault(cell.number(), List.of()), folds));
    }
    List<CellResult> ranked =
        unranked.stream().filter(r -> r.error == null && isWhole(r.folds)).toList();
    ranked = ranked.stream().sorted(order(largerIsBetter)).toList();
    // the last rung where the best had others beside it, and its metrics there
    int shared = ranked.size() > 1 ? ranked.get(1).rung : 0;
    double[] best =
        ranked.size() > 1
            ? metrics(byCell.get(ranked.get(0).cell.number()), shared, folds)
            : new double[0];
    List<CellResult> results = new ArrayList<>();
    for (CellResult result : unranked) {
      int rank = ranked.indexOf(result) + 1;
      boolean compared = rank > 1 && result.rung == shared && isWhole(best);
      results.add(
          new CellResult(
              result.cell,
              rank,
              result.rung,
              result.resource,
              result.folds,
              result.seconds,
              result.error,
              compared ? PairedTest.of(best, result.folds) : null));
    }
    return results;
  }

  private static CellResult of(Cell cell, List<FitRecord> fits, int folds) {
    int rung = fits.stream().mapToInt(FitRecord::rung).max().orElse(0);
    double resource = 0;
    double seconds = 0;
    String error = null;
    for (FitRecord fit : fits) {
      seconds += fit.seconds();
      error = error == null ? fit.error() : error;
      if (fit.rung() == rung) {
        resource = fit.resource();
      }
    }
    return new CellResult(
        cell, 0, rung, resource, metrics(fits, rung, folds), seconds, error, null);
  }

  /** Of the folds in a rung; NaN where a fit failed or is missing. */
  private static double[] metrics(List<FitRecord> fits, int rung, int folds) {
    double[] metrics = new double[folds];
    Arrays.fill(metrics, Double.NaN);
    for (FitRecord fit : fits) {
      if (fit.rung() == rung) {
        metrics[fit.fold() - 1] = fit.metric();
      }
    }
    return metrics;
  }

  private static boolean isWhole(double[] metrics) {
    return Arrays.stream(metrics).noneMatch(Double::isNaN);
  }

  /** The best first; of equals the one that comes first in the grid. */
  private static Comparator<CellResult> order(boolean largerIsBetter) {
    Comparator<CellResult> byMean = Comparator.comparingDouble(CellResult::mean);
    return Comparator.comparing(CellResult::rung, Comparator.reverseOrder())
        .thenComparing(largerIsBetter ? byMean.reversed() : byMean);
  }

  /** The best of those results; an error if there is none. */
  public static CellResult best(List<CellResult> results) {
    for (CellResult result : results) {
      if (result.isBest()) {
        return result;
      }
    }
    String why =
        results.stream()
            .filter(result -> result.error != null)
            .map(result -> ", this one with: " + result.error)
            .reduce((first, last) -> last)
            .orElse("");
    throw new IllegalStateException("every cell of the search has failed" + why);
  }

  /** The best first, cells that failed last. */
  public static List<CellResult> ranking(List<CellResult> results) {
    return results.stream()
        .sorted(Comparator.comparingInt((CellResult r) -> r.rank == 0 ? Integer.MAX_VALUE : r.rank))
        .toList();
  }
}
