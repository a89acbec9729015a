package org.sparkmlp.function;

import java.io.Serializable;

/**
 * The function a = f(z) that a layer applies to each of its sums.
 *
 * <p>The derivative is given in terms of the output a, so that backpropagation needs no second copy
 * of a layer.
 */
public interface Activation extends Serializable {
  /** The text that {@link Activations#parse} makes this activation from. */
  String spec();

  /** f(z). */
  double value(double z);

  /** f'(z), as a function of a = f(z). */
  double derivative(double a);
}
