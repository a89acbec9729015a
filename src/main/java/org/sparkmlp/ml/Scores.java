package org.sparkmlp.ml;

import java.io.Serializable;
import java.util.Arrays;
import org.sparkmlp.function.SoftmaxCrossEntropy;
import org.sparkmlp.nn.Topology;

/**
 * From a network's logits to what Spark calls raw prediction, probability and prediction.
 *
 * <p>With several outputs raw are the logits; for softmax cross-entropy less their mean, which
 * changes no probability and makes raw(1) of a binary classifier comparable between rows and models
 * (BinaryClassificationEvaluator and OneVsRest look at raw(1) alone). The probability is softmax of
 * them, and for any other loss the distribution nearest to its {@link
 * org.sparkmlp.function.Loss#link} in squared distance: for squared error to the outputs
 * themselves, for hinge to (1 + max(-1, min(1, z))) / 2 of each margin z.
 *
 * <p>With a single output z raw is (-z, z) and the probability (1 - p, p), where p is the link of
 * z: the sigmoid for binary cross-entropy, for hinge as above.
 */
final class Scores implements Serializable {
  private static final long serialVersionUID = 1;

  private final Topology topology;

  Scores(Topology topology) {
    this.topology = topology;
  }

  int numClasses() {
    return topology.outputs() == 1 ? 2 : topology.outputs();
  }

  /** The raw prediction from the logits that begin at {@code offset}. */
  double[] raw(float[] logits, int offset) {
    int outputs = topology.outputs();
    if (outputs == 1) {
      return new double[] {-logits[offset], logits[offset]};
    }
    double[] raw = new double[outputs];
    double mean = 0;
    for (int k = 0; k < outputs; k++) {
      raw[k] = logits[offset + k];
      mean += raw[k] / outputs;
    }
    if (topology.loss() instanceof SoftmaxCrossEntropy) {
      for (int k = 0; k < outputs; k++) {
        raw[k] -= mean;
      }
    }
    return raw;
  }

  /** Turns a raw prediction into probabilities, in place. */
  void probabilityInPlace(double[] raw) {
    if (topology.outputs() == 1) {
      double[] p = new double[1];
      topology.loss().link(new double[] {raw[1]}, p);
      raw[0] = 1 - p[0];
      raw[1] = p[0];
      return;
    }
    topology.loss().link(raw.clone(), raw);
    if (!(topology.loss() instanceof SoftmaxCrossEntropy)) {
      projectOntoSimplex(raw);
    }
  }

  /** The nearest point whose elements are &gt;= 0 and sum to 1 (Duchi et al. 2008, figure 1). */
  private static void projectOntoSimplex(double[] x) {
    double[] sorted = x.clone();
    Arrays.sort(sorted);
    double sum = 0;
    double shift = 0;
    for (int k = 1; k <= x.length; k++) {
      double value = sorted[x.length - k];
      sum += value;
      if (value - (sum - 1) / k > 0) {
        shift = (sum - 1) / k;
      }
    }
    for (int k = 0; k < x.length; k++) {
      x[k] = Math.max(0, x[k] - shift);
    }
  }

  /**
   * The predicted class: that of the largest raw prediction, or, with thresholds t, of the largest
   * p/t.
   *
   * @param thresholds one a class, at most one of them 0, or null
   */
  static double prediction(double[] raw, double[] probability, double[] thresholds) {
    int best = 0;
    double most = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < raw.length; k++) {
      // 0/0 is NaN, which is never the largest: as in Spark
      double score = thresholds == null ? raw[k] : probability[k] / thresholds[k];
      if (score > most) {
        most = score;
        best = k;
      }
    }
    return best;
  }
}
