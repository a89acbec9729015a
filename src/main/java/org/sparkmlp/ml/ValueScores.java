package org.sparkmlp.ml;

import java.io.Serializable;
import org.sparkmlp.data.Scaling;
import org.sparkmlp.nn.Topology;

/**
 * From a network's logits z to the K values that it predicts: link(z) of the loss, and y = μ + σ
 * link(z) where labels were standardized. In double, so that a mean of 1.6e9 costs no digit.
 */
final class ValueScores implements Serializable {
  private static final long serialVersionUID = 1;

  private final Topology topology;
  private final Scaling scaling;
  private final double[] means;
  private final double[] deviations;

  /**
   * @param scaling of the labels, or null
   */
  ValueScores(Topology topology, Scaling scaling) {
    this.topology = topology;
    this.scaling = scaling;
    this.means = scaling == null ? null : scaling.means();
    this.deviations = scaling == null ? null : scaling.deviations();
  }

  /** May be null. */
  Scaling scaling() {
    return scaling;
  }

  /**
   * How far reconstructed features are from what they were: the mean of ((x' - x)/σ)², where 1
   * stands in for a σ of 0 and where features weren't standardized.
   */
  double error(double[] reconstructed, double[] features) {
    double sum = 0;
    for (int k = 0; k < features.length; k++) {
      double sigma = deviations == null || deviations[k] == 0 ? 1 : deviations[k];
      double difference = (reconstructed[k] - features[k]) / sigma;
      sum += difference * difference;
    }
    return sum / features.length;
  }

  /** What is predicted by the logits that begin at {@code offset}. */
  double[] values(float[] logits, int offset) {
    double[] z = new double[topology.outputs()];
    for (int k = 0; k < z.length; k++) {
      z[k] = logits[offset + k];
    }
    double[] values = new double[z.length];
    topology.loss().link(z, values);
    for (int k = 0; means != null && k < z.length; k++) {
      values[k] = means[k] + deviations[k] * values[k];
    }
    return values;
  }
}
