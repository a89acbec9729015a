package org.sparkmlp.util;

import java.util.Arrays;

/** Figures of repeated measurements. */
public final class Sample {
  private Sample() {}

  /** NaN of none. */
  public static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(Double.NaN);
  }

  /** Standard deviation, of a sample: squares are divided by one less than their number. */
  public static double deviation(double[] values) {
    double mean = mean(values);
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    return Math.sqrt(squares / Math.max(1, values.length - 1));
  }

  /** Of the mean: the deviation over the root of the number of values. */
  public static double standardError(double[] values) {
    return deviation(values) / Math.sqrt(values.length);
  }
}
