package org.sparkmlp.cluster;

import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import org.sparkmlp.data.Shard;
import org.sparkmlp.train.Mergeable;
import org.sparkmlp.train.Program;
import org.sparkmlp.train.Workspaces;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

/**
 * What a program returns for every partition of shards, summed in the partition. A class of its own
 * rather than mapPartitions of a lambda, of which Spark reads the byte code anew in every round.
 */
final class RoundRdd<S extends Serializable, R extends Mergeable<R>> extends RDD<R> {
  private static final long serialVersionUID = 1;

  /** Networks of the tasks in this JVM, kept from round to round. */
  private static final Workspaces WORKSPACES = new Workspaces();

  private final RDD<Shard> shards;
  private final Program<S, R> program;
  private final Broadcast<S> state;
  private final String group;

  /**
   * @param group names what tasks leave on devices
   */
  RoundRdd(RDD<Shard> shards, Program<S, R> program, Broadcast<S> state, String group) {
    super(shards, ClassTag$.MODULE$.apply(Mergeable.class));
    this.shards = shards;
    this.program = program;
    this.state = state;
    this.group = group;
  }

  /** Nothing of each partition; its task frees what those of a group have left on devices there. */
  static RDD<Object> thatForgets(JavaRDD<Shard> shards, String group) {
    return shards
        .mapPartitions(
            partition -> {
              workspaces(group).forget();
              return Collections.emptyIterator();
            })
        .rdd();
  }

  /** In a task. */
  private static Workspaces workspaces(String group) {
    return WORKSPACES.of(group, GpuResources.address(), TaskContext.getPartitionId());
  }

  @Override
  public Partition[] getPartitions() {
    return shards.partitions();
  }

  @Override
  public scala.collection.Iterator<R> compute(Partition partition, TaskContext context) {
    scala.collection.Iterator<Shard> own = shards.iterator(partition, context);
    Workspaces workspaces = workspaces(group);
    R sum = program.empty();
    while (own.hasNext()) {
      context.killTaskIfInterrupted(); // a round that is cancelled waits for its tasks
      sum = sum.mergeInTask(program.run(state.value(), own.next(), workspaces));
    }
    return CollectionConverters.asScala(List.of(sum).iterator());
  }
}
