package org.sparkmlp.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * How training went, epoch by epoch; NaN where a number isn't known.
 *
 * @param loss of the training rows
 * @param accuracy of the training rows
 * @param learningRate of the first update of each epoch
 * @param validationLoss of validation rows
 * @param validationAccuracy of validation rows
 */
record Curve(
    double[] loss,
    double[] accuracy,
    double[] learningRate,
    double[] validationLoss,
    double[] validationAccuracy) {
  static final Curve NONE =
      new Curve(new double[0], new double[0], new double[0], new double[0], new double[0]);

  /** Of {@code epochs} in a record of training. */
  static Curve of(JsonNode epochs) {
    return new Curve(
        column(epochs, "loss"),
        column(epochs, "accuracy"),
        column(epochs, "learningRate"),
        column(epochs, "validationLoss"),
        column(epochs, "validationAccuracy"));
  }

  private static double[] column(JsonNode epochs, String name) {
    double[] values = new double[epochs.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = epochs.path(i).path(name).asDouble(Double.NaN);
    }
    return values;
  }

  /** The mean over fits, as far as all of them go. */
  static Curve mean(List<Curve> curves) {
    List<double[][]> all = new ArrayList<>();
    for (Curve c : curves) {
      all.add(
          new double[][] {
            c.loss, c.accuracy, c.learningRate, c.validationLoss, c.validationAccuracy
          });
    }
    int length = curves.stream().mapToInt(Curve::epochs).min().orElse(0);
    double[][] mean = new double[5][length];
    for (double[][] one : all) {
      for (int i = 0; i < mean.length; i++) {
        for (int e = 0; e < length; e++) {
          mean[i][e] += one[i][e] / all.size();
        }
      }
    }
    return new Curve(mean[0], mean[1], mean[2], mean[3], mean[4]);
  }

  int epochs() {
    return loss.length;
  }

  /** Whether any of the numbers is known. */
  static boolean known(double[] values) {
    for (double value : values) {
      if (Double.isFinite(value)) {
        return true;
      }
    }
    return false;
  }
}
