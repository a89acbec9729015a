package org.sparkmlp.backend;

import org.sparkmlp.function.BinaryCrossEntropy;
import org.sparkmlp.function.Loss;
import org.sparkmlp.function.MeanSquaredError;
import org.sparkmlp.function.SoftmaxCrossEntropy;

/**
 * Losses on {@code float[]} logits: float loops for the most used ones, {@link Loss}'s own methods
 * in double for the others and for a user's.
 */
final class LossKernels {
  private static final ThreadLocal<Row> ROW = new ThreadLocal<>();

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
    float smoothing =
        loss instanceof SoftmaxCrossEntropy softmax ? (float) softmax.labelSmoothing() : 0;
    Row row = null;
    for (int i = 0; i < rows; i++) {
      int at = i * columns;
      float weight = weights[i];
      int label = classTargets ? (int) targets[i] : -1;
      double value;
      if (loss instanceof SoftmaxCrossEntropy && classTargets) {
        value = softmax(columns, z, at, label, smoothing, weight, gradient);
      } else if (loss instanceof BinaryCrossEntropy) {
        value = binary(columns, z, at, label, targets, weight, gradient);
      } else if (loss instanceof MeanSquaredError) {
        value = squared(columns, z, at, label, targets, weight, gradient);
      } else {
        row = row == null ? Row.of(columns) : row;
        value = row.run(loss, z, at, label, targets, weight, gradient);
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
      int columns, float[] z, int at, int label, float smoothing, float weight, float[] gradient) {
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
    double value = Math.log(sum) + max - z[at + label];
    return smoothing == 0
        ? value
        : value + smooth(columns, z, at, label, smoothing, weight, gradient);
  }

  /** What changes where a share of the label's target goes to all classes alike. */
  private static double smooth(
      int columns, float[] z, int at, int label, float smoothing, float weight, float[] gradient) {
    double sum = 0;
    for (int k = 0; k < columns; k++) {
      sum += z[at + k];
      if (gradient != null) {
        gradient[at + k] -= weight * smoothing / columns;
      }
    }
    if (gradient != null) {
      gradient[at + label] += weight * smoothing;
    }
    return smoothing * (z[at + label] - sum / columns);
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

  /** A row in double; a thread has one, so that training allocates nothing. */
  private static final class Row {
    private final double[] logits;
    private final double[] y;
    private final double[] slope;

    static Row of(int columns) {
      Row row = ROW.get();
      if (row == null || row.logits.length != columns) {
        row = new Row(columns);
        ROW.set(row);
      }
      return row;
    }

    private Row(int columns) {
      logits = new double[columns];
      y = new double[columns];
      slope = new double[columns];
    }

    double run(
        Loss loss, float[] z, int at, int label, float[] targets, float weight, float[] gradient) {
      int columns = logits.length;
      for (int k = 0; k < columns; k++) {
        logits[k] = z[at + k];
        y[k] = target(columns, at, k, label, targets);
      }
      if (gradient != null) {
        loss.gradient(logits, y, slope);
        for (int k = 0; k < columns; k++) {
          gradient[at + k] = (float) (weight * slope[k]);
        }
      }
      return loss.value(logits, y);
    }
  }
}
