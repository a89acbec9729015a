package org.sparkmlp.train;

import org.sparkmlp.nn.Scores;
import org.sparkmlp.nn.Topology;

/**
 * Σ weight · -log p, with p the predicted probability of the row's class, kept within [1e-15, 1 -
 * 1e-15]; as Spark's MulticlassMetrics.
 */
final class LogLossSum implements MetricSums {
  private static final double EPSILON = 1e-15;

  private final Scores scores;
  private final double[] numbers = new double[1];

  LogLossSum(Topology topology) {
    this.scores = new Scores(topology);
  }

  @Override
  public void add(float[] logits, int at, float[] targets, int targetAt, float weight) {
    double[] probability = scores.raw(logits, at);
    scores.probabilityInPlace(probability);
    double p = probability[(int) targets[targetAt]];
    numbers[0] -= weight * Math.log(Math.max(EPSILON, Math.min(1 - EPSILON, p)));
  }

  @Override
  public double[] numbers() {
    return numbers;
  }

  @Override
  public double metric(ValidationMetric which, double weight) {
    return numbers[0] / weight;
  }
}
