package org.sparkmlp.study;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;

/** What measurements say of a claim. */
enum Claim {
  CONFIRMED("confirmed"),
  REFUTED("refuted"),
  DEPENDS("depends on the conditions"),
  NOT_CLEAR("not clear");

  private final String words;

  Claim(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }

  /**
   * That a is less than b, from pairs (one a seed): refuted if it is more; not clear if a paired
   * t-test, two-sided at 5 %, can't tell them apart, or a value is missing.
   */
  static Claim less(double[] a, double[] b) {
    Paired pair = Paired.of(a, b);
    return pair.isLower() ? CONFIRMED : pair.isHigher() ? REFUTED : NOT_CLEAR;
  }

  /** The same of positive numbers by their logarithms, which are compared by factors. */
  static Claim lessByFactor(double[] a, double[] b) {
    return less(logs(a), logs(b));
  }

  private static double[] logs(double[] values) {
    return Arrays.stream(values).map(Math::log).toArray();
  }

  /**
   * That a is less than b by at least a factor, from ratios b/a of repeated measurements: confirmed
   * if their lower quartile is at least that; refuted if the upper quartile is below.
   */
  static Claim moreThan(double factor, double[] ratios) {
    if (quartile(ratios, 1) >= factor) {
      return CONFIRMED;
    }
    return quartile(ratios, 3) < factor ? REFUTED : NOT_CLEAR;
  }

  /** What all say; it depends where some confirm and others refute, else it is not clear. */
  static Claim together(List<Claim> parts) {
    if (parts.stream().distinct().count() == 1) {
      return parts.get(0);
    }
    return parts.contains(CONFIRMED) && parts.contains(REFUTED) ? DEPENDS : NOT_CLEAR;
  }

  /** Quartile 1, 2 (the median) or 3. */
  static double quartile(double[] values, int which) {
    return new Percentile().evaluate(values, 25.0 * which);
  }
}
