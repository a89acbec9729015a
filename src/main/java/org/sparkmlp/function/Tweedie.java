package org.sparkmlp.function;

import org.sparkmlp.util.Check;

/**
 * Tweedie loss for amounts that are often 0 and else positive, mean over the K outputs: l =
 * e^((2-p) z) / (2-p) - y e^((1-p) z) / (1-p), the deviance but for what z doesn't change; dl/dz =
 * e^((2-p) z) - y e^((1-p) z). The mean is e^z, the variance goes with mean^p.
 *
 * <p>Half of scikit-learn's mean_tweedie_deviance, but for a function of y.
 *
 * @param p in (1, 2): near 1 like Poisson, near 2 like gamma
 */
public record Tweedie(double p) implements LogLinkLoss {
  public Tweedie {
    Check.that(
        p > 1 && p < 2,
        "tweedie: p must be greater than 1 and less than 2, got %s; take poisson for 1, gamma for 2, meanSquaredError"
            + " for 0",
        p);
  }

  @Override
  public String spec() {
    return "tweedie(p=" + p + ")";
  }

  @Override
  public double term(double z, double y) {
    return Math.exp((2 - p) * z) / (2 - p) + scaled(z, y) / (p - 1);
  }

  @Override
  public double slope(double z, double y) {
    return Math.exp((2 - p) * z) - scaled(z, y);
  }

  /** y e^((1-p) z), which is 0 for y = 0 even where the power is infinite. */
  private double scaled(double z, double y) {
    return y == 0 ? 0 : y * Math.exp((1 - p) * z);
  }

  @Override
  public String problem(double y) {
    return TargetRange.nonNegative("tweedie", y);
  }
}
