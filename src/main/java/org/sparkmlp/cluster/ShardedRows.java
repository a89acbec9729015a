package org.sparkmlp.cluster;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.data.BlockPacker;
import org.sparkmlp.data.FeatureRow;
import org.sparkmlp.data.Holdout;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.data.RowKey;
import org.sparkmlp.data.Scaling;
import org.sparkmlp.data.Shard;
import org.sparkmlp.data.ShardSize;
import org.sparkmlp.data.Sharding;
import org.sparkmlp.train.DataLayout;
import org.sparkmlp.train.ExactSum;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.Interrupts;
import scala.reflect.ClassTag$;

/**
 * A DataFrame packed into shards: an RDD of {@link PackedBlock}s, cached in memory and on disk, and
 * over it one of {@link Shard}s, which read it chunk by chunk.
 *
 * <p>By hash (the default), rows go to shard hash mod numShards in one shuffle, in which every
 * chunk of a shard becomes a partition, sorted by hash and content: the shards depend on the rows
 * alone, and memory needs room for the chunks at hand only. By partition, every partition of the
 * input is a shard, as it is, without a shuffle: it is cached and evicted as one, and its chunks
 * are read by going through it.
 */
public final class ShardedRows implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ShardedRows.class);

  /** A shard this many times larger than the mean is worth a warning. */
  private static final double SKEW = 2;

  /** Of one shard, so that counting rows can't overflow an int. */
  private static final int MOST_ROWS = 1 << 30;

  private final JavaRDD<PackedBlock> blocks;
  private final RowShuffle shuffle;
  private JavaRDD<Shard> shards;
  private DataLayout layout;
  private long bytes;
  private final JoinedRounds.Group fits;

  /**
   * How to pack.
   *
   * @param numFeatures of every row
   * @param targets what labels are, with all that is known of them
   * @param numShards shards by hash; 0 for a shard a partition
   * @param blockSize most rows of a block; changes no result
   * @param scaling by which features are standardized, or null; it may be that of other rows
   * @param numbersOfRow numbers of 4 bytes that a packed row takes on average: the features, or
   *     fewer if rows are sparse. Decides how many chunks a shard has
   * @param holdout which rows are for validation, besides those marked
   * @param classWeights what the weight of a training row is multiplied with, by its class; empty
   *     for none
   */
  public record Packing(
      int numFeatures,
      Targets targets,
      int numShards,
      int blockSize,
      Scaling scaling,
      int numbersOfRow,
      Holdout holdout,
      @SuppressWarnings("serial") List<Double> classWeights)
      implements Serializable {
    /** Features and weights as they are, of dense rows; marked ones are for validation. */
    public Packing(int numFeatures, Targets targets, int numShards, int blockSize) {
      this(numFeatures, targets, numShards, blockSize, null, numFeatures, Holdout.NONE, List.of());
    }

    /** Numbers of a row with its targets, but one. */
    private int numbers() {
      return numbersOfRow + targets.width() - 1;
    }

    FeatureRow row() {
      return new FeatureRow(numFeatures, scaling);
    }
  }

  private ShardedRows(
      Dataset<?> dataset,
      Columns columns,
      Packing packing,
      Survey survey,
      JoinedRounds.Group fits) {
    this.fits = fits;
    JavaRDD<InternalRow> rows = Columns.rows(columns.withFeatures(dataset));
    JavaRDD<byte[]> keys;
    ShardRdd.Layout parts;
    if (packing.numShards() == 0) {
      shuffle = null;
      keys = byPartition(rows, columns, packing);
      parts = new ShardRdd.Layout(keys.getNumPartitions(), 1, 1);
    } else {
      Sharding sharding =
          Sharding.of(
              packing.numShards(),
              packing.numbers(),
              survey.trainingRows(),
              survey.validationRows());
      shuffle = new RowShuffle(encode(rows, columns, packing, sharding), sharding);
      keys = shuffle.sorted();
      parts =
          new ShardRdd.Layout(sharding.numShards(), sharding.chunks(), sharding.trainingChunks());
    }
    int blockSize = packing.blockSize();
    int width = packing.targets().width();
    blocks =
        keys.mapPartitions(sorted -> new BlockPacker(sorted, width, blockSize))
            .setName("spark-mlp: packed rows")
            .persist(StorageLevel.MEMORY_AND_DISK());
    boolean done = false;
    try {
      cache(parts, packing);
      checkAllPacked(rows, columns, packing, survey);
      done = true;
    } finally { // Spark throws checked exceptions undeclared, which no catch clause may name
      if (!done) {
        close();
      }
    }
  }

  /**
   * Packs and caches; one shuffle, one pass over the input. The caller closes.
   *
   * @param survey of the same rows
   * @throws IllegalArgumentException if a row is bad
   */
  public static ShardedRows pack(
      Dataset<?> dataset, Columns columns, Packing packing, Survey survey) {
    return pack(dataset, columns, packing, survey, new JoinedRounds.Group());
  }

  /** The same, for fits of a group. */
  static ShardedRows pack(
      Dataset<?> dataset,
      Columns columns,
      Packing packing,
      Survey survey,
      JoinedRounds.Group fits) {
    return new ShardedRows(dataset, columns, packing, survey, fits);
  }

  private static JavaRDD<byte[]> encode(
      JavaRDD<InternalRow> rows, Columns columns, Packing packing, Sharding sharding) {
    return rows.mapPartitions(partition -> new RowEncoder(partition, columns, packing, sharding));
  }

  private static JavaRDD<byte[]> byPartition(
      JavaRDD<InternalRow> rows, Columns columns, Packing packing) {
    int numPartitions = rows.getNumPartitions();
    Check.that(
        numPartitions <= ExactSum.MAX_LEAVES,
        "%d partitions make as many shards, but at most %d are possible; coalesce the input or use shardBy = hash",
        numPartitions,
        ExactSum.MAX_LEAVES);
    int rowsOfChunk = Sharding.rowsOfChunk(packing.numbers());
    return encode(rows, columns, packing, new Sharding(1, 1, 1))
        .mapPartitionsWithIndex(
            (index, keys) -> {
              int[] count = new int[2];
              return new MappedIterator<>(
                  keys,
                  key ->
                      RowKey.place(
                          key, index, count[RowKey.validation(key) ? 1 : 0]++ / rowsOfChunk));
            },
            true);
  }

  /**
   * Packs: a round that counts the rows of each chunk, in the tasks that rounds of training will
   * have, so that all chunks of a shard are cached where it is trained.
   */
  private void cache(ShardRdd.Layout parts, Packing packing) {
    int tasks =
        packing.numShards() == 0
            ? parts.numShards()
            : Math.max(1, JavaSparkContext.fromSparkContext(blocks.context()).defaultParallelism());
    List<ShardSize> sizes =
        shards(parts, tasks, null).map(Shard::size).collect().stream()
            .sorted(Comparator.comparingInt(ShardSize::shard))
            .toList();
    shards = shards(parts, tasks, sizes);
    layout = layout(sizes, packing.numFeatures());
    bytes = sizes.stream().mapToLong(ShardSize::bytes).sum();
  }

  /**
   * Rows that are missing have ended their partition's {@link RowEncoder}. An accumulator couldn't
   * tell why for certain: what a task attempt adds is lost if it fails, when the blocks that it has
   * cached are there already and are not made again.
   */
  private void checkAllPacked(
      JavaRDD<InternalRow> rows, Columns columns, Packing packing, Survey survey) {
    long training = layout.rows();
    long validation = layout.validationRows();
    if (training == survey.trainingRows() && validation == survey.validationRows()) {
      return;
    }
    List<String> problems =
        rows.mapPartitions(
                part -> RowEncoder.firstProblem(part, columns, packing.targets(), packing.row()))
            .collect();
    Check.that(problems.isEmpty(), "%s", problems.isEmpty() ? "" : problems.get(0));
    throw new IllegalStateException(
        String.format(
            "the DataFrame had %d rows to train on and %d for validation at a first look, but then %d and %d: it"
                + " doesn't give the same rows every time; cache it, or write it to a file, before fit",
            survey.trainingRows(), survey.validationRows(), training, validation));
  }

  private JavaRDD<Shard> shards(ShardRdd.Layout parts, int tasks, List<ShardSize> sizes) {
    return JavaRDD.fromRDD(
        new ShardRdd(blocks.rdd(), parts, tasks, sizes), ClassTag$.MODULE$.apply(Shard.class));
  }

  private static DataLayout layout(List<ShardSize> sizes, int columns) {
    int numShards = sizes.size();
    int[] trainingRows = new int[numShards];
    long validation = 0;
    for (ShardSize size : sizes) {
      long rows = size.trainingRows() + size.validationRows();
      Check.that(
          rows <= MOST_ROWS,
          "shard %d would have %d rows; raise numShards (now %d)",
          size.shard(),
          rows,
          numShards);
      trainingRows[size.shard()] = (int) size.trainingRows();
      validation += size.validationRows();
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

  /** The Spark that they are in. */
  public SparkContext context() {
    return blocks.context();
  }

  /** The shards; to be used in tasks, and not to be cached or collected. */
  JavaRDD<Shard> shards() {
    return shards;
  }

  /** The fits that train on these rows, and on others of the same DataFrame. */
  JoinedRounds.Group fits() {
    return fits;
  }

  /** Brings a value to every executor that trains on these rows; the caller closes. */
  public <T> OncePerFit<T> oncePerFit(T value) {
    return new OncePerFit<>(blocks.context(), value);
  }

  /** Size of the packed rows. */
  public long bytes() {
    return bytes;
  }

  /** Frees the cache, and the disk that the shuffle has used. */
  @Override
  public void close() {
    Interrupts.withheld(
        () -> {
          blocks.unpersist(false);
          if (shuffle != null) {
            shuffle.remove();
          }
        });
  }
}
