package org.sparkmlp.optim;

import java.io.Serializable;

/**
 * How the weights are found: by an {@link Optimizer} on mini-batches, or by {@link Lbfgs} on all
 * rows at once.
 */
public sealed interface Solver extends Serializable permits Optimizer, Lbfgs {
  /** The text that {@link Solvers#parse} makes this solver from. */
  String spec();
}
