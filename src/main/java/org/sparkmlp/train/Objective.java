package org.sparkmlp.train;

import java.io.Serializable;

/**
 * The port between training loops and data. One method runs a program on every shard and sums the
 * results; where the shards are is the implementation's business.
 */
public interface Objective {
  /** Sizes of the data. */
  DataLayout layout();

  /** Runs {@code program} on all shards from the same state and sums what they return. */
  <S extends Serializable, R extends Mergeable<R>> R round(Program<S, R> program, S state);
}
