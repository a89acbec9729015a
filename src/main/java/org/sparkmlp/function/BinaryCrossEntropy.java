package org.sparkmlp.function;

/**
 * Sigmoid cross-entropy, summed over outputs: l = Σ log(1 + e^z_k) - y_k z_k; dl/dz = sigmoid(z) -
 * y. For two classes with a single output, and for any number of labels that hold or not, each with
 * an output.
 *
 * <p>PyTorch's BCEWithLogitsLoss with reduction = sum over the outputs of a row.
 */
public record BinaryCrossEntropy() implements Loss {
  @Override
  public String spec() {
    return "binaryCrossEntropy";
  }

  @Override
  public double value(double[] z, double[] y) {
    double sum = 0;
    for (int k = 0; k < z.length; k++) {
      sum += Math.max(z[k], 0) + Math.log1p(Math.exp(-Math.abs(z[k]))) - y[k] * z[k];
    }
    return sum;
  }

  @Override
  public void gradient(double[] z, double[] y, double[] gradient) {
    for (int k = 0; k < z.length; k++) {
      gradient[k] = Activations.SIGMOID.value(z[k]) - y[k];
    }
  }

  @Override
  public void link(double[] z, double[] out) {
    for (int k = 0; k < z.length; k++) {
      out[k] = Activations.SIGMOID.value(z[k]);
    }
  }

  @Override
  public String problem(double y) {
    return TargetRange.between0And1("binaryCrossEntropy", y);
  }
}
