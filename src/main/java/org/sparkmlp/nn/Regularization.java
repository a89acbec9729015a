package org.sparkmlp.nn;

import java.io.Serializable;
import org.sparkmlp.nn.Topology.Slice;

/**
 * All that keeps weights small and gradients in bounds; 0 switches any of it off. Biases are
 * exempt, but from clipping.
 *
 * <p>The objective of training is the mean loss plus the elastic net (Zou and Hastie 2005), in
 * Spark's names and form,
 *
 * <pre>{@code
 * λ (α |w|_1 + (1 - α)/2 |w|²)
 * }</pre>
 *
 * <p>with the subgradient λ (α sign(w) + (1 - α) w), sign(0) = 0. {@link WeightUpdate} says in
 * which order all else acts.
 *
 * @param regParam λ, &gt;= 0
 * @param elasticNetParam α, in [0, 1]
 * @param weightDecay decoupled weight decay (Loshchilov and Hutter 2019), &gt;= 0
 * @param dropout shares of values that rows go without
 * @param maxNorm most Euclidean length of the weights into one unit
 * @param gradientClipNorm most Euclidean length of the gradient, of all weights and biases together
 * @param gradientClipValue most size of each number of the gradient
 */
public record Regularization(
    double regParam,
    double elasticNetParam,
    double weightDecay,
    Dropout dropout,
    double maxNorm,
    double gradientClipNorm,
    double gradientClipValue)
    implements Serializable {

  /** Nothing of it. */
  public static final Regularization NONE = new Regularization(0, 0, 0, Dropout.NONE, 0, 0, 0);

  /** The same but for λ and α. */
  public Regularization withPenalty(double lambda, double alpha) {
    return new Regularization(
        lambda, alpha, weightDecay, dropout, maxNorm, gradientClipNorm, gradientClipValue);
  }

  /** The same but for weight decay. */
  public Regularization withWeightDecay(double other) {
    return new Regularization(
        regParam, elasticNetParam, other, dropout, maxNorm, gradientClipNorm, gradientClipValue);
  }

  /** The same but for dropout. */
  public Regularization withDropout(Dropout other) {
    return new Regularization(
        regParam,
        elasticNetParam,
        weightDecay,
        other,
        maxNorm,
        gradientClipNorm,
        gradientClipValue);
  }

  /** The same but for the bound of norms. */
  public Regularization withMaxNorm(double other) {
    return new Regularization(
        regParam,
        elasticNetParam,
        weightDecay,
        dropout,
        other,
        gradientClipNorm,
        gradientClipValue);
  }

  /** The same but for clipping. */
  public Regularization withGradientClip(double norm, double value) {
    return new Regularization(
        regParam, elasticNetParam, weightDecay, dropout, maxNorm, norm, value);
  }

  /** λ α. */
  double l1() {
    return regParam * elasticNetParam;
  }

  /** λ (1 - α). */
  double l2() {
    return regParam * (1 - elasticNetParam);
  }

  /** The penalty of a flat vector of weights: a sum in the order of the vector. */
  public double penalty(Topology topology, float[] weights) {
    if (regParam == 0) {
      return 0;
    }
    double sum = 0;
    double squares = 0;
    for (Slice slice : topology.slices()) {
      for (int i = slice.offset(); !slice.isBias() && i < slice.end(); i++) {
        sum += Math.abs(weights[i]);
        squares += (double) weights[i] * weights[i];
      }
    }
    return l1() * sum + l2() / 2 * squares;
  }

  /** The penalty in double; its gradient is added to {@code gradient}. */
  public double penalty(Topology topology, double[] weights, double[] gradient) {
    if (regParam == 0) {
      return 0;
    }
    double sum = 0;
    double squares = 0;
    for (Slice slice : topology.slices()) {
      for (int i = slice.offset(); !slice.isBias() && i < slice.end(); i++) {
        sum += Math.abs(weights[i]);
        squares += weights[i] * weights[i];
        gradient[i] += l1() * Math.signum(weights[i]) + l2() * weights[i];
      }
    }
    return l1() * sum + l2() / 2 * squares;
  }
}
