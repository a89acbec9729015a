package org.sparkmlp.optim;

import java.util.List;

/**
 * Adam with Nesterov momentum (Dozat 2016, algorithm 2):
 *
 * <pre>{@code
 * μ(t) = β1 (1 - 0.96^(t ψ) / 2)
 * P(t) = μ(1) μ(2) ... μ(t)
 * m = β1 m + (1 - β1) g
 * v = β2 v + (1 - β2) g²
 * w = w - η ((1 - μ(t)) / (1 - P(t)) g + μ(t+1) / (1 - P(t+1)) m) / (√(v / (1 - β2^t)) + ε)
 * }</pre>
 *
 * <p>Keras' Nadam, and PyTorch's NAdam since version 2 (version 1.13 multiplies P(t+1) by μ(t)
 * twice).
 *
 * @param beta1 β1, in [0, 1)
 * @param beta2 β2, in [0, 1)
 * @param epsilon ε, &gt; 0
 * @param momentumDecay ψ, &gt;= 0
 */
public record NAdam(double beta1, double beta2, double epsilon, double momentumDecay)
    implements Optimizer {
  private static final double LOG_096 = StrictMath.log(0.96);

  /** 1 - P is 1 in double where P is smaller. */
  private static final double NOTHING = 0x1p-54;

  @Override
  public String spec() {
    return "nadam(beta1="
        + beta1
        + ",beta2="
        + beta2
        + ",epsilon="
        + epsilon
        + ",momentumDecay="
        + momentumDecay
        + ")";
  }

  @Override
  public List<String> slots() {
    return List.of("m", "v");
  }

  @Override
  public double defaultStepSize() {
    return 0.002;
  }

  /** {η (1 - μ(t)) / (1 - P(t)), η μ(t+1) / (1 - P(t+1)), 1 / √(1 - β2^t)}. */
  @Override
  public double[] coefficients(double rate, long step) {
    double decay = StrictMath.exp(momentumDecay * LOG_096); // 0.96^ψ
    double product = 1;
    double power = 1;
    for (long i = 1; i <= step && product > NOTHING; i++) {
      power *= decay;
      product *= momentum(power);
    }
    double now = momentum(Powers.power(decay, step));
    double next = momentum(Powers.power(decay, step + 1));
    return new double[] {
      rate * (1 - now) / (1 - product),
      rate * next / (1 - product * next),
      1 / Math.sqrt(1 - Powers.power(beta2, step))
    };
  }

  private double momentum(double power) {
    return beta1 * (1 - 0.5 * power);
  }

  @Override
  public double update(double w, double g, double[] s, double[] c) {
    s[0] = beta1 * s[0] + (1 - beta1) * g;
    s[1] = beta2 * s[1] + (1 - beta2) * g * g;
    return w - (c[0] * g + c[1] * s[0]) / (Math.sqrt(s[1]) * c[2] + epsilon);
  }
}
