package org.sparkmlp.optim;

import java.util.List;

/**
 * RMSprop (Hinton, Srivastava, Swersky 2012, lecture 6e of Neural Networks for Machine Learning),
 * plain or centered (Graves 2013, Generating Sequences With Recurrent Neural Networks, eq. 38 to
 * 45), which divides by the deviation of the gradient instead of its root mean square:
 *
 * <pre>{@code
 * r = ρ r + (1 - ρ) g²
 * w = w - η g / (√r + ε)                             plain
 *
 * m = ρ m + (1 - ρ) g
 * w = w - η g / (√(max(0, r - m²)) + ε)              centered
 * }</pre>
 *
 * <p>PyTorch's RMSprop (ρ is its alpha; it has no max, so that r - m² may round to less than 0).
 * Keras has ε inside the root. Printed formulas differ in what the root covers; it covers all of r,
 * both terms of the first line.
 *
 * @param rho ρ, in [0, 1)
 * @param epsilon ε, &gt; 0
 * @param centered whether to subtract the mean
 */
public record RmsProp(double rho, double epsilon, boolean centered) implements Optimizer {
  @Override
  public String spec() {
    return "rmsprop(rho=" + rho + ",epsilon=" + epsilon + ",centered=" + centered + ")";
  }

  @Override
  public List<String> slots() {
    return centered ? List.of("squares", "mean") : List.of("squares");
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
    double variance = s[0];
    if (centered) {
      s[1] = rho * s[1] + (1 - rho) * g;
      variance = Math.max(0, s[0] - s[1] * s[1]);
    }
    return w - c[0] * g / (Math.sqrt(variance) + epsilon);
  }
}
