package org.sparkmlp.study;

import org.sparkmlp.function.Loss;

/**
 * What the textbook warns of: squared error of outputs that are probabilities, l = ½ Σ (p_k - y_k)²
 * with p the link of a cross-entropy. dl/dz = Jᵀ (p - y), J being the link's derivative, which
 * vanishes where p is near 0 or 1, however wrong it is.
 *
 * <p>A loss of the study's own, as users may have: the library has squared error of the logits
 * themselves (and judges probabilities so, but doesn't train by it).
 *
 * @param crossEntropy whose link p is: softmax or sigmoid
 * @param softmax whether outputs depend on one another, p_k = e^z_k / Σ e^z_j, so that J = diag(p)
 *     - p pᵀ; else p_k = 1 / (1 + e^-z_k), J = diag(p (1 - p))
 */
record SquaredErrorOf(Loss crossEntropy, boolean softmax) implements Loss {
  private static final long serialVersionUID = 1;

  @Override
  public String spec() {
    return softmax ? "squaredErrorOfSoftmax" : "squaredErrorOfSigmoid";
  }

  @Override
  public double value(double[] z, double[] y) {
    double[] p = new double[z.length];
    link(z, p);
    double sum = 0;
    for (int k = 0; k < z.length; k++) {
      sum += (p[k] - y[k]) * (p[k] - y[k]) / 2;
    }
    return sum;
  }

  @Override
  public void gradient(double[] z, double[] y, double[] gradient) {
    link(z, gradient);
    double mean = 0; // Σ p_j (p_j - y_j)
    for (int k = 0; softmax && k < z.length; k++) {
      mean += gradient[k] * (gradient[k] - y[k]);
    }
    for (int k = 0; k < z.length; k++) {
      double p = gradient[k];
      gradient[k] = softmax ? p * (p - y[k] - mean) : p * (1 - p) * (p - y[k]);
    }
  }

  @Override
  public void link(double[] z, double[] out) {
    crossEntropy.link(z, out);
  }
}
