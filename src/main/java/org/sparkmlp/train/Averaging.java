package org.sparkmlp.train;

/**
 * What becomes of the shards' mean after a round of local steps, before {@link OuterMomentum} moves
 * it; not asked where every update is aggregated. A hook for experiments: it may keep state, which
 * is in no checkpoint, so an instance serves a single training.
 */
@FunctionalInterface
public interface Averaging {
  /** The product's: the mean as it is. */
  Averaging MEAN = (before, mean) -> mean;

  /**
   * Where a round begins or ends. The arrays are not to be changed.
   *
   * @param weights the flat vector
   * @param slots the optimizer's slots one after the other
   * @param updates made so far, which bias corrections count
   */
  record Point(float[] weights, float[] slots, long updates) {}

  /**
   * Where the next round begins.
   *
   * @param before where the round at hand began
   * @param mean of the shards at its end
   */
  Point next(Point before, Point mean);
}
