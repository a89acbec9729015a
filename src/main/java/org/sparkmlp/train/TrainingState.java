package org.sparkmlp.train;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamField;
import java.io.Serializable;
import org.sparkmlp.util.FloatStreams;

/** Where mini-batch training stands, between two rounds. */
final class TrainingState implements Serializable {
  private static final long serialVersionUID = 1;

  static final float[] NONE = {};

  /** What Java writes by itself: all but the arrays. (Transient ones would be lost on Kryo.) */
  @SuppressWarnings("UnusedVariable")
  private static final ObjectStreamField[] serialPersistentFields = {
    new ObjectStreamField("epoch", int.class),
    new ObjectStreamField("step", int.class),
    new ObjectStreamField("updates", long.class)
  };

  /** The flat vector of weights. */
  float[] weights;

  /** The optimizer's slots one after the other, each as long as the weights. */
  float[] slots;

  /**
   * What {@link OuterMomentum} keeps from round to round, on the driver; empty before the first.
   */
  float[] velocity;

  /** Epoch at hand, from 0. */
  final int epoch;

  /** Next step of the epoch, from 0. */
  final int step;

  /** Updates made since training began. */
  final long updates;

  TrainingState(
      float[] weights, float[] slots, float[] velocity, int epoch, int step, long updates) {
    this.weights = weights;
    this.slots = slots;
    this.velocity = velocity;
    this.epoch = epoch;
    this.step = step;
    this.updates = updates;
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    out.defaultWriteObject();
    FloatStreams.write(out, weights);
    FloatStreams.write(out, slots);
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    weights = FloatStreams.read(in);
    slots = FloatStreams.read(in);
    velocity = NONE;
  }

  /** The same weights and slots at another time. */
  TrainingState at(int epoch, int step) {
    return new TrainingState(weights, slots, velocity, epoch, step, updates);
  }

  /** What shards need that descend. */
  TrainingState withoutVelocity() {
    return new TrainingState(weights, slots, NONE, epoch, step, updates);
  }

  /** What shards need that only differentiate. */
  TrainingState withoutSlots() {
    return new TrainingState(weights, NONE, NONE, epoch, step, updates);
  }
}
