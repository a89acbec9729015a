package org.sparkmlp.search;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import org.sparkmlp.util.Check;

/**
 * Successive halving: all cells get a small share of the resource, the best {@code 1/factor} of
 * them go on to {@code factor} times as much, until one rung has had all of it. (K. Jamieson, A.
 * Talwalkar, AISTATS 2016; numbers as in scikit-learn's HalvingGridSearchCV: ceil(n / factor) go
 * on.)
 *
 * <p>A bracket b > 0 begins at rung b, with fewer cells, for what shows its worth late: with R
 * rungs in all and s = R - 1 - b it has ceil(R / (s + 1) · factor^s) of them, drawn at random. All
 * brackets together are Hyperband (L. Li et al., JMLR 18, 2018). A fit that two brackets want is
 * done once.
 *
 * @param brackets at least 1; 0: one for each rung
 * @param evaluateBest whether a cell that is left alone has the last rung too, which decides
 *     nothing but tells what its metric is with everything; must be with several brackets, which
 *     are compared there
 */
public record Halving(
    int factor, double minResources, int brackets, boolean evaluateBest, long seed) {
  /** Everything for every cell. */
  public static final Halving OFF = new Halving(1, 0, 1, true, 0);

  public Halving {
    Check.that(
        brackets >= 0, "brackets must be at least 0 (0: one for each rung), got %d", brackets);
    Check.that(
        evaluateBest || brackets == 1,
        "evaluateBest = false goes with one bracket, got brackets = %d: the best of each are compared in the last rung",
        brackets);
  }

  public List<Rung> rungs(int cells) {
    return Rung.of(cells, factor, minResources);
  }

  /**
   * Runs all brackets.
   *
   * @param fit fits some cells in a rung and returns their records
   */
  void run(
      List<Cell> cells, boolean largerIsBetter, BiFunction<List<Cell>, Rung, List<FitRecord>> fit) {
    List<Rung> rungs = rungs(cells.size());
    for (int b = 0; b < brackets(rungs.size()); b++) {
      List<Cell> left = entrants(cells, rungs.size(), b);
      int rung = b;
      while (rung < rungs.size() && !left.isEmpty()) {
        List<FitRecord> records = fit.apply(left, rungs.get(rung));
        left = survivors(left, Fits.means(records), largerIsBetter);
        rung = next(rung, left.size(), rungs.size());
      }
    }
  }

  /** Fits of a search in which none fails. */
  public int fits(int cells, int folds) {
    List<Rung> rungs = rungs(cells);
    int sum = 0;
    for (int b = 0; b < brackets(rungs.size()); b++) {
      int left = entrants(cells, rungs.size(), b);
      int rung = b;
      while (rung < rungs.size()) {
        sum += left;
        left = survivors(left);
        rung = next(rung, left, rungs.size());
      }
    }
    return sum * folds;
  }

  /** The rung after this one; the number of rungs if there is none. */
  private int next(int rung, int left, int rungs) {
    if (left > 1) {
      return rung + 1;
    }
    return evaluateBest ? Math.max(rung + 1, rungs - 1) : rungs;
  }

  private int brackets(int rungs) {
    return brackets == 0 ? rungs : Math.min(brackets, rungs);
  }

  private List<Cell> entrants(List<Cell> cells, int rungs, int bracket) {
    int number = entrants(cells.size(), rungs, bracket);
    if (number == cells.size()) {
      return cells;
    }
    List<Cell> shuffled = new ArrayList<>(cells);
    Collections.shuffle(shuffled, new Random(seed * 31 + bracket));
    return shuffled.stream().limit(number).sorted(Comparator.comparing(Cell::number)).toList();
  }

  private int entrants(int cells, int rungs, int bracket) {
    int s = rungs - 1 - bracket;
    return bracket == 0
        ? cells
        : (int) Math.min(cells, Math.ceil((double) rungs / (s + 1) * Math.pow(factor, s)));
  }

  private int survivors(int cells) {
    return factor == 1 ? cells : (cells + factor - 1) / factor;
  }

  /** The best of those that haven't failed. */
  private List<Cell> survivors(
      List<Cell> cells, Map<Integer, Double> means, boolean largerIsBetter) {
    Comparator<Cell> byMean = Comparator.comparingDouble(cell -> means.get(cell.number()));
    return cells.stream()
        .filter(cell -> !means.get(cell.number()).isNaN())
        .sorted(largerIsBetter ? byMean.reversed() : byMean)
        .limit(survivors(cells.size()))
        .sorted(Comparator.comparing(Cell::number))
        .toList();
  }
}
