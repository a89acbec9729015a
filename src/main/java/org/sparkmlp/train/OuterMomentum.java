package org.sparkmlp.train;

import org.sparkmlp.util.Parallel;

/**
 * Nesterov momentum over rounds of local steps, after DiLoCo (Douillard et al. 2023) and SlowMo
 * (Wang et al. 2020): what the mean of the shards' weights has moved is a gradient to an outer
 * optimizer, which is PyTorch's SGD with {@code nesterov = True}.
 *
 * <pre>{@code
 * d = w - mean
 * b = μ min(1, r / r') b + d       b: the velocity, 0 at first
 * w = w - (1 - μ/2) (d + μ b)
 * }</pre>
 *
 * <p>r and r' are the learning rates of this round and the one before, means over their updates:
 * where a schedule lowers the rate, velocity from the time of a higher one shrinks with it, as it
 * would if it were kept per unit of learning rate. Short trainings with a decaying rate need it.
 *
 * <p>The rate of 1 - μ/2 makes μ = 0 the plain mean, and is near the 0.7 of DiLoCo where momentum
 * is. A mean of m shards moves about as far as one of them, not m times as far as they did
 * together; the momentum makes up for it. ({@code bin/benchmark localsteps} has the figures.)
 */
final class OuterMomentum {
  private OuterMomentum() {}

  /**
   * Makes the mean, in place, the weights that the next round begins with.
   *
   * @param before weights that the round at hand began with; not changed
   * @param mean of the shards' weights at its end
   * @param velocity b of the rounds before; empty: 0; not changed
   * @param kept what is kept of it: μ min(1, r / r')
   * @return b
   */
  static float[] move(
      double momentum, float[] before, float[] mean, float[] velocity, double kept) {
    float[] next = new float[mean.length];
    double rate = 1 - momentum / 2;
    Parallel.all(
        mean.length,
        mean.length,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            double d = (double) before[i] - mean[i];
            double b = velocity.length == 0 ? d : kept * velocity[i] + d;
            mean[i] = (float) (before[i] - rate * (d + momentum * b));
            next[i] = (float) b;
          }
          return true;
        });
    return next;
  }
}
