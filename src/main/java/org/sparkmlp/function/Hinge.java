package org.sparkmlp.function;

/**
 * Hinge loss, one output against the rest, summed over outputs: l = Σ max(0, 1 - t_k z_k), with t_k
 * = 2 y_k - 1; dl/dz = -t where t z &lt; 1, else 0.
 *
 * <p>With a single output it is the loss of Spark's LinearSVC; with one for each class that of
 * LinearSVC under OneVsRest, and of scikit-learn's SGDClassifier (not the multi-class loss of
 * Crammer and Singer); with several labels a row it is a margin for each.
 *
 * <p>A margin has no probability. What stands for one is (1 + max(-1, min(1, z))) / 2, as in
 * scikit-learn's SGDClassifier for its modified_huber: ½ on the border, certain from the margin on,
 * not calibrated.
 */
public record Hinge() implements Loss {
  @Override
  public String spec() {
    return "hinge";
  }

  @Override
  public double value(double[] z, double[] y) {
    double sum = 0;
    for (int k = 0; k < z.length; k++) {
      sum += Math.max(0, 1 - (2 * y[k] - 1) * z[k]);
    }
    return sum;
  }

  @Override
  public void gradient(double[] z, double[] y, double[] gradient) {
    for (int k = 0; k < z.length; k++) {
      double t = 2 * y[k] - 1;
      gradient[k] = t * z[k] < 1 ? -t : 0;
    }
  }

  @Override
  public void link(double[] z, double[] out) {
    for (int k = 0; k < z.length; k++) {
      out[k] = (1 + Activations.HARDTANH.value(z[k])) / 2;
    }
  }

  @Override
  public String problem(double y) {
    return y == 0 || y == 1 ? null : "hinge needs targets 0 or 1, got " + y;
  }
}
