package org.sparkmlp.train;

import java.io.Serializable;

/**
 * A partial result. Merging is exactly associative and commutative, so that partial results may
 * meet in any order.
 *
 * @param <R> the implementing type
 */
public interface Mergeable<R extends Mergeable<R>> extends Serializable {
  /** The sum of this and {@code other}; may overwrite and return either. */
  R merge(R other);

  /**
   * Likewise, where both were computed one after the other in one task: what measures time adds up
   * there, while across tasks the slowest counts.
   */
  default R mergeInTask(R other) {
    return merge(other);
  }

  /** The same sum, to be read but no more merged: it may travel in fewer bytes. */
  @SuppressWarnings("unchecked")
  default R finish() {
    return (R) this;
  }
}
