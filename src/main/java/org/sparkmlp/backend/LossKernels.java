package org.sparkmlp.backend;

import org.sparkmlp.function.Loss;
import org.sparkmlp.function.Losses;

/**
 * Losses on {@code float[]} logits: loops for the known ones, {@link Loss}'s own methods for a
 * user's.
 */
final class LossKernels {
  private LossKernels() {}

  /** See {@link Backend#loss}; {@code gradient} may be null. */
  static void run(
      Loss loss,
      boolean classTargets,
      int rows,
      int columns,
      float[] z,
      float[] targets,
      float[] weights,
      float[] gradient,
      LossSums sums) {
    for (int i = 0; i < rows; i++) {
      int at = i * columns;
      float weight = weights[i];
      int label = classTargets ? (int) targets[i] : -1;
      double value;
      if (loss == Losses.SOFTMAX_CROSS_ENTROPY && classTargets) {
        value = softmax(columns, z, at, label, weight, gradient);
      } else if (loss == Losses.BINARY_CROSS_ENTROPY) {
        value = binary(columns, z, at, label, targets, weight, gradient);
      } else if (loss == Losses.MEAN_SQUARED_ERROR) {
        value = squared(columns, z, at, label, targets, weight, gradient);
      } else {
        value = generic(loss, columns, z, at, label, targets, weight, gradient);
      }
      sums.loss += weight * value;
      sums.weight += weight;
      if (classTargets && predicted(columns, z, at) == label) {
        sums.correct += weight;
      }
    }
  }

  /**
   * The class of the largest logit, the first of several; of a single logit, 1 if it is positive.
   */
  private static int predicted(int columns, float[] z, int at) {
    if (columns == 1) {
      return z[at] > 0 ? 1 : 0;
    }
    int best = 0;
    for (int k = 1; k < columns; k++) {
      if (z[at + k] > z[at + best]) {
        best = k;
      }
    }
    return best;
  }

  /** Target of output k: with one output the label itself, with several one-hot; else a value. */
  private static float target(int columns, int at, int k, int label, float[] targets) {
    if (label < 0) {
      return targets[at + k];
    }
    return columns == 1 ? label : label == k ? 1 : 0;
  }

  private static double softmax(
      int columns, float[] z, int at, int label, float weight, float[] gradient) {
    float max = z[at];
    for (int k = 1; k < columns; k++) {
      max = Math.max(max, z[at + k]);
    }
    double sum = 0;
    for (int k = 0; k < columns; k++) {
      float e = FloatMath.exp(z[at + k] - max);
      sum += e;
      if (gradient != null) {
        gradient[at + k] = e;
      }
    }
    if (gradient != null) {
      float scale = (float) (weight / sum);
      for (int k = 0; k < columns; k++) {
        gradient[at + k] *= scale;
      }
      gradient[at + label] -= weight;
    }
    return Math.log(sum) + max - z[at + label];
  }

  private static double binary(
      int columns, float[] z, int at, int label, float[] targets, float weight, float[] gradient) {
    double value = 0;
    for (int k = 0; k < columns; k++) {
      float logit = z[at + k];
      float y = target(columns, at, k, label, targets);
      float e = FloatMath.exp(-Math.abs(logit));
      value += Math.max(logit, 0) + Math.log1p(e) - (double) y * logit;
      if (gradient != null) {
        gradient[at + k] = weight * ((logit >= 0 ? 1 : e) / (1 + e) - y);
      }
    }
    return value;
  }

  private static double squared(
      int columns, float[] z, int at, int label, float[] targets, float weight, float[] gradient) {
    double value = 0;
    for (int k = 0; k < columns; k++) {
      float difference = z[at + k] - target(columns, at, k, label, targets);
      value += (double) difference * difference;
      if (gradient != null) {
        gradient[at + k] = weight * 2 * difference / columns;
      }
    }
    return value / columns;
  }

  private static double generic(
      Loss loss,
      int columns,
      float[] z,
      int at,
      int label,
      float[] targets,
      float weight,
      float[] gradient) {
    double[] logits = new double[columns];
    double[] y = new double[columns];
    for (int k = 0; k < columns; k++) {
      logits[k] = z[at + k];
      y[k] = target(columns, at, k, label, targets);
    }
    if (gradient != null) {
      double[] rowGradient = new double[columns];
      loss.gradient(logits, y, rowGradient);
      for (int k = 0; k < columns; k++) {
        gradient[at + k] = (float) (weight * rowGradient[k]);
      }
    }
    return loss.value(logits, y);
  }
}
