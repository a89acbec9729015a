package org.sparkmlp.function;

import java.io.Serializable;

/**
 * The function a = f(z) that a layer applies to each of its sums.
 *
 * <p>A unit may have several sums, its {@link #pieces}: then its output is the largest f(z) of them
 * (Goodfellow et al. 2013).
 *
 * <p>Instances travel to executors by Java serialization: a user's own class must be there, its
 * registration need not. Equal activations have equal specs.
 */
public interface Activation extends Serializable {
  /** The text that {@link Activations#parse} makes this activation from. */
  String spec();

  /** f(z). */
  double value(double z);

  /**
   * f'(z).
   *
   * @param z NaN unless {@link #needsInput}
   * @param a f(z)
   */
  double derivative(double z, double a);

  /**
   * Whether {@link #derivative} looks at z. Training then keeps a second copy of the layer, so a
   * function whose derivative can be told from its output alone should say no.
   */
  default boolean needsInput() {
    return true;
  }

  /** Sums of a unit, at least 1. */
  default int pieces() {
    return 1;
  }
}
