package org.sparkmlp.study;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.distribution.ChiSquaredDistribution;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.apache.commons.math3.stat.inference.OneWayAnova;
import org.sparkmlp.util.Sample;

/** How far results of repeated training lie apart. Needs two at least. */
record Spread(double[] values) {
  private static final double TAIL = 0.025;

  double mean() {
    return Sample.mean(values);
  }

  /** Standard deviation s. */
  double deviation() {
    return Sample.deviation(values);
  }

  /**
   * Lower end of its 95 % confidence interval, √((n-1) s² / χ²): exact where results have a normal
   * distribution.
   */
  double low() {
    return bound(1 - TAIL);
  }

  /** Upper end. */
  double high() {
    return bound(TAIL);
  }

  private double bound(double share) {
    int freedom = values.length - 1;
    double quantile = new ChiSquaredDistribution(null, freedom).inverseCumulativeProbability(share);
    return deviation() * Math.sqrt(freedom / quantile);
  }

  /** The value that a share of all lies below; 0.5: the median. */
  double quantile(double share) {
    if (share == 0) { // which a percentile can't be
      return Arrays.stream(values).min().getAsDouble();
    }
    return new Percentile()
        .withEstimationType(Percentile.EstimationType.R_7)
        .evaluate(values, 100 * share);
  }

  /**
   * The probability of variances that differ as much as these by chance, if both were the same:
   * analysis of variance of the distances from the medians, which needs no normal distribution
   * (Brown and Forsythe, Robust tests for the equality of variances, JASA 69, 1974). NaN where
   * neither lies apart.
   */
  static double sameVariance(Spread one, Spread other) {
    return new OneWayAnova().anovaPValue(List.of(one.distances(), other.distances()));
  }

  private double[] distances() {
    double median = quantile(0.5);
    return Arrays.stream(values).map(value -> Math.abs(value - median)).toArray();
  }
}
