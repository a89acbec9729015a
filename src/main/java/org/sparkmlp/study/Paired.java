package org.sparkmlp.study;

import java.util.Locale;
import java.util.function.DoubleFunction;
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
 * @param half half the length of the 95 % confidence interval of the difference; NaN likewise
 */
record Paired(double difference, double standardError, double pValue, double half) {
  static final double LEVEL = 0.05;

  static Paired of(double[] a, double[] b) {
    int n = a.length;
    double[] differences = new double[n];
    for (int i = 0; i < n; i++) {
      differences[i] = a[i] - b[i];
    }
    double mean = Sample.mean(differences);
    if (n < 2 || Double.isNaN(mean)) {
      return new Paired(mean, Double.NaN, Double.NaN, Double.NaN);
    }
    double error = Sample.standardError(differences);
    TDistribution student = new TDistribution(null, n - 1);
    double p;
    if (error > 0) {
      p = 2 * student.cumulativeProbability(-Math.abs(mean / error));
    } else {
      p = mean == 0 ? 1 : 0;
    }
    return new Paired(mean, error, p, student.inverseCumulativeProbability(1 - LEVEL / 2) * error);
  }

  /** Whether the first is larger, told apart at the 5 % level. */
  boolean isHigher() {
    return pValue < LEVEL && difference > 0;
  }

  /** Whether the first is smaller, told apart at the 5 % level. */
  boolean isLower() {
    return pValue < LEVEL && difference < 0;
  }

  boolean isToldApart() {
    return pValue < LEVEL;
  }

  /** Lower end of the interval. */
  double low() {
    return difference - half;
  }

  /** Upper end. */
  double high() {
    return difference + half;
  }

  /** As in "0.3 (95 % confidence interval 0.1 to 0.5)". */
  String words(DoubleFunction<String> number) {
    return Double.isNaN(half)
        ? number.apply(difference)
        : String.format(
            Locale.ROOT,
            "%s (95 %% confidence interval %s to %s)",
            number.apply(difference),
            number.apply(low()),
            number.apply(high()));
  }
}
