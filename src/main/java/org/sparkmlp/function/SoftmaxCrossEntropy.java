package org.sparkmlp.function;

import org.sparkmlp.util.Check;

/**
 * Softmax cross-entropy: l = log Σ e^z_k - Σ y'_k z_k, with Σ y_k = 1 and y' = (1 - s) y + s / K;
 * dl/dz = softmax(z) - y'.
 *
 * <p>Goodfellow, Bengio, Courville, Deep Learning (2016), section 6.2.2.3; label smoothing: Szegedy
 * et al. 2016, section 7. PyTorch's CrossEntropyLoss.
 *
 * @param labelSmoothing s, in [0, 1): the share of a target that all classes divide among them
 */
public record SoftmaxCrossEntropy(double labelSmoothing) implements Loss {
  public SoftmaxCrossEntropy {
    Check.fraction(labelSmoothing, "softmaxCrossEntropy: labelSmoothing");
  }

  @Override
  public String spec() {
    return "softmaxCrossEntropy(labelSmoothing=" + labelSmoothing + ")";
  }

  @Override
  public double value(double[] z, double[] y) {
    double max = max(z);
    double sum = 0;
    double picked = 0;
    for (int k = 0; k < z.length; k++) {
      sum += Math.exp(z[k] - max);
      picked += target(y[k], z.length) * (z[k] - max);
    }
    return Math.log(sum) - picked;
  }

  @Override
  public void gradient(double[] z, double[] y, double[] gradient) {
    link(z, gradient);
    for (int k = 0; k < z.length; k++) {
      gradient[k] -= target(y[k], z.length);
    }
  }

  private double target(double y, int outputs) {
    return (1 - labelSmoothing) * y + labelSmoothing / outputs;
  }

  @Override
  public void link(double[] z, double[] out) {
    double max = max(z);
    double sum = 0;
    for (int k = 0; k < z.length; k++) {
      out[k] = Math.exp(z[k] - max);
      sum += out[k];
    }
    for (int k = 0; k < z.length; k++) {
      out[k] /= sum;
    }
  }

  private static double max(double[] z) {
    double max = z[0];
    for (double v : z) {
      max = Math.max(max, v);
    }
    return max;
  }

  @Override
  public String problem(double y) {
    return TargetRange.between0And1("softmaxCrossEntropy", y);
  }
}
