package org.sparkmlp.study;

import org.apache.commons.math3.distribution.TDistribution;
import org.sparkmlp.util.Sample;

/**
 * A paired t-test over seeds: whether two things that were measured with the same seeds differ by
 * more than chance.
 *
 * @param difference mean of the first less mean of the second
 * @param standardError of the difference; NaN for one seed
 * @param pValue two-sided: chance of such a difference, or a larger one, between equals; NaN for
 *     one seed, or where something isn't a number
 */
record Paired(double difference, double standardError, double pValue) {
  static final double LEVEL = 0.05;

  static Paired of(double[] a, double[] b) {
    int n = a.length;
    double[] differences = new double[n];
    for (int i = 0; i < n; i++) {
      differences[i] = a[i] - b[i];
    }
    double mean = Sample.mean(differences);
    if (n < 2 || Double.isNaN(mean)) {
      return new Paired(mean, Double.NaN, Double.NaN);
    }
    double error = Sample.standardError(differences);
    double p;
    if (error > 0) {
      p = 2 * new TDistribution(null, n - 1).cumulativeProbability(-Math.abs(mean / error));
    } else {
      p = mean == 0 ? 1 : 0;
    }
    return new Paired(mean, error, p);
  }

  /** Whether the first is larger, told apart at the 5 % level. */
  boolean isHigher() {
    return pValue < LEVEL && difference > 0;
  }

  /** Whether the first is smaller, told apart at the 5 % level. */
  boolean isLower() {
    return pValue < LEVEL && difference < 0;
  }
}
