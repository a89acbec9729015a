package org.sparkmlp.function;

import java.io.Serializable;

/**
 * What training minimises, for one row: a function of the K logits z (the sums of the last layer,
 * before any link) and of the K targets y. For a class label y is one-hot.
 *
 * <p>Everything is computed from logits, never from a probability that may have underflowed to 0.
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
}
