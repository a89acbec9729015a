package org.sparkmlp.nn;

import java.util.Locale;
import org.ejml.data.DMatrixRMaj;
import org.sparkmlp.nn.Topology.Slice;

/**
 * Compares the gradient that backpropagation computes with central differences of the loss, in
 * double precision.
 *
 * <p>For each weight, with ε = 3e-5 max(1, |w|), the difference d = (8 L(w + ε) - 8 L(w - ε) - L(w
 * + 2ε) + L(w - 2ε)) / 12ε against the gradient g: the relative error is |g - d| / max(|g|, |d|,
 * floor), the floor being 1e-3 times the largest |g| of the slice, below which differences are
 * rounding noise. A relu, or another function with a kink, whose sum lies within 2ε of it gives a
 * false alarm.
 *
 * <p>Activations and losses of your own can be checked too: in a {@link Topology} of a few units,
 * with a few rows.
 */
public final class GradientCheck {
  /**
   * The worst weight found.
   *
   * @param parameter its name, as {@code layer2.weights[3,1]}
   * @param gradient by backpropagation
   * @param difference by central difference
   * @param error relative
   */
  public record Result(String parameter, double gradient, double difference, double error) {
    /** Whether the error is at most {@code tolerance}; false for NaN. */
    public boolean within(double tolerance) {
      return error <= tolerance;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "worst is %s: gradient %.12g, central difference %.12g, relative error %.3g",
          parameter,
          gradient,
          difference,
          error);
    }
  }

  private static final double EPSILON = 3e-5;

  private GradientCheck() {}

  /** Checks every weight on one batch; the arguments are those of {@link ReferenceNetwork#loss}. */
  public static Result run(
      Topology topology,
      double[] weights,
      DMatrixRMaj features,
      DMatrixRMaj targets,
      double[] rowWeights) {
    ReferenceNetwork network = new ReferenceNetwork(topology);
    double[] gradient = new double[weights.length];
    network.loss(weights, features, targets, rowWeights, gradient);
    Result worst = new Result("none", 0, 0, 0);
    for (Slice slice : topology.slices()) {
      double floor = 0;
      for (int i = slice.offset(); i < slice.end(); i++) {
        floor = Math.max(floor, 1e-3 * Math.abs(gradient[i]));
      }
      for (int i = slice.offset(); i < slice.end(); i++) {
        double difference = difference(network, weights, i, features, targets, rowWeights);
        double scale = Math.max(floor, Math.max(Math.abs(gradient[i]), Math.abs(difference)));
        double error = scale == 0 ? 0 : Math.abs(gradient[i] - difference) / scale;
        if (!(error <= worst.error)) {
          worst = new Result(name(slice, i), gradient[i], difference, error);
        }
      }
    }
    return worst;
  }

  private static double difference(
      ReferenceNetwork network,
      double[] weights,
      int i,
      DMatrixRMaj features,
      DMatrixRMaj targets,
      double[] rowWeights) {
    double epsilon = EPSILON * Math.max(1, Math.abs(weights[i]));
    double[] moved = weights.clone();
    double sum = 0;
    for (int k : new int[] {1, -1, 2, -2}) {
      moved[i] = weights[i] + k * epsilon;
      double value = network.loss(moved, features, targets, rowWeights, null);
      sum += (Math.abs(k) == 1 ? 8 : -1) * Integer.signum(k) * value;
    }
    return sum / (12 * epsilon);
  }

  private static String name(Slice slice, int i) {
    int at = i - slice.offset();
    return slice.name() + "[" + at / slice.columns() + "," + at % slice.columns() + "]";
  }
}
