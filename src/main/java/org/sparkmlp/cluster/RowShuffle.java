package org.sparkmlp.cluster;

import java.io.Serializable;
import java.util.Comparator;
import org.apache.spark.Partitioner;
import org.apache.spark.ShuffleDependency;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.ShuffledRDD;
import org.apache.spark.serializer.KryoSerializer;
import org.sparkmlp.data.RowKey;
import org.sparkmlp.data.Sharding;
import scala.Tuple2;
import scala.math.Ordering;
import scala.math.Ordering$;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Brings {@link RowKey}s into order: one partition for each chunk of each shard, sorted. The
 * shuffle and the sort spill to disk.
 */
final class RowShuffle {
  private final ShuffledRDD<byte[], Boolean, Boolean> shuffled;

  RowShuffle(JavaRDD<byte[]> keys, Sharding sharding) {
    // the whole row is the key, as bytes: Kryo copies it in one go, whatever serializer the user
    // has chosen
    JavaPairRDD<byte[], Boolean> pairs = keys.mapToPair(key -> new Tuple2<>(key, true));
    ClassTag<byte[]> bytes = ClassTag$.MODULE$.apply(byte[].class);
    ClassTag<Boolean> nothing = ClassTag$.MODULE$.apply(Boolean.class);
    Ordering<byte[]> ordering =
        Ordering$.MODULE$.comparatorToOrdering((Comparator<byte[]> & Serializable) RowKey::compare);
    this.shuffled =
        new ShuffledRDD<byte[], Boolean, Boolean>(
                pairs.rdd(), new ByChunk(sharding), bytes, nothing, nothing)
            .setKeyOrdering(ordering)
            .setSerializer(new OneKryo(keys.context().getConf()));
  }

  /** The sorted keys. */
  JavaRDD<byte[]> sorted() {
    ClassTag<Tuple2<byte[], Boolean>> pairs = ClassTag$.MODULE$.apply(Tuple2.class);
    return JavaRDD.fromRDD(shuffled, pairs)
        .mapPartitions(sorted -> new MappedIterator<>(sorted, Tuple2::_1));
  }

  /**
   * Removes the files, for which Spark's cleaner would wait until the driver collects garbage. The
   * rows can't be computed again after it.
   */
  void remove() {
    ShuffleDependency<?, ?, ?> dependency =
        (ShuffleDependency<?, ?, ?>) shuffled.dependencies().head();
    if (!shuffled.context().isStopped() && shuffled.context().cleaner().isDefined()) {
      shuffled.context().cleaner().get().doCleanupShuffle(dependency.shuffleId(), false);
    }
  }

  /**
   * The same for all tasks in a JVM, which else would each make a Kryo of its own: that takes
   * longer than to go through a few rows.
   */
  private static final class OneKryo extends KryoSerializer {
    private static final long serialVersionUID = 1;

    private static OneKryo here;
    private static SparkEnv environment;

    OneKryo(SparkConf conf) {
      super(conf);
    }

    private Object readResolve() {
      synchronized (OneKryo.class) {
        if (environment != SparkEnv.get()) { // another application has another configuration
          environment = SparkEnv.get();
          here = this;
        }
        return here;
      }
    }
  }

  /** Chunk c of shard s is partition s · chunks + c; chunks for validation are the last. */
  private static final class ByChunk extends Partitioner {
    private static final long serialVersionUID = 1;

    private final Sharding sharding;

    ByChunk(Sharding sharding) {
      this.sharding = sharding;
    }

    @Override
    public int numPartitions() {
      return Math.multiplyExact(sharding.numShards(), sharding.chunks());
    }

    @Override
    public int getPartition(Object row) {
      byte[] key = (byte[]) row;
      int first = RowKey.validation(key) ? sharding.trainingChunks() : 0;
      return RowKey.shard(key) * sharding.chunks() + first + RowKey.chunk(key);
    }
  }
}
