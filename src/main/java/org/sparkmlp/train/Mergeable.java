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
}
