package org.sparkmlp.cli;

import org.sparkmlp.train.Averaging;

/**
 * The shards' optimizers begin every round anew: slots at 0, and with them the count of updates
 * that corrects their bias.
 *
 * @param inner decides on the weights
 */
record SlotReset(Averaging inner) implements Averaging {
  @Override
  public Point next(Point before, Point mean) {
    Point next = inner.next(before, mean);
    return new Point(next.weights(), new float[next.slots().length], 0);
  }
}
