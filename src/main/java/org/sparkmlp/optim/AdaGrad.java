package org.sparkmlp.optim;

import java.util.List;

/**
 * AdaGrad (Duchi, Hazan, Singer 2011, the diagonal form):
 *
 * <pre>{@code
 * r = r + g²
 * w = w - η g / (√r + ε)
 * }</pre>
 *
 * <p>PyTorch's Adagrad.
 *
 * @param epsilon ε, &gt; 0
 */
public record AdaGrad(double epsilon) implements Optimizer {
  @Override
  public String spec() {
    return "adagrad(epsilon=" + epsilon + ")";
  }

  @Override
  public List<String> slots() {
    return List.of("squares");
  }

  @Override
  public double defaultStepSize() {
    return 0.01;
  }

  @Override
  public double[] coefficients(double rate, long step) {
    return new double[] {rate};
  }

  @Override
  public double update(double w, double g, double[] s, double[] c) {
    s[0] += g * g;
    return w - c[0] * g / (Math.sqrt(s[0]) + epsilon);
  }
}
