package org.sparkmlp.data;

import java.io.Serializable;
import java.util.Arrays;
import org.sparkmlp.util.Check;

/**
 * Standardization of features: x becomes (x - μ) / σ or, where nothing is centred, x / σ; 0 where σ
 * is 0. Computed in double, so that numbers as large as 1.6e9 ± 10 survive the cast to float.
 *
 * <p>What a number becomes depends on its value and its place alone, not on whether its vector is
 * dense or sparse.
 */
public final class Scaling implements Serializable {
  private static final long serialVersionUID = 1;

  private final double[] means;
  private final double[] deviations;

  /** The deviations, but where they are 0: a finite number divided by infinity is 0. */
  private final double[] divisors;

  /**
   * @param means μ of each feature, or null if nothing is subtracted; copied
   * @param deviations σ of each feature, at least 0; copied
   */
  public Scaling(double[] means, double[] deviations) {
    Check.that(
        means == null || means.length == deviations.length,
        "there must be as many means as deviations, not %d and %d",
        means == null ? 0 : means.length,
        deviations.length);
    this.means = means == null ? null : means.clone();
    this.deviations = deviations.clone();
    this.divisors = deviations.clone();
    for (int j = 0; j < divisors.length; j++) {
      Check.that(
          deviations[j] >= 0 && deviations[j] < Double.POSITIVE_INFINITY,
          "deviations must be finite and at least 0, got %s for feature %d",
          deviations[j],
          j);
      Check.that(
          means == null || Double.isFinite(means[j]),
          "means must be finite, got %s for feature %d",
          means == null ? 0 : means[j],
          j);
      divisors[j] = deviations[j] == 0 ? Double.POSITIVE_INFINITY : deviations[j];
    }
  }

  public int columns() {
    return deviations.length;
  }

  /** Whether means are subtracted, so that a 0 doesn't stay one. */
  public boolean centred() {
    return means != null;
  }

  /** μ of each feature, 0 where nothing is subtracted. A copy. */
  public double[] means() {
    return means == null ? new double[deviations.length] : means.clone();
  }

  /** σ of each feature. A copy. */
  public double[] deviations() {
    return deviations.clone();
  }

  /** Bytes of its numbers. */
  public long bytes() {
    return 8L * (2 + (means == null ? 0 : 1)) * deviations.length;
  }

  /** Feature {@code j} of value {@code x}, standardized. */
  public float apply(int j, double x) {
    double numerator = means == null ? x : x - means[j];
    return (float) (numerator / divisors[j]) + 0f; // no -0
  }

  /** All features of a row. */
  void apply(double[] x, float[] into) {
    if (means == null) {
      for (int j = 0; j < into.length; j++) {
        into[j] = (float) (x[j] / divisors[j]) + 0f;
      }
    } else {
      for (int j = 0; j < into.length; j++) {
        into[j] = (float) ((x[j] - means[j]) / divisors[j]) + 0f;
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Scaling that
        && Arrays.equals(means, that.means)
        && Arrays.equals(deviations, that.deviations);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(means) + Arrays.hashCode(deviations);
  }

  @Override
  public String toString() {
    return (centred() ? "centred and divided" : "divided") + ", " + columns() + " features";
  }
}
