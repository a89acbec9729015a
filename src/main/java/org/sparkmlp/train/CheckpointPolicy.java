package org.sparkmlp.train;

/**
 * Whether and how often training writes a checkpoint.
 *
 * @param store where they lie; null for no checkpoints
 * @param interval epochs (for L-BFGS: iterations) between two of them; -1 for no checkpoints
 */
public record CheckpointPolicy(CheckpointStore store, int interval) {
  /** No checkpoints. */
  public static final CheckpointPolicy OFF = new CheckpointPolicy(null, -1);

  boolean isOn() {
    return store != null && interval > 0;
  }
}
