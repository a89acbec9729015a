package org.sparkmlp.optim;

import java.util.List;

/**
 * AdaDelta (Zeiler 2012, algorithm 1), whose step has the unit of the weights:
 *
 * <pre>{@code
 * r = ρ r + (1 - ρ) g²
 * d = √(s + ε) / √(r + ε) · g
 * s = ρ s + (1 - ρ) d²
 * w = w - η d
 * }</pre>
 *
 * <p>PyTorch's Adadelta. The paper has no η; it is 1 by default.
 *
 * @param rho ρ, in [0, 1)
 * @param epsilon ε, &gt; 0
 */
public record AdaDelta(double rho, double epsilon) implements Optimizer {
  @Override
  public String spec() {
    return "adadelta(rho=" + rho + ",epsilon=" + epsilon + ")";
  }

  @Override
  public List<String> slots() {
    return List.of("squares", "squaredSteps");
  }

  @Override
  public double defaultStepSize() {
    return 1;
  }

  @Override
  public double[] coefficients(double rate, long step) {
    return new double[] {rate};
  }

  @Override
  public double update(double w, double g, double[] s, double[] c) {
    s[0] = rho * s[0] + (1 - rho) * g * g;
    double d = Math.sqrt(s[1] + epsilon) / Math.sqrt(s[0] + epsilon) * g;
    s[1] = rho * s[1] + (1 - rho) * d * d;
    return w - c[0] * d;
  }
}
