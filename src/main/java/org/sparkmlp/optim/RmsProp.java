package org.sparkmlp.optim;

import java.util.List;

/**
 * RMSprop (Hinton, Srivastava, Swersky 2012, lecture 6e of Neural Networks for Machine Learning):
 *
 * <pre>{@code
 * r = ρ r + (1 - ρ) g²
 * w = w - η g / (√r + ε)
 * }</pre>
 *
 * <p>PyTorch's RMSprop (ρ is its alpha). Keras has ε inside the root. Printed formulas differ in
 * what the root covers; it covers all of r, both terms of the first line.
 *
 * @param rho ρ, in [0, 1)
 * @param epsilon ε, &gt; 0
 */
public record RmsProp(double rho, double epsilon) implements Optimizer {
  @Override
  public String spec() {
    return "rmsprop(rho=" + rho + ",epsilon=" + epsilon + ")";
  }

  @Override
  public List<String> slots() {
    return List.of("squares");
  }

  @Override
  public double defaultStepSize() {
    return 0.001;
  }

  @Override
  public double[] coefficients(double rate, long step) {
    return new double[] {rate};
  }

  @Override
  public double update(double w, double g, double[] s, double[] c) {
    s[0] = rho * s[0] + (1 - rho) * g * g;
    return w - c[0] * g / (Math.sqrt(s[0]) + epsilon);
  }
}
