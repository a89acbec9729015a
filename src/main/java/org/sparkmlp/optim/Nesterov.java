package org.sparkmlp.optim;

import java.util.List;

/**
 * Nesterov's accelerated gradient (Nesterov 1983), in the form of Sutskever et al. (2013) rewritten
 * for the point at which the gradient is taken:
 *
 * <pre>{@code
 * v = λ v - η g
 * w = w + λ v - η g
 * }</pre>
 *
 * <p>Keras' SGD(momentum, nesterov); PyTorch's while η is constant. The w here is the textbook's w
 * + λ v, where Goodfellow, Bengio, Courville (2016), algorithm 8.3, evaluates the gradient.
 *
 * @param momentum λ, in [0, 1)
 */
public record Nesterov(double momentum) implements Optimizer {
  @Override
  public String spec() {
    return "nesterov(momentum=" + momentum + ")";
  }

  @Override
  public List<String> slots() {
    return List.of("velocity");
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
    s[0] = momentum * s[0] - c[0] * g;
    return w + momentum * s[0] - c[0] * g;
  }
}
