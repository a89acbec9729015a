package org.sparkmlp.optim;

import java.util.List;

/**
 * Adam (Kingma and Ba 2015, algorithm 1):
 *
 * <pre>{@code
 * m = β1 m + (1 - β1) g
 * v = β2 v + (1 - β2) g²
 * w = w - η / (1 - β1^t) · m / (√(v / (1 - β2^t)) + ε)
 * }</pre>
 *
 * <p>PyTorch's and Keras' Adam (Keras folds √(1 - β2^t) into ε as well).
 *
 * @param beta1 β1, in [0, 1)
 * @param beta2 β2, in [0, 1)
 * @param epsilon ε, &gt; 0
 */
public record Adam(double beta1, double beta2, double epsilon) implements Optimizer {
  @Override
  public String spec() {
    return "adam(beta1=" + beta1 + ",beta2=" + beta2 + ",epsilon=" + epsilon + ")";
  }

  @Override
  public List<String> slots() {
    return List.of("m", "v");
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
    return w - c[0] * s[0] / (Math.sqrt(s[1]) * c[1] + epsilon);
  }
}
