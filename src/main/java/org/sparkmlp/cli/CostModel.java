package org.sparkmlp.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * The time of a round as a sum of what is done in it, each with a cost that is at least 0. The
 * costs are those with the least squares of relative errors, so that rounds of 20 ms count as much
 * as rounds of 20 s.
 */
final class CostModel {
  /** Of a column beside those that are there already; less is no direction of its own. */
  private static final double LEAST_QUALITY = 1e-9;

  /** What a cost is of, in the order of {@link Work#terms}. */
  static final List<String> TERMS =
      List.of(
          "a round",
          "a task",
          "a stage above the first",
          "a byte of state that the driver updates and sends",
          "a byte that the driver receives",
          "a byte through the busiest core");

  /**
   * What is done in a round. Tasks run side by side on cores, here on few and on a cluster on many,
   * so that of what they move only that of the busiest core counts; sending, receiving and
   * scheduling have one driver to do them.
   *
   * @param tasks of all stages
   * @param stagesAboveFirst merges on executors, one after the other
   * @param sent bytes of the state that is broadcast
   * @param received bytes of what tasks return to the driver
   * @param busiest bytes that the busiest core reads, writes and returns, stage by stage
   */
  record Work(int tasks, int stagesAboveFirst, double sent, double received, double busiest) {
    double[] terms() {
      return new double[] {1, tasks, stagesAboveFirst, sent, received, busiest};
    }
  }

  private final double[] costs;

  private CostModel(double[] costs) {
    this.costs = costs;
  }

  /** The model that fits these rounds best; what no round has done costs 0. */
  static CostModel fit(List<Work> rounds, List<Double> seconds) {
    double[][] relative = new double[rounds.size()][];
    for (int i = 0; i < relative.length; i++) {
      double weight = 1 / seconds.get(i);
      relative[i] = Arrays.stream(rounds.get(i).terms()).map(term -> weight * term).toArray();
    }
    return new CostModel(nonNegative(relative));
  }

  /**
   * Finds x &gt;= 0 with the least |A x - 1|². It is the plain least-squares solution over those of
   * its columns that aren't 0; columns are so few that every set of them is tried.
   */
  private static double[] nonNegative(double[][] a) {
    int columns = TERMS.size();
    double[] best = new double[columns];
    double least = a.length;
    for (int set = 1; set < 1 << columns; set++) {
      double[] x = leastSquares(a, set);
      if (x == null || Arrays.stream(x).anyMatch(cost -> cost < 0)) {
        continue;
      }
      double error = 0;
      for (double[] row : a) {
        double rest = dot(row, x) - 1;
        error += rest * rest;
      }
      if (error < least) {
        least = error;
        best = x;
      }
    }
    return best;
  }

  /** Over those columns whose bits are in the set; null if they depend on each other. */
  private static double[] leastSquares(double[][] a, int set) {
    List<Integer> columns = new ArrayList<>();
    for (int j = 0; j < TERMS.size(); j++) {
      if (((set >> j) & 1) == 1) {
        columns.add(j);
      }
    }
    int n = columns.size();
    if (n > a.length) {
      return null;
    }
    double[] scales = new double[n];
    DMatrixRMaj matrix = new DMatrixRMaj(a.length, n);
    for (int k = 0; k < n; k++) { // bytes and stages are scaled alike, or the quality says nothing
      int column = columns.get(k);
      scales[k] = Math.sqrt(Arrays.stream(a).mapToDouble(row -> row[column] * row[column]).sum());
      for (int i = 0; i < a.length; i++) {
        matrix.set(i, k, a[i][column] / scales[k]);
      }
    }
    LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.leastSquares(a.length, n);
    if (Arrays.stream(scales).anyMatch(scale -> scale == 0)
        || !solver.setA(matrix)
        || !(solver.quality() > LEAST_QUALITY)) {
      return null;
    }
    DMatrixRMaj ones = new DMatrixRMaj(a.length, 1);
    ones.fill(1);
    DMatrixRMaj solution = new DMatrixRMaj(n, 1);
    solver.solve(ones, solution);
    double[] x = new double[TERMS.size()];
    for (int k = 0; k < n; k++) {
      x[columns.get(k)] = solution.get(k) / scales[k];
    }
    return x;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** Seconds of each of {@link #TERMS}. */
  double[] costs() {
    return costs.clone();
  }

  /** Of a round. */
  double seconds(Work round) {
    return dot(costs, round.terms());
  }

  /** How far the model is off, relative to the time of a round; the median over rounds. */
  double medianError(List<Work> rounds, List<Double> seconds) {
    List<Double> errors = new ArrayList<>();
    for (int i = 0; i < rounds.size(); i++) {
      errors.add(Math.abs(seconds(rounds.get(i)) / seconds.get(i) - 1));
    }
    return BenchmarkOutput.median(errors);
  }
}
