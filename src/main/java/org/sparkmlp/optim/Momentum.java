package org.sparkmlp.optim;

import java.util.List;

/**
 * Gradient descent with momentum (Polyak 1964), in the textbook's form:
 *
 * <pre>{@code
 * v = λ v - η g
 * w = w + v
 * }</pre>
 *
 * <p>Goodfellow, Bengio, Courville, Deep Learning (2016), algorithm 8.2. Keras' SGD(momentum).
 * PyTorch keeps v without η and multiplies at the end, which is the same only while η is constant.
 *
 * @param momentum λ, in [0, 1)
 */
public record Momentum(double momentum) implements Optimizer {
  @Override
  public String spec() {
    return "momentum(momentum=" + momentum + ")";
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
    return w + s[0];
  }
}
