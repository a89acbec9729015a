package org.sparkmlp.optim;

import java.util.List;

/**
 * AMSGrad (Reddi, Kale, Kumar 2018, algorithm 2): Adam that divides by the largest second moment so
 * far, so that its rates never rise.
 *
 * <pre>{@code
 * m = β1 m + (1 - β1) g
 * v = β2 v + (1 - β2) g²
 * u = max(u, v)
 * w = w - η / (1 - β1^t) · m / (√(u / (1 - β2^t)) + ε)
 * }</pre>
 *
 * <p>PyTorch's Adam(amsgrad=True); the paper doesn't correct for the moments' start at 0.
 *
 * @param beta1 β1, in [0, 1)
 * @param beta2 β2, in [0, 1)
 * @param epsilon ε, &gt; 0
 */
public record AmsGrad(double beta1, double beta2, double epsilon) implements Optimizer {
  @Override
  public String spec() {
    return "amsgrad(beta1=" + beta1 + ",beta2=" + beta2 + ",epsilon=" + epsilon + ")";
  }

  @Override
  public List<String> slots() {
    return List.of("m", "v", "largestV");
  }

  @Override
  public double defaultStepSize() {
    return 0.001;
  }

  /** {η / (1 - β1^t), 1 / √(1 - β2^t)}. */
  @Override
  public double[] coefficients(double rate, long step) {
    return new double[] {
      rate / (1 - Powers.power(beta1, step)), 1 / Math.sqrt(1 - Powers.power(beta2, step))
    };
  }

  @Override
  public double update(double w, double g, double[] s, double[] c) {
    s[0] = beta1 * s[0] + (1 - beta1) * g;
    s[1] = beta2 * s[1] + (1 - beta2) * g * g;
    s[2] = Math.max(s[2], s[1]);
    return w - c[0] * s[0] / (Math.sqrt(s[2]) * c[1] + epsilon);
  }
}
