package org.sparkmlp.optim;

import java.util.List;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2):
 *
 * <pre>{@code
 * m = β1 m + (1 - β1) g
 * v = β2 v + (1 - β2) g²
 * w = (1 - η λ) w - η / (1 - β1^t) · m / (√(v / (1 - β2^t)) + ε)
 * }</pre>
 *
 * <p>PyTorch's AdamW, which like this one decays all that it is given, biases too. To spare the
 * biases, take {@code adam} and the param weightDecay, which is for every solver.
 *
 * @param beta1 β1, in [0, 1)
 * @param beta2 β2, in [0, 1)
 * @param epsilon ε, &gt; 0
 * @param weightDecay λ, &gt;= 0
 */
public record AdamW(double beta1, double beta2, double epsilon, double weightDecay)
    implements Optimizer {
  @Override
  public String spec() {
    return "adamw(beta1="
        + beta1
        + ",beta2="
        + beta2
        + ",epsilon="
        + epsilon
        + ",weightDecay="
        + weightDecay
        + ")";
  }

  @Override
  public List<String> slots() {
    return List.of("m", "v");
  }

  @Override
  public double defaultStepSize() {
    return 0.001;
  }

  /** {η / (1 - β1^t), 1 / √(1 - β2^t), 1 - η λ}. */
  @Override
  public double[] coefficients(double rate, long step) {
    return new double[] {
      rate / (1 - Powers.power(beta1, step)),
      1 / Math.sqrt(1 - Powers.power(beta2, step)),
      1 - rate * weightDecay
    };
  }

  @Override
  public double update(double w, double g, double[] s, double[] c) {
    s[0] = beta1 * s[0] + (1 - beta1) * g;
    s[1] = beta2 * s[1] + (1 - beta2) * g * g;
    return c[2] * w - c[0] * s[0] / (Math.sqrt(s[1]) * c[1] + epsilon);
  }
}
