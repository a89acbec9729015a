package org.sparkmlp.study;

import java.util.Locale;
import java.util.function.DoubleFunction;
import org.apache.commons.math3.distribution.TDistribution;
import org.sparkmlp.util.Sample;

/**
 * The difference of two variants that were measured with the same seeds, with its 95 % confidence
 * interval: mean ± t · standard error of the differences, t of Student's distribution.
 */
record PairedInterval(double mean, double low, double high) {
  private static final double LEVEL = 0.975;

  /** a - b, seed by seed; with one seed the interval is NaN. */
  static PairedInterval of(double[] a, double[] b) {
    double[] differences = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      differences[i] = a[i] - b[i];
    }
    double mean = Sample.mean(differences);
    if (a.length < 2) {
      return new PairedInterval(mean, Double.NaN, Double.NaN);
    }
    double half =
        new TDistribution(null, a.length - 1).inverseCumulativeProbability(LEVEL)
            * Sample.standardError(differences);
    return new PairedInterval(mean, mean - half, mean + half);
  }

  /** Whether the difference is larger, either way, than chance would make it. */
  boolean isToldApart() {
    return low > 0 || high < 0;
  }

  /** As in "0.3 (95 % confidence interval 0.1 to 0.5)". */
  String words(DoubleFunction<String> number) {
    return Double.isNaN(low)
        ? number.apply(mean)
        : String.format(
            Locale.ROOT,
            "%s (95 %% confidence interval %s to %s)",
            number.apply(mean),
            number.apply(low),
            number.apply(high));
  }
}
