package org.sparkmlp.function;

/**
 * Poisson loss for counts, mean over the K outputs: l = e^z - y z, the negative log-likelihood but
 * for log y!; dl/dz = e^z - y. The mean is e^z.
 *
 * <p>PyTorch's PoissonNLLLoss with log_input.
 */
public record Poisson() implements LogLinkLoss {
  @Override
  public String spec() {
    return "poisson";
  }

  @Override
  public double term(double z, double y) {
    return Math.exp(z) - y * z;
  }

  @Override
  public double slope(double z, double y) {
    return Math.exp(z) - y;
  }

  @Override
  public String problem(double y) {
    return TargetRange.nonNegative("poisson", y);
  }
}
