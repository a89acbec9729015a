package org.sparkmlp.train;

import java.io.Serializable;
import java.util.List;
import java.util.function.Supplier;
import org.sparkmlp.util.Check;

/**
 * What holds weights near those that earlier tasks were learnt with, each as firmly as it mattered
 * there: selective synaptic plasticity. Training minimises
 *
 * <pre>L'(θ) = L(θ) + λ Σ_i b_i (θ_i' − θ_i)²</pre>
 *
 * <p>with L the mean loss, θ' the earlier weights and b their importance ({@link Importance}), so
 * that the gradient of the mean loss has 2 λ b_i (θ_i − θ_i') added to it. (Kirkpatrick et al.,
 * Overcoming catastrophic forgetting in neural networks, PNAS 114 (13), 2017, elastic weight
 * consolidation, with λ/2 for our λ; one anchor with the summed importance of all tasks before, as
 * in Huszár, On quadratic penalties in elastic weight consolidation, PNAS 115 (11), 2018.)
 */
public final class Anchor implements Serializable {
  private static final long serialVersionUID = 1;

  /** The vectors, each as long as the weights; not to be changed. */
  public static final class Vectors implements Serializable {
    private static final long serialVersionUID = 1;

    private final float[] weights;
    private final float[] strengths;

    /**
     * @param lambda λ
     * @param weights θ'
     * @param importance b
     * @throws IllegalArgumentException if 2 λ b is no finite float
     */
    public Vectors(double lambda, float[] weights, float[] importance) {
      this.weights = weights;
      this.strengths = new float[importance.length];
      for (int i = 0; i < strengths.length; i++) {
        strengths[i] = (float) (2 * lambda * importance[i]);
        Check.that(
            Float.isFinite(strengths[i]),
            "lambda = %s times an importance of %s is too large for a float; take a smaller lambda",
            lambda,
            importance[i]);
      }
    }

    float[] weights() {
      return weights;
    }

    /** 2 λ b. */
    float[] strengths() {
      return strengths;
    }
  }

  private final Supplier<Vectors> vectors;
  private final String hash;

  private Anchor(Supplier<Vectors> vectors, String hash) {
    this.vectors = vectors;
    this.hash = hash;
  }

  /**
   * An anchor that travels as a reference to its vectors, since it is part of every task.
   *
   * @param vectors what it refers to
   * @param reference finds them again, wherever it is
   */
  public static <R extends Supplier<Vectors> & Serializable> Anchor of(
      Vectors vectors, R reference) {
    return new Anchor(
        reference,
        CheckpointKey.hash(vectors.weights) + " " + CheckpointKey.hash(vectors.strengths));
  }

  /** An anchor that carries its vectors with it. */
  public static Anchor of(Vectors vectors) {
    return of(vectors, (Supplier<Vectors> & Serializable) () -> vectors);
  }

  Vectors vectors() {
    return vectors.get();
  }

  /** λ Σ b_i (θ_i' − θ_i)²; its gradient is added to {@code gradient}. */
  double penalty(double[] weights, double[] gradient) {
    Vectors held = vectors();
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      double away = weights[i] - held.weights[i];
      sum += held.strengths[i] / 2 * away * away;
      gradient[i] += held.strengths[i] * away;
    }
    return sum;
  }

  /** What of it the weights depend on, in a line of text. */
  List<String> description() {
    return List.of("plasticity: hashes of anchor and strengths " + hash);
  }
}
