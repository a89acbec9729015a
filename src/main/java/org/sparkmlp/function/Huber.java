package org.sparkmlp.function;

import org.sparkmlp.util.Check;

/**
 * Huber's loss (1964), mean over the K outputs: with d = z - y, l = d²/2 where |d| &lt;= δ, else δ
 * (|d| - δ/2); dl/dz = max(-δ, min(δ, d)). Outliers pull no harder than δ.
 *
 * <p>PyTorch's HuberLoss.
 *
 * @param delta δ, &gt; 0, in units of the target
 */
public record Huber(double delta) implements ValueLoss {
  public Huber {
    Check.positive(delta, "huber: delta");
  }

  @Override
  public String spec() {
    return "huber(delta=" + delta + ")";
  }

  @Override
  public double term(double z, double y) {
    double d = Math.abs(z - y);
    return d <= delta ? d * d / 2 : delta * (d - delta / 2);
  }

  @Override
  public double slope(double z, double y) {
    return Math.max(-delta, Math.min(delta, z - y));
  }
}
