package org.sparkmlp.train;

/** Sums over evaluated rows that a metric is computed from. */
interface MetricSums {
  /**
   * Adds a row.
   *
   * @param logits of a batch; the row's begin at {@code at}
   * @param targets of a block; the row's begin at {@code targetAt}: its class, or a number an
   *     output
   */
  void add(float[] logits, int at, float[] targets, int targetAt, float weight);

  /** The sums themselves, not a copy: what is added up over shards. */
  double[] numbers();

  /**
   * The metric.
   *
   * @param weight Σ weight over all rows
   */
  double metric(ValidationMetric which, double weight);
}
