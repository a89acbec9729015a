package org.sparkmlp.train;

import java.io.Serializable;

/**
 * A return to earlier weights, with a tenth of the learning rate, after the loss ceased to be
 * finite.
 *
 * @param epoch in which training diverged, from 1
 * @param update of that epoch at which it did, from 1
 * @param epochsKept epochs that count; training went on with the one after them
 * @param stepSize η from there on
 */
public record Backoff(int epoch, int update, int epochsKept, double stepSize)
    implements Serializable {
  /** Most returns in one training. */
  public static final int MOST = 3;
}
