package org.sparkmlp.optim;

import java.util.List;

/**
 * An update rule, element by element: the definition, in double precision. It has hyper-parameters
 * only; what changes from step to step (the slots, the step number) is kept outside and handed in.
 *
 * <p>In the formulas w is a weight, g the gradient of the objective (the mean loss of the batch and
 * penalties), η the learning rate of the step and t its number, from 1. All slots start at 0.
 *
 * <p>Open to users, who make their own known by {@link Solvers#register}: a backend runs a rule
 * that it has no kernel for by calling {@link #update}.
 */
public non-sealed interface Optimizer extends Solver {
  /** The names of the slots, one number each for every weight. */
  List<String> slots();

  /** The learning rate to use when the user names none. */
  double defaultStepSize();

  /**
   * What depends on the rate and the step number alone, computed once a step for {@link #update}.
   */
  double[] coefficients(double rate, long step);

  /**
   * Updates one weight.
   *
   * @param w its value before the step
   * @param g its gradient
   * @param s its slots, in the order of {@link #slots}, to be overwritten
   * @param c the step's {@link #coefficients}
   * @return its value after the step
   */
  double update(double w, double g, double[] s, double[] c);
}
