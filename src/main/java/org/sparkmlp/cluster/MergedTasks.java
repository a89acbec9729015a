package org.sparkmlp.cluster;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.Dependency;
import org.apache.spark.NarrowDependency;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import org.sparkmlp.train.Mergeable;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

/**
 * Several RDDs of one result a partition as one: its partition p merges those that they have in
 * theirs, in one task. A task costs more than the steps of a small network; this is for RDDs whose
 * rows are in the same place whatever their partition, or else some would travel.
 *
 * @param <R> the results
 */
final class MergedTasks<R extends Mergeable<R>> extends RDD<R> {
  private static final long serialVersionUID = 1;

  @SuppressWarnings("serial")
  private final ArrayList<RDD<R>> all;

  MergedTasks(List<RDD<R>> all) {
    super(
        all.get(0).context(),
        CollectionConverters.asScala(all.stream().<Dependency<?>>map(SamePartition::new).toList())
            .toSeq(),
        ClassTag$.MODULE$.apply(Mergeable.class));
    this.all = new ArrayList<>(all);
  }

  @Override
  public Partition[] getPartitions() {
    int most = all.stream().mapToInt(RDD::getNumPartitions).max().orElseThrow();
    Partition[] result = new Partition[most];
    for (int p = 0; p < most; p++) {
      Partition[] own = new Partition[all.size()];
      for (int i = 0; i < own.length; i++) {
        Partition[] partitions = all.get(i).partitions();
        own[i] = p < partitions.length ? partitions[p] : null;
      }
      result[p] = new Several(p, own);
    }
    return result;
  }

  @Override
  public scala.collection.Iterator<R> compute(Partition partition, TaskContext context) {
    Partition[] own = ((Several) partition).own;
    R sum = null;
    for (int i = 0; i < own.length; i++) {
      if (own[i] != null) {
        R result = all.get(i).iterator(own[i], context).next();
        sum = sum == null ? result : sum.mergeInTask(result);
      }
    }
    return CollectionConverters.asScala(List.of(sum).iterator());
  }

  /** The partition of the same index, if there is one. */
  private static final class SamePartition extends NarrowDependency<Object> {
    private static final long serialVersionUID = 1;

    private final int partitions;

    @SuppressWarnings("unchecked")
    SamePartition(RDD<?> rdd) {
      super((RDD<Object>) rdd);
      this.partitions = rdd.getNumPartitions();
    }

    @Override
    public Seq<Object> getParents(int partition) {
      List<Object> parents = partition < partitions ? List.of(partition) : List.of();
      return CollectionConverters.asScala(parents).toSeq();
    }
  }

  private static final class Several implements Partition {
    private static final long serialVersionUID = 1;

    private final int index;
    private final Partition[] own; // null where an RDD has fewer

    Several(int index, Partition[] own) {
      this.index = index;
      this.own = own;
    }

    @Override
    public int index() {
      return index;
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return index;
    }
  }
}
