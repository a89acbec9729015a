package org.sparkmlp.function;

/** The error function, erf x = 2/√π ∫_0^x e^(-t²) dt. */
final class Erf {
  private static final double TWO_BY_ROOT_PI = 2 / Math.sqrt(Math.PI);

  private Erf() {}

  /**
   * erf x with an error below 1e-14.
   *
   * <p>erf x = 2/√π e^(-x²) Σ 2^n x^(2n+1) / (1 · 3 · ... · (2n+1)) (Abramowitz and Stegun 7.1.6):
   * all terms have one sign, so nothing cancels.
   */
  static double value(double x) {
    if (!(Math.abs(x) < 6)) {
      return Double.isNaN(x) ? x : Math.signum(x); // 1 - erf 6 is 2e-17
    }
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return TWO_BY_ROOT_PI * Math.exp(-x * x) * sum;
  }
}
