package org.sparkmlp.train;

import org.sparkmlp.nn.Scores;
import org.sparkmlp.nn.Topology;

/**
 * What precision and recall need of a confusion matrix: for each class c the weights of rows that
 * are c and predicted so (TP), that are c (A), and that are predicted as c (P).
 *
 * <p>precision = TP/P (0 where P = 0), recall = TP/A, F1 = 2 precision recall / (precision +
 * recall); weighted means: Σ_c A_c/ΣA · metric_c over the classes that rows have. As Spark's
 * MulticlassMetrics.
 */
final class ClassSums implements MetricSums {
  private final Scores scores;
  private final int classes;
  private final double[] numbers;

  ClassSums(Topology topology) {
    this.scores = new Scores(topology);
    this.classes = scores.numClasses();
    this.numbers = new double[3 * classes];
  }

  @Override
  public void add(float[] logits, int at, float[] targets, int targetAt, float weight) {
    int label = (int) targets[targetAt];
    int predicted = (int) Scores.prediction(scores.raw(logits, at), null, null);
    if (label == predicted) {
      numbers[label] += weight;
    }
    numbers[classes + label] += weight;
    numbers[2 * classes + predicted] += weight;
  }

  @Override
  public double[] numbers() {
    return numbers;
  }

  @Override
  public double metric(ValidationMetric which, double weight) {
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      double right = numbers[c];
      double actual = numbers[classes + c];
      double predicted = numbers[2 * classes + c];
      if (actual > 0) {
        double precision = predicted == 0 ? 0 : right / predicted;
        double recall = right / actual;
        double metric =
            switch (which) {
              case WEIGHTED_PRECISION -> precision;
              case WEIGHTED_RECALL -> recall;
              default ->
                  precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
            };
        sum += metric * actual / weight;
      }
    }
    return sum;
  }
}
