package org.sparkmlp.train;

import org.sparkmlp.nn.Topology;

/**
 * Mean loss, accuracy and the chosen metric of the validation rows; NaN where there is nothing to
 * tell.
 */
record Validation(double loss, double accuracy, double metric) {
  static final Validation NONE = new Validation(Double.NaN, Double.NaN, Double.NaN);

  static Validation of(RoundResult result, Topology topology, ValidationMetric metric) {
    return new Validation(
        result.loss() / result.weight(),
        topology.classTargets() ? result.correct() / result.weight() : Double.NaN,
        metric.value(result, topology));
  }
}
