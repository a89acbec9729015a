package org.sparkmlp.cluster;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
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

  RoundRdd(RDD<Shard> shards, Program<S, R> program, Broadcast<S> state) {
    super(shards, ClassTag$.MODULE$.apply(Mergeable.class));
    this.shards = shards;
    this.program = program;
    this.state = state;
  }

  @Override
  public Partition[] getPartitions() {
    return shards.partitions();
  }

  @Override
  public scala.collection.Iterator<R> compute(Partition partition, TaskContext context) {
    scala.collection.Iterator<Shard> own = shards.iterator(partition, context);
    R sum = program.empty();
    while (own.hasNext()) {
      sum = sum.mergeInTask(program.run(state.value(), own.next(), WORKSPACES));
    }
    return CollectionConverters.asScala(List.of(sum).iterator());
  }
}
