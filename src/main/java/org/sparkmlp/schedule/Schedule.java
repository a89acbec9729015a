package org.sparkmlp.schedule;

import java.io.Serializable;

/**
 * The learning rate over training time, as a factor on the step size η. A pure function: asking for
 * one time never changes the answer for another.
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

  /** The text that {@link Schedules#parse} makes this schedule from. */
  String spec();
}
