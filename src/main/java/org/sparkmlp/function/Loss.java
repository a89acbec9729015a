package org.sparkmlp.function;

import java.io.Serializable;

/**
 * What training minimises, for one row: a function of the K logits z (the sums of the last layer,
 * before any link) and of the K targets y. For a class label y is one-hot; with a single output it
 * is the label itself, 0 or 1.
 *
 * <p>Everything is computed from logits, never from a probability that may have underflowed to 0.
 * Instances travel to executors by Java serialization: a user's own class must be there, its
 * registration need not. Equal losses have equal specs.
 */
public interface Loss extends Serializable {
  /** The text that {@link Losses#parse} makes this loss from. */
  String spec();

  /** l(z, y). */
  double value(double[] z, double[] y);

  /** Writes dl/dz into {@code gradient}, of the length of z. */
  void gradient(double[] z, double[] y, double[] gradient);

  /** Writes what the logits predict (probabilities, or values for regression) into {@code out}. */
  void link(double[] z, double[] out);

  /**
   * What is wrong with a target value, as a clause that names the value and what is allowed; null
   * if nothing is.
   */
  default String problem(double y) {
    return null;
  }

  /** Whether class labels make sense as targets: 0 and 1, one an output. */
  default boolean forClasses() {
    return true;
  }
}
