package org.sparkmlp.cluster;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.HashPartitioner;
import org.apache.spark.ShuffleDependency;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import org.apache.spark.rdd.ShuffledRDD;
import org.sparkmlp.train.Mergeable;
import scala.Tuple2;
import scala.collection.immutable.Range$;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * The sum of one result a partition, merged on executors level by level; what Spark's
 * treeAggregate(finalAggregateOnExecutor = true) does, but with its shuffles at hand, so that their
 * files can be removed when the sum is there. (Spark removes them when the driver's garbage
 * collector finds the shuffle unused, which may be never; treeAggregate hides its shuffles.)
 *
 * @param <R> the results
 */
final class ResultTree<R extends Mergeable<R>> implements AutoCloseable {
  private final SparkContext spark;
  private final List<RDD<?>> shuffles = new ArrayList<>();
  private JavaRDD<R> top;

  ResultTree(RDD<R> partials, TreeShape shape) {
    this.spark = partials.context();
    this.top = JavaRDD.fromRDD(partials, ClassTag$.MODULE$.apply(Mergeable.class));
    for (int partitions : shape.levels()) {
      top = level(top, partitions);
    }
  }

  private JavaRDD<R> level(JavaRDD<R> below, int partitions) {
    JavaRDD<Tuple2<Integer, R>> keyed =
        below.mapPartitionsWithIndex(
            (index, results) ->
                new MappedIterator<>(results, result -> new Tuple2<>(index % partitions, result)),
            true);
    ClassTag<R> any = ClassTag$.MODULE$.apply(Mergeable.class);
    ShuffledRDD<Integer, R, R> shuffled =
        new ShuffledRDD<>(
            keyed.rdd(),
            new HashPartitioner(partitions),
            ClassTag$.MODULE$.apply(Integer.class),
            any,
            any);
    shuffles.add(shuffled);
    ClassTag<Tuple2<Integer, R>> pairs = ClassTag$.MODULE$.apply(Tuple2.class);
    boolean last = partitions == 1;
    return JavaRDD.fromRDD(shuffled, pairs).mapPartitions(results -> merged(results, last));
  }

  /** In the order of arrival, which changes nothing. */
  private static <R extends Mergeable<R>> Iterator<R> merged(
      Iterator<Tuple2<Integer, R>> results, boolean last) {
    R sum = null;
    while (results.hasNext()) {
      R result = results.next()._2();
      sum = sum == null ? result : sum.merge(result);
    }
    if (sum == null) {
      return List.<R>of().iterator();
    }
    return List.of(last ? sum.finish() : sum).iterator();
  }

  /**
   * Runs the job. Results are merged as they arrive; Spark hands over one at a time. If this throws
   * an exception, no task of the job runs any more.
   *
   * @throws java.util.concurrent.CancellationException if this thread is interrupted
   */
  R sum(R empty) {
    Total<R> total = new Total<>(empty);
    RDD<R> rdd = top.rdd();
    WholeJob.await(
        spark,
        spark.submitJob(
            rdd,
            new Only<R>(),
            Range$.MODULE$.apply(0, rdd.getNumPartitions()),
            total,
            () -> BoxedUnit.UNIT));
    return total.sum;
  }

  /** In a task: a partition's result, or null where it has none. */
  private static final class Only<R> extends AbstractFunction1<scala.collection.Iterator<R>, R>
      implements Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public R apply(scala.collection.Iterator<R> results) {
      return results.hasNext() ? results.next() : null;
    }
  }

  /** On the driver. */
  private static final class Total<R extends Mergeable<R>>
      extends AbstractFunction2<Object, R, BoxedUnit> {
    private R sum;

    Total(R empty) {
      sum = empty;
    }

    @Override
    public BoxedUnit apply(Object partition, R result) {
      if (result != null) {
        sum = sum.merge(result);
      }
      return BoxedUnit.UNIT;
    }
  }

  /** Removes the files of the tree's own shuffles, and nothing below: the rows' is needed again. */
  @Override
  public void close() {
    if (spark.cleaner().isDefined()) { // unless spark.cleaner.referenceTracking is off
      for (RDD<?> shuffled : shuffles) {
        ShuffleDependency<?, ?, ?> dependency =
            (ShuffleDependency<?, ?, ?>) shuffled.dependencies().head();
        spark.cleaner().get().doCleanupShuffle(dependency.shuffleId(), false);
      }
    }
  }
}
