package org.sparkmlp.train;

import java.io.Serializable;

/** Where mini-batch training stands, between two rounds. */
final class TrainingState implements Serializable {
  private static final long serialVersionUID = 1;

  /** The flat vector of weights. */
  final float[] weights;

  /** The optimizer's slots one after the other, each as long as the weights. */
  final float[] slots;

  /** Epoch at hand, from 0. */
  final int epoch;

  /** Next step of the epoch, from 0. */
  final int step;

  /** Updates made since training began. */
  final long updates;

  TrainingState(float[] weights, float[] slots, int epoch, int step, long updates) {
    this.weights = weights;
    this.slots = slots;
    this.epoch = epoch;
    this.step = step;
    this.updates = updates;
  }

  /** What shards need that only differentiate. */
  TrainingState withoutSlots() {
    return new TrainingState(weights, new float[0], epoch, step, updates);
  }
}
