package org.sparkmlp.train;

import org.sparkmlp.nn.Scores;
import org.sparkmlp.nn.Topology;

/**
 * The weights of rows of class 0 and of class 1 by score, in 1,000 bins: what the areas under the
 * ROC and the precision-recall curve are computed from, approximately. Rows of one bin count as
 * equal, so the area under the ROC is wrong by at most half of Σ_b N_b P_b / (N P), over bins b.
 *
 * <p>The score is raw(1), t; its bin is that of t / (1 + |t|) in (-1, 1), which keeps apart rows of
 * very small and of very large probability.
 */
final class ScoreHistogram implements MetricSums {
  static final int BINS = 1000;

  private final Scores scores;

  /** Class 0 in bin b is number b, class 1 number {@link #BINS} + b. */
  private final double[] numbers = new double[2 * BINS];

  ScoreHistogram(Topology topology) {
    this.scores = new Scores(topology);
  }

  @Override
  public void add(float[] logits, int at, float[] targets, int targetAt, float weight) {
    numbers[BINS * (int) targets[targetAt] + bin(scores.raw(logits, at)[1])] += weight;
  }

  private static int bin(double score) {
    double place =
        Math.abs(score) == Double.POSITIVE_INFINITY
            ? Math.signum(score)
            : score / (1 + Math.abs(score));
    return (int) Math.min(BINS - 1, (place + 1) / 2 * BINS);
  }

  @Override
  public double[] numbers() {
    return numbers;
  }

  /** By the trapezoidal rule, as Spark's BinaryClassificationMetrics; NaN if a class is missing. */
  @Override
  public double metric(ValidationMetric which, double weight) {
    double negatives = 0;
    double positives = 0;
    for (int b = 0; b < BINS; b++) {
      negatives += numbers[b];
      positives += numbers[BINS + b];
    }
    if (!(negatives > 0 && positives > 0)) {
      return Double.NaN;
    }
    boolean roc = which == ValidationMetric.AREA_UNDER_ROC;
    double area = 0;
    double falses = 0;
    double trues = 0;
    double x = 0;
    double y = roc ? 0 : Double.NaN; // the precision of nothing is that of the highest bin
    for (int b = BINS - 1; b >= 0; b--) {
      if (numbers[b] + numbers[BINS + b] == 0) {
        continue;
      }
      falses += numbers[b];
      trues += numbers[BINS + b];
      double nextX = roc ? falses / negatives : trues / positives;
      double nextY = roc ? trues / positives : trues / (trues + falses);
      area += (nextX - x) * (nextY + (Double.isNaN(y) ? nextY : y)) / 2;
      x = nextX;
      y = nextY;
    }
    return area;
  }
}
