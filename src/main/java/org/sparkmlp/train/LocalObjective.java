package org.sparkmlp.train;

import java.io.Serializable;
import java.util.List;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.data.Shard;

/**
 * Shards in this JVM's memory, run one after the other: what any distributed objective must equal,
 * bit for bit.
 */
public final class LocalObjective implements Objective, AutoCloseable {
  private final List<Shard> shards;
  private final DataLayout layout;
  private final Workspaces workspaces = new Workspaces();

  /**
   * @param numShards shards from 0 on, of which some may have no rows
   */
  public LocalObjective(List<PackedBlock> blocks, int columns, int numShards) {
    this.shards = Shard.of(blocks.iterator());
    int[] rows = new int[numShards];
    long validation = 0;
    for (Shard shard : shards) {
      rows[shard.index()] = shard.training().count();
      validation += shard.validation().count();
    }
    this.layout = new DataLayout(columns, rows, validation);
  }

  /** Frees what rounds have left on devices. */
  @Override
  public void close() {
    workspaces.forget();
  }

  @Override
  public DataLayout layout() {
    return layout;
  }

  @Override
  public <S extends Serializable, R extends Mergeable<R>> R round(Program<S, R> program, S state) {
    R sum = program.empty();
    for (Shard shard : shards) {
      sum = sum.mergeInTask(program.run(state, shard, workspaces));
    }
    return sum;
  }
}
