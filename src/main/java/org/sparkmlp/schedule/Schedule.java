package org.sparkmlp.schedule;

import java.io.Serializable;
import java.util.Optional;

/**
 * The learning rate over training time, as a factor on the step size η. A pure function: asking for
 * one time never changes the answer for another. Open to users, who make their own known by {@link
 * Schedules#register}.
 */
public interface Schedule extends Serializable {
  /**
   * The factor on η for the update at time t.
   *
   * @param t time of the update in epochs, fractional, in [0, total)
   * @param total T, the length of training in epochs (maxIter)
   * @param step the length of one update in epochs: 1 / (updates an epoch)
   */
  double factor(double t, double total, double step);

  /**
   * A rule by which the trainer lowers the rate further, as the loss goes.
   *
   * @param step the length of one update in epochs
   */
  default Optional<Plateau> plateau(double step) {
    return Optional.empty();
  }

  /** The text that {@link Schedules#parse} makes this schedule from. */
  String spec();
}
