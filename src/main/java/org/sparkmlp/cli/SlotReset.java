package org.sparkmlp.cli;

import org.sparkmlp.train.Averaging;

/**
 * The shards' optimizers begin every round anew: slots at 0, and with them the count of updates
 * that corrects their bias.
 */
record SlotReset() implements Averaging {
  @Override
  public Point next(Point before, Point mean) {
    return new Point(mean.weights(), new float[mean.slots().length], 0);
  }
}
