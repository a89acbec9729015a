package org.sparkmlp.study;

import java.util.Arrays;
import java.util.List;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.Names;

/** Convex functions on [-1, 1], with values from 0 to 1. */
enum Convex {
  SQUARE("x²"),
  ABSOLUTE("|x|"),
  EXPONENTIAL("exp(3 (x - 1))");

  private final String formula;

  Convex(String formula) {
    this.formula = formula;
  }

  String formula() {
    return formula;
  }

  double at(double x) {
    return switch (this) {
      case SQUARE -> x * x;
      case ABSOLUTE -> Math.abs(x);
      case EXPONENTIAL -> Math.exp(3 * (x - 1));
    };
  }

  static Convex parse(String name) {
    List<String> names = Arrays.stream(values()).map(Convex::key).toList();
    Check.that(
        names.contains(name),
        "there is no function '%s'; there are %s%s",
        name,
        String.join(", ", names),
        Names.didYouMean(name, names));
    return values()[names.indexOf(name)];
  }

  /** As settings name it. */
  String key() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /**
   * Root of the least mean squared error, over n points, that a line in each of some intervals can
   * have; at index k - 1 for at most k intervals. The lines needn't meet, so that no function of k
   * linear pieces has a smaller error. (For a convex function the best ones do meet, but for the
   * gaps between points, and so are a convex function of k pieces themselves.)
   *
   * <p>By dynamic programming (Bellman and Roth, Curve fitting by segmented straight lines, JASA
   * 64, 1969).
   *
   * @param x rising
   */
  static double[] leastErrors(double[] x, double[] y, int most) {
    int n = x.length;
    double[][] cost = lineErrors(x, y);
    double[] best = new double[n + 1]; // of the points before each place
    Arrays.fill(best, Double.POSITIVE_INFINITY);
    best[0] = 0;
    double[] errors = new double[most];
    for (int k = 0; k < most; k++) {
      double[] next = best.clone(); // fewer intervals are allowed
      for (int to = 1; to <= n; to++) {
        for (int from = 0; from < to; from++) {
          next[to] = Math.min(next[to], best[from] + cost[from][to - 1]);
        }
      }
      best = next;
      errors[k] = Math.sqrt(best[n] / n);
    }
    return errors;
  }

  /** Squared error of the best line through points i to j, summed: {@code [i][j]}. */
  private static double[][] lineErrors(double[] x, double[] y) {
    int n = x.length;
    double[][] errors = new double[n][n];
    for (int i = 0; i < n; i++) {
      double meanX = 0;
      double meanY = 0;
      double xx = 0;
      double xy = 0;
      double yy = 0;
      for (int j = i; j < n; j++) { // Welford's sums of squares about the means
        double dx = x[j] - meanX;
        double dy = y[j] - meanY;
        int count = j - i + 1;
        meanX += dx / count;
        meanY += dy / count;
        xx += dx * (x[j] - meanX);
        xy += dx * (y[j] - meanY);
        yy += dy * (y[j] - meanY);
        errors[i][j] = count < 3 ? 0 : Math.max(0, yy - xy * xy / xx);
      }
    }
    return errors;
  }
}
