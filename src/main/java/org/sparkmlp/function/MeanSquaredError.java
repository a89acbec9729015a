package org.sparkmlp.function;

/**
 * Mean squared error over the K outputs: l = 1/K Σ (z_k - y_k)²; dl/dz = 2/K (z - y). The
 * prediction is the mean of what rows like this one have.
 *
 * <p>Keras' mean_squared_error, PyTorch's MSELoss.
 */
public record MeanSquaredError() implements ValueLoss {
  @Override
  public String spec() {
    return "meanSquaredError";
  }

  @Override
  public double term(double z, double y) {
    return (z - y) * (z - y);
  }

  @Override
  public double slope(double z, double y) {
    return 2 * (z - y);
  }

  /** The Brier score, but for the link. */
  @Override
  public boolean forClasses() {
    return true;
  }
}
