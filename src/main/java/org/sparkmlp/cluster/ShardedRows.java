package org.sparkmlp.cluster;

import java.io.Serializable;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.ShuffledRDD;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.CollectionAccumulator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.data.BlockPacker;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.data.RowKey;
import org.sparkmlp.train.DataLayout;
import org.sparkmlp.train.ExactSum;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.Interrupts;
import scala.Tuple2;
import scala.math.Ordering;
import scala.math.Ordering$;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * A DataFrame packed into shards: an RDD of {@link PackedBlock}s, cached in memory and on disk, in
 * which all blocks of a shard lie in one partition.
 *
 * <p>By hash (the default), rows go to shard hash mod numShards in one shuffle and are sorted there
 * by hash and content, so that the shards depend on the rows alone. By partition, every partition
 * of the input is a shard, as it is, without a shuffle.
 */
public final class ShardedRows implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ShardedRows.class);

  /** A shard this many times larger than the mean is worth a warning. */
  private static final double SKEW = 2;

  /** Of one shard, so that counting rows can't overflow an int. */
  private static final int MOST_ROWS = 1 << 30;

  private final JavaRDD<PackedBlock> blocks;
  private final DataLayout layout;
  private final double seconds;
  private final long bytes;

  private ShardedRows(JavaRDD<PackedBlock> blocks, DataLayout layout, double seconds, long bytes) {
    this.blocks = blocks;
    this.layout = layout;
    this.seconds = seconds;
    this.bytes = bytes;
  }

  /**
   * How to pack.
   *
   * @param numFeatures of every row
   * @param numClasses labels must be below it
   * @param numShards shards by hash; 0 for a shard a partition
   * @param blockSize rows of a block; changes no result
   */
  public record Packing(int numFeatures, int numClasses, int numShards, int blockSize)
      implements Serializable {}

  /**
   * Packs and caches; three Spark stages, one pass over the input. The caller closes.
   *
   * @throws IllegalArgumentException if a row is bad
   */
  public static ShardedRows pack(Dataset<?> dataset, Columns columns, Packing packing) {
    long start = System.nanoTime();
    JavaSparkContext spark =
        JavaSparkContext.fromSparkContext(dataset.sparkSession().sparkContext());
    CollectionAccumulator<String> problems =
        spark.sc().collectionAccumulator("spark-mlp: bad rows");
    JavaRDD<Row> rows = columns.withFeatures(dataset).toJavaRDD();
    JavaRDD<byte[]> keys =
        packing.numShards() == 0
            ? byPartition(rows, columns, packing, problems)
            : byHash(spark, rows, columns, packing, problems);
    int blockSize = packing.blockSize();
    JavaRDD<PackedBlock> blocks =
        keys.mapPartitions(sorted -> new BlockPacker(sorted, blockSize))
            .setName("spark-mlp: packed rows")
            .persist(StorageLevel.MEMORY_AND_DISK());
    boolean packed = false;
    try {
      List<ShardSize> sizes = blocks.mapPartitions(ShardSize::of).collect();
      Check.that(
          problems.value().isEmpty(), "%s", problems.value().stream().findFirst().orElse(""));
      int numShards = packing.numShards() == 0 ? blocks.getNumPartitions() : packing.numShards();
      Check.that(
          numShards <= ExactSum.MAX_LEAVES,
          "%d partitions make as many shards, but at most %d are possible; coalesce the input or use shardBy = hash",
          numShards,
          ExactSum.MAX_LEAVES);
      DataLayout layout = layout(sizes, packing.numFeatures(), numShards);
      long bytes = sizes.stream().mapToLong(size -> size.bytes).sum();
      packed = true;
      return new ShardedRows(blocks, layout, (System.nanoTime() - start) / 1e9, bytes);
    } finally { // Spark throws checked exceptions undeclared, which no catch clause may name
      if (!packed) {
        Interrupts.withheld(() -> blocks.unpersist(false));
      }
    }
  }

  private static JavaRDD<byte[]> byPartition(
      JavaRDD<Row> rows, Columns columns, Packing packing, CollectionAccumulator<String> problems) {
    return rows.mapPartitionsWithIndex(
        (index, partition) -> {
          Iterator<byte[]> encoded =
              new RowEncoder(
                  partition, columns, packing.numFeatures(), 1, packing.numClasses(), problems);
          return new MappedIterator<>(encoded, key -> RowKey.inShard(key, index));
        },
        true);
  }

  private static JavaRDD<byte[]> byHash(
      JavaSparkContext spark,
      JavaRDD<Row> rows,
      Columns columns,
      Packing packing,
      CollectionAccumulator<String> problems) {
    JavaPairRDD<byte[], Boolean> keyed =
        rows.mapPartitionsToPair(
            partition -> {
              Iterator<byte[]> encoded =
                  new RowEncoder(
                      partition,
                      columns,
                      packing.numFeatures(),
                      packing.numShards(),
                      packing.numClasses(),
                      problems);
              return new MappedIterator<>(encoded, key -> new Tuple2<>(key, true));
            });
    ClassTag<byte[]> bytes = ClassTag$.MODULE$.apply(byte[].class);
    Ordering<byte[]> ordering =
        Ordering$.MODULE$.comparatorToOrdering((Comparator<byte[]> & Serializable) RowKey::compare);
    int partitions = Math.max(1, Math.min(packing.numShards(), spark.defaultParallelism()));
    // the whole row is the key, as bytes: Kryo copies it in one go, whatever serializer the user
    // has chosen
    ShuffledRDD<byte[], Boolean, Boolean> shuffled =
        new ShuffledRDD<byte[], Boolean, Boolean>(
                keyed.rdd(),
                new ByShard(partitions),
                bytes,
                ClassTag$.MODULE$.apply(Boolean.class),
                ClassTag$.MODULE$.apply(Boolean.class))
            .setKeyOrdering(ordering)
            .setSerializer(new KryoSerializer(spark.getConf()));
    ClassTag<Tuple2<byte[], Boolean>> pairs = ClassTag$.MODULE$.apply(Tuple2.class);
    return JavaRDD.fromRDD(shuffled, pairs)
        .mapPartitions(sorted -> new MappedIterator<>(sorted, Tuple2::_1));
  }

  /** Shard s goes to partition s mod P. */
  private static final class ByShard extends Partitioner {
    private static final long serialVersionUID = 1;

    private final int partitions;

    ByShard(int partitions) {
      this.partitions = partitions;
    }

    @Override
    public int numPartitions() {
      return partitions;
    }

    @Override
    public int getPartition(Object key) {
      return RowKey.shard((byte[]) key) % partitions;
    }
  }

  /** What the driver needs to know of a shard. */
  private static final class ShardSize implements Serializable {
    private static final long serialVersionUID = 1;

    final int shard;
    long rows;
    long validationRows;
    long bytes;

    private ShardSize(int shard) {
      this.shard = shard;
    }

    /** The sizes of all shards of a partition. */
    static Iterator<ShardSize> of(Iterator<PackedBlock> blocks) {
      Map<Integer, ShardSize> sizes = new TreeMap<>();
      while (blocks.hasNext()) {
        PackedBlock block = blocks.next();
        ShardSize size = sizes.computeIfAbsent(block.shard(), ShardSize::new);
        size.rows += block.validation() ? 0 : block.rows();
        size.validationRows += block.validation() ? block.rows() : 0;
        size.bytes += block.bytes();
      }
      return sizes.values().iterator();
    }
  }

  private static DataLayout layout(List<ShardSize> sizes, int columns, int numShards) {
    int[] trainingRows = new int[numShards];
    long validation = 0;
    for (ShardSize size : sizes) {
      Check.that(
          size.rows + size.validationRows <= MOST_ROWS,
          "shard %d would have %d rows; raise numShards (now %d)",
          size.shard,
          size.rows + size.validationRows,
          numShards);
      trainingRows[size.shard] = (int) size.rows;
      validation += size.validationRows;
    }
    DataLayout layout = new DataLayout(columns, trainingRows, validation);
    double mean = (double) layout.rows() / numShards;
    if (layout.largestShard() > SKEW * mean + 100) {
      LOG.warn(
          "the largest of {} shards has {} rows where the mean is {}: other tasks will wait for it. Equal rows share a"
              + " shard, so many duplicates do this; give them a weightCol instead of repeating them",
          numShards,
          layout.largestShard(),
          Math.round(mean));
    }
    return layout;
  }

  public DataLayout layout() {
    return layout;
  }

  JavaRDD<PackedBlock> blocks() {
    return blocks;
  }

  /** Time that packing took. */
  public double seconds() {
    return seconds;
  }

  /** Size of the packed rows. */
  public long bytes() {
    return bytes;
  }

  /** Frees the cache. */
  @Override
  public void close() {
    Interrupts.withheld(() -> blocks.unpersist(false));
  }
}
