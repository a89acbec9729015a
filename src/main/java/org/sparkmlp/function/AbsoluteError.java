package org.sparkmlp.function;

/**
 * Mean absolute error over the K outputs: l = 1/K Σ |z_k - y_k|; dl/dz = 1/K sign(z - y). The
 * prediction is the median.
 *
 * <p>PyTorch's L1Loss.
 */
public record AbsoluteError() implements ValueLoss {
  @Override
  public String spec() {
    return "absoluteError";
  }

  @Override
  public double term(double z, double y) {
    return Math.abs(z - y);
  }

  @Override
  public double slope(double z, double y) {
    return Math.signum(z - y);
  }
}
