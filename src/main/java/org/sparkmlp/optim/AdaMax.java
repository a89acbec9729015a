package org.sparkmlp.optim;

import java.util.List;

/**
 * AdaMax (Kingma and Ba 2015, algorithm 2): Adam by the largest gradient instead of the mean
 * square.
 *
 * <pre>{@code
 * m = β1 m + (1 - β1) g
 * u = max(β2 u, |g| + ε)
 * w = w - η / (1 - β1^t) · m / u
 * }</pre>
 *
 * <p>PyTorch's Adamax. The paper has no ε.
 *
 * @param beta1 β1, in [0, 1)
 * @param beta2 β2, in [0, 1)
 * @param epsilon ε, &gt; 0
 */
public record AdaMax(double beta1, double beta2, double epsilon) implements Optimizer {
  @Override
  public String spec() {
    return "adamax(beta1=" + beta1 + ",beta2=" + beta2 + ",epsilon=" + epsilon + ")";
  }

  @Override
  public List<String> slots() {
    return List.of("m", "largest");
  }

  @Override
  public double defaultStepSize() {
    return 0.002;
  }

  /** {η / (1 - β1^t)}. */
  @Override
  public double[] coefficients(double rate, long step) {
    return new double[] {rate / (1 - Powers.power(beta1, step))};
  }

  @Override
  public double update(double w, double g, double[] s, double[] c) {
    s[0] = beta1 * s[0] + (1 - beta1) * g;
    s[1] = Math.max(beta2 * s[1], Math.abs(g) + epsilon);
    return w - c[0] * s[0] / s[1];
  }
}
