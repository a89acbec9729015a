package org.sparkmlp.nn;

import java.io.Serializable;
import java.util.Arrays;
import org.sparkmlp.function.Losses;

/**
 * From a network's logits to what Spark calls raw prediction, probability and prediction.
 *
 * <p>Softmax: raw are the logits less their mean, which changes no probability and makes raw(1) of
 * a binary classifier comparable between rows and models (BinaryClassificationEvaluator and
 * OneVsRest look at raw(1) alone). A single sigmoid output z: raw is (-z, z), the probability (1 -
 * p, p). Squared error against one-hot targets: raw are the outputs, the probability is the
 * distribution nearest to them in squared error.
 */
public final class Scores implements Serializable {
  private static final long serialVersionUID = 1;

  private final Topology topology;

  public Scores(Topology topology) {
    this.topology = topology;
  }

  public int numClasses() {
    return topology.outputs() == 1 ? 2 : topology.outputs();
  }

  /** The raw prediction from the logits that begin at {@code offset}. */
  public double[] raw(float[] logits, int offset) {
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
    if (topology.loss() == Losses.SOFTMAX_CROSS_ENTROPY) {
      for (int k = 0; k < outputs; k++) {
        raw[k] -= mean;
      }
    }
    return raw;
  }

  /** Turns a raw prediction into probabilities, in place. */
  public void probabilityInPlace(double[] raw) {
    if (topology.outputs() == 1) {
      double[] p = new double[1];
      topology.loss().link(new double[] {raw[1]}, p);
      raw[0] = 1 - p[0];
      raw[1] = p[0];
    } else if (topology.loss() == Losses.SOFTMAX_CROSS_ENTROPY) {
      topology.loss().link(raw.clone(), raw);
    } else {
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
  public static double prediction(double[] raw, double[] probability, double[] thresholds) {
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
