package org.sparkmlp.train;

import java.io.Serializable;
import org.sparkmlp.data.Shard;

/**
 * What every shard does in one round: a pure function of (this, state, shard), so that a task may
 * run again or elsewhere and give the same.
 *
 * @param <S> what all shards start from
 * @param <R> what is summed over shards
 */
public interface Program<S extends Serializable, R extends Mergeable<R>> extends Serializable {
  /** The sum over no shards. */
  R empty();

  /**
   * Runs on one shard.
   *
   * @param state shared by all shards of this JVM, not to be changed
   * @param workspaces where to borrow a network from
   */
  R run(S state, Shard shard, Workspaces workspaces);
}
