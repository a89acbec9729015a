package org.sparkmlp.function;

/**
 * Gamma loss for positive numbers whose deviation grows with their mean, mean over the K outputs: l
 * = z + y e^-z, the negative log-likelihood of a gamma distribution but for what z doesn't change;
 * dl/dz = 1 - y e^-z. The mean is e^z.
 */
public record Gamma() implements LogLinkLoss {
  @Override
  public String spec() {
    return "gamma";
  }

  @Override
  public double term(double z, double y) {
    return z + y * Math.exp(-z);
  }

  @Override
  public double slope(double z, double y) {
    return 1 - y * Math.exp(-z);
  }

  @Override
  public String problem(double y) {
    return TargetRange.positive("gamma", y);
  }
}
