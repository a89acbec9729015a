package org.sparkmlp.train;

import org.sparkmlp.nn.Topology;

/**
 * Moments of targets y and errors e = y - prediction, for each output: Σ w y, Σ w y², Σ w e², Σ w
 * |e|. With means over the weights, MSE = mean e², RMSE = √MSE, MAE = mean |e|, R² = 1 - Σ w e² /
 * (Σ w y² - (Σ w y)² / Σ w). Of several outputs, the mean of each one's (scikit-learn's uniform
 * average); RMSE is the root of the mean.
 */
final class ValueSums implements MetricSums {
  private static final int Y = 0;
  private static final int Y_SQUARED = 1;
  private static final int ERROR_SQUARED = 2;
  private static final int ERROR = 3;
  private static final int MOMENTS = 4;

  private final Topology topology;
  private final int outputs;
  private final double[] numbers;
  private final double[] logits;
  private final double[] predictions;

  ValueSums(Topology topology) {
    this.topology = topology;
    this.outputs = topology.outputs();
    this.numbers = new double[MOMENTS * outputs];
    this.logits = new double[outputs];
    this.predictions = new double[outputs];
  }

  @Override
  public void add(float[] batch, int at, float[] targets, int targetAt, float weight) {
    for (int k = 0; k < outputs; k++) {
      logits[k] = batch[at + k];
    }
    topology.loss().link(logits, predictions);
    for (int k = 0; k < outputs; k++) {
      double y = targets[targetAt + k];
      double error = y - predictions[k];
      numbers[MOMENTS * k + Y] += weight * y;
      numbers[MOMENTS * k + Y_SQUARED] += weight * y * y;
      numbers[MOMENTS * k + ERROR_SQUARED] += weight * error * error;
      numbers[MOMENTS * k + ERROR] += weight * Math.abs(error);
    }
  }

  @Override
  public double[] numbers() {
    return numbers;
  }

  @Override
  public double metric(ValidationMetric which, double weight) {
    double sum = 0;
    for (int k = 0; k < outputs; k++) {
      double y = numbers[MOMENTS * k + Y];
      double squares = numbers[MOMENTS * k + ERROR_SQUARED];
      sum +=
          switch (which) {
            case MAE -> numbers[MOMENTS * k + ERROR] / weight;
            case R2 -> 1 - squares / (numbers[MOMENTS * k + Y_SQUARED] - y * y / weight);
            default -> squares / weight;
          };
    }
    double mean = sum / outputs;
    return which == ValidationMetric.RMSE ? Math.sqrt(mean) : mean;
  }
}
