package org.sparkmlp.optim;

import java.util.List;

/** Stochastic gradient descent (Robbins and Monro 1951): {@code w -= η g}. PyTorch's SGD. */
public record Sgd() implements Optimizer {
  @Override
  public String spec() {
    return "sgd";
  }

  @Override
  public List<String> slots() {
    return List.of();
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
    return w - c[0] * g;
  }
}
