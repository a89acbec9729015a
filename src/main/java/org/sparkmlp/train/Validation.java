package org.sparkmlp.train;

import org.sparkmlp.nn.Topology;

/** Mean loss and accuracy of the validation rows; NaN where there is nothing to tell. */
record Validation(double loss, double accuracy) {
  static final Validation NONE = new Validation(Double.NaN, Double.NaN);

  static Validation of(RoundResult result, Topology topology) {
    return new Validation(
        result.loss() / result.weight(),
        topology.classTargets() ? result.correct() / result.weight() : Double.NaN);
  }
}
