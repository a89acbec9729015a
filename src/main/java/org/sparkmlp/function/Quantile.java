package org.sparkmlp.function;

import org.sparkmlp.util.Check;

/**
 * Quantile or pinball loss (Koenker and Bassett 1978), mean over the K outputs: l = τ (y - z) where
 * y &gt; z, else (1 - τ) (z - y); dl/dz = -τ or 1 - τ, 0 where z = y. The prediction is the
 * τ-quantile.
 *
 * <p>scikit-learn's mean_pinball_loss.
 *
 * @param tau τ, in (0, 1)
 */
public record Quantile(double tau) implements ValueLoss {
  public Quantile {
    Check.that(
        tau > 0 && tau < 1, "quantile: tau must be greater than 0 and less than 1, got %s", tau);
  }

  @Override
  public String spec() {
    return "quantile(tau=" + tau + ")";
  }

  @Override
  public double term(double z, double y) {
    return y > z ? tau * (y - z) : (1 - tau) * (z - y);
  }

  @Override
  public double slope(double z, double y) {
    return y > z ? -tau : y < z ? 1 - tau : 0;
  }
}
