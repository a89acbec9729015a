package org.sparkmlp.optim;

import java.util.List;

/**
 * Lion (Chen et al. 2023, Symbolic Discovery of Optimization Algorithms, algorithm 2): every weight
 * moves by the same length, in a direction that momentum gives.
 *
 * <pre>{@code
 * c = β1 m + (1 - β1) g
 * w = w - η (sign(c) + λ w)          sign(0) = 0
 * m = β2 m + (1 - β2) g
 * }</pre>
 *
 * <p>The paper wants a rate 3 to 10 times smaller than Adam's, and λ larger by as much. λ decays
 * biases too; the param weightDecay spares them.
 *
 * @param beta1 β1, in [0, 1)
 * @param beta2 β2, in [0, 1)
 * @param weightDecay λ, &gt;= 0
 */
public record Lion(double beta1, double beta2, double weightDecay) implements Optimizer {
  @Override
  public String spec() {
    return "lion(beta1=" + beta1 + ",beta2=" + beta2 + ",weightDecay=" + weightDecay + ")";
  }

  @Override
  public List<String> slots() {
    return List.of("m");
  }

  @Override
  public double defaultStepSize() {
    return 1e-4;
  }

  /** {η, 1 - η λ}. */
  @Override
  public double[] coefficients(double rate, long step) {
    return new double[] {rate, 1 - rate * weightDecay};
  }

  @Override
  public double update(double w, double g, double[] s, double[] c) {
    double direction = Math.signum(beta1 * s[0] + (1 - beta1) * g);
    s[0] = beta2 * s[0] + (1 - beta2) * g;
    return c[1] * w - c[0] * direction;
  }
}
