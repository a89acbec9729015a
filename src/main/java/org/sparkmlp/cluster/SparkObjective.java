package org.sparkmlp.cluster;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.data.Shard;
import org.sparkmlp.train.DataLayout;
import org.sparkmlp.train.Mergeable;
import org.sparkmlp.train.Objective;
import org.sparkmlp.train.Program;
import org.sparkmlp.train.Workspaces;

/**
 * Rounds on Spark: the state is broadcast, every partition runs the program on its shards, and one
 * {@code treeAggregate} sums what they return. A task may run twice or elsewhere and gives the
 * same; sums don't depend on their order.
 */
public final class SparkObjective implements Objective {
  /**
   * Results that together are smaller than this go straight to the driver: a level of the tree
   * costs a stage.
   */
  private static final long SMALL_BYTES = 64L << 20;

  /** Networks of the tasks in this JVM, kept from round to round. */
  private static final Workspaces WORKSPACES = new Workspaces();

  private final ShardedRows rows;
  private final int depth;

  /**
   * @param aggregationDepth depth of the tree where results are large, at least 2
   * @param resultBytes size of what a shard returns in a round, about
   */
  public SparkObjective(ShardedRows rows, int aggregationDepth, long resultBytes) {
    this.rows = rows;
    boolean small = resultBytes * rows.blocks().getNumPartitions() <= SMALL_BYTES;
    this.depth = small ? 1 : aggregationDepth;
  }

  @Override
  public DataLayout layout() {
    return rows.layout();
  }

  @Override
  public <S extends Serializable, R extends Mergeable<R>> R round(Program<S, R> program, S state) {
    Broadcast<S> broadcast =
        JavaSparkContext.fromSparkContext(rows.blocks().context()).broadcast(state);
    try {
      return partials(rows.blocks(), program, broadcast)
          .treeAggregate(program.empty(), R::merge, R::merge, depth);
    } finally {
      broadcast.destroy();
    }
  }

  /** One result a partition; static, so that tasks carry nothing of the driver's. */
  private static <S extends Serializable, R extends Mergeable<R>> JavaRDD<R> partials(
      JavaRDD<PackedBlock> blocks, Program<S, R> program, Broadcast<S> state) {
    return blocks.mapPartitions(
        partition -> {
          R sum = program.empty();
          for (Shard shard : Shard.of(partition)) {
            sum = sum.mergeInTask(program.run(state.value(), shard, WORKSPACES));
          }
          return List.of(sum).iterator();
        });
  }
}
