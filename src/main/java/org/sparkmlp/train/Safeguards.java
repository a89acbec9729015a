package org.sparkmlp.train;

/**
 * What mini-batch training does against mishaps.
 *
 * @param checkpoints against a lost driver
 * @param backOff whether training that diverges returns to good weights with a tenth of the
 *     learning rate, instead of ending with an error
 */
public record Safeguards(CheckpointPolicy checkpoints, boolean backOff) {
  /** No checkpoints, and divergence is an error. */
  public static final Safeguards NONE = new Safeguards(CheckpointPolicy.OFF, false);
}
