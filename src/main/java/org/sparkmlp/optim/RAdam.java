package org.sparkmlp.optim;

import java.util.List;

/**
 * Rectified Adam (Liu et al. 2020, algorithm 2): Adam whose step is scaled by how far the variance
 * of its adaptive rate can be trusted, and is a plain momentum step while it can't.
 *
 * <pre>{@code
 * m = β1 m + (1 - β1) g
 * v = β2 v + (1 - β2) g²
 * ρ∞ = 2 / (1 - β2) - 1
 * ρ  = ρ∞ - 2 t β2^t / (1 - β2^t)
 * if ρ > 5:  r = √((ρ - 4)(ρ - 2) ρ∞ / ((ρ∞ - 4)(ρ∞ - 2) ρ))
 *            w = w - η / (1 - β1^t) · m · r √(1 - β2^t) / (√v + ε)
 * else:      w = w - η / (1 - β1^t) · m
 * }</pre>
 *
 * <p>PyTorch's RAdam, which like this one turns at 5 (the paper: 4) and adds ε to √v before the
 * correction.
 *
 * @param beta1 β1, in [0, 1)
 * @param beta2 β2, in [0, 1)
 * @param epsilon ε, &gt; 0
 */
public record RAdam(double beta1, double beta2, double epsilon) implements Optimizer {
  @Override
  public String spec() {
    return "radam(beta1=" + beta1 + ",beta2=" + beta2 + ",epsilon=" + epsilon + ")";
  }

  @Override
  public List<String> slots() {
    return List.of("m", "v");
  }

  @Override
  public double defaultStepSize() {
    return 0.001;
  }

  /** {η / (1 - β1^t), r √(1 - β2^t)}; the second is 0 where the step isn't adaptive. */
  @Override
  public double[] coefficients(double rate, long step) {
    double decay = Powers.power(beta2, step);
    double longest = 2 / (1 - beta2) - 1;
    double length = longest - 2.0 * step * decay / (1 - decay);
    double rectifier =
        length > 5
            ? Math.sqrt(
                (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
            : 0;
    return new double[] {rate / (1 - Powers.power(beta1, step)), rectifier * Math.sqrt(1 - decay)};
  }

  @Override
  public double update(double w, double g, double[] s, double[] c) {
    s[0] = beta1 * s[0] + (1 - beta1) * g;
    s[1] = beta2 * s[1] + (1 - beta2) * g * g;
    double scale = c[1] > 0 ? c[1] / (Math.sqrt(s[1]) + epsilon) : 1;
    return w - c[0] * s[0] * scale;
  }
}
