package org.sparkmlp.cli;

import org.sparkmlp.train.Averaging;

/**
 * Nesterov momentum over rounds, as in DiLoCo (Douillard et al. 2023): what the mean has moved is a
 * gradient to an outer optimizer, which is PyTorch's SGD with {@code nesterov = True}.
 *
 * <pre>{@code
 * d = w - mean
 * b = μ b + d
 * w = w - η (d + μ b)
 * }</pre>
 *
 * <p>Slots are averaged: DiLoCo's shards each keep theirs, but ours keep nothing between rounds.
 */
final class OuterNesterov implements Averaging {
  private final double momentum;
  private final double rate;
  private double[] velocity;

  OuterNesterov(double momentum, double rate) {
    this.momentum = momentum;
    this.rate = rate;
  }

  @Override
  public Point next(Point before, Point mean) {
    float[] weights = new float[mean.weights().length];
    if (velocity == null) {
      velocity = new double[weights.length];
    }
    for (int i = 0; i < weights.length; i++) {
      double moved = (double) before.weights()[i] - mean.weights()[i];
      velocity[i] = momentum * velocity[i] + moved;
      weights[i] = (float) (before.weights()[i] - rate * (moved + momentum * velocity[i]));
    }
    return new Point(weights, mean.slots(), mean.updates());
  }
}
