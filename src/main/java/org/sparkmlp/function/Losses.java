package org.sparkmlp.function;

import java.util.List;
import org.sparkmlp.util.Registry;

/** The losses by name. */
public final class Losses {
  /**
   * Softmax cross-entropy: l = log Σ e^z_k - Σ y_k z_k, with Σ y_k = 1; dl/dz = softmax(z) - y.
   *
   * <p>Goodfellow, Bengio, Courville, Deep Learning (2016), section 6.2.2.3. PyTorch's
   * CrossEntropyLoss.
   */
  public static final Loss SOFTMAX_CROSS_ENTROPY = new SoftmaxCrossEntropy();

  /**
   * Binary cross-entropy, summed over outputs: l = Σ log(1 + e^z_k) - y_k z_k; dl/dz = sigmoid(z) -
   * y.
   *
   * <p>PyTorch's BCEWithLogitsLoss with reduction = sum over the outputs of a row.
   */
  public static final Loss BINARY_CROSS_ENTROPY = new BinaryCrossEntropy();

  /**
   * Mean squared error over the K outputs: l = 1/K Σ (z_k - y_k)²; dl/dz = 2/K (z - y).
   *
   * <p>Keras' mean_squared_error, PyTorch's MSELoss.
   */
  public static final Loss MEAN_SQUARED_ERROR = new MeanSquaredError();

  private static final Registry<Loss> ALL = new Registry<>("loss");

  static {
    for (Loss fixed : List.of(SOFTMAX_CROSS_ENTROPY, BINARY_CROSS_ENTROPY, MEAN_SQUARED_ERROR)) {
      ALL.add(fixed.spec(), List.of(), arguments -> fixed);
    }
  }

  private Losses() {}

  /** The loss that a spec names; an unknown name is an {@link IllegalArgumentException}. */
  public static Loss parse(String spec) {
    return ALL.parse(spec);
  }

  public static List<String> names() {
    return ALL.names();
  }

  private static final class SoftmaxCrossEntropy implements Loss {
    @Override
    public String spec() {
      return "softmaxCrossEntropy";
    }

    @Override
    public double value(double[] z, double[] y) {
      double max = max(z);
      double sum = 0;
      double picked = 0;
      for (int k = 0; k < z.length; k++) {
        sum += Math.exp(z[k] - max);
        picked += y[k] * (z[k] - max);
      }
      return Math.log(sum) - picked;
    }

    @Override
    public void gradient(double[] z, double[] y, double[] gradient) {
      link(z, gradient);
      for (int k = 0; k < z.length; k++) {
        gradient[k] -= y[k];
      }
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

    private Object readResolve() {
      return SOFTMAX_CROSS_ENTROPY;
    }
  }

  private static final class BinaryCrossEntropy implements Loss {
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

    private Object readResolve() {
      return BINARY_CROSS_ENTROPY;
    }
  }

  private static final class MeanSquaredError implements Loss {
    @Override
    public String spec() {
      return "meanSquaredError";
    }

    @Override
    public double value(double[] z, double[] y) {
      double sum = 0;
      for (int k = 0; k < z.length; k++) {
        sum += (z[k] - y[k]) * (z[k] - y[k]);
      }
      return sum / z.length;
    }

    @Override
    public void gradient(double[] z, double[] y, double[] gradient) {
      for (int k = 0; k < z.length; k++) {
        gradient[k] = 2 * (z[k] - y[k]) / z.length;
      }
    }

    @Override
    public void link(double[] z, double[] out) {
      System.arraycopy(z, 0, out, 0, z.length);
    }

    private Object readResolve() {
      return MEAN_SQUARED_ERROR;
    }
  }
}
