package org.sparkmlp.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.storage.BlockId;
import org.apache.spark.storage.BlockStatus;
import org.apache.spark.storage.RDDBlockId;
import org.apache.spark.storage.StorageStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.data.RowKey;
import org.sparkmlp.data.Shard;
import org.sparkmlp.data.Sharding;
import scala.Tuple2;
import scala.jdk.javaapi.CollectionConverters;

class ShardedRowsTest {
  private static final Columns LABELED = new Columns("features", "label", null, null);

  /** Wide, so that few rows make several chunks. */
  private static final int WIDE = 40_000;

  @AfterEach
  void nothingIsLeft() {
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  private static Row wide(int number) {
    Random random = new Random(number);
    int[] indices = {0, 1 + random.nextInt(WIDE - 1)};
    double[] values = {number, random.nextGaussian()};
    return RowFactory.create(
        (double) (number % 3), Vectors.sparse(WIDE, indices, values), number % 4 == 0);
  }

  private static Dataset<Row> wide(int rows, int partitions) {
    List<Row> all = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      all.add(wide(i));
    }
    return Frames.of(
        SparkSessions.shared(), all, Frames.LABELED.add("held", DataTypes.BooleanType), partitions);
  }

  private static ShardedRows pack(Dataset<Row> frame, Columns columns, int features, int shards) {
    return ShardedRows.pack(
        frame,
        columns,
        new ShardedRows.Packing(features, 3, shards, 128),
        Survey.of(frame, columns, 3));
  }

  /** Per shard, role by role, the numbers of its rows in order; then where its chunks begin. */
  private static Map<Integer, List<int[]>> content(ShardedRows rows) {
    Map<Integer, List<int[]>> content = new HashMap<>();
    for (List<int[]> shard : rows.shards().map(ShardedRowsTest::content).collect()) {
      content.put(shard.get(0)[0], shard);
    }
    return content;
  }

  private static List<int[]> content(Shard shard) {
    List<int[]> result = new ArrayList<>();
    result.add(new int[] {shard.index()});
    for (Shard.Rows rows : List.of(shard.training(), shard.validation())) {
      int[] numbers = new int[rows.count()];
      double[] features = new double[shard.training().blockOf(0).columns()];
      for (int i = 0; i < numbers.length; i++) {
        rows.blockOf(i).copyRow(rows.placeOf(i), features, 0);
        numbers[i] = (int) features[0];
      }
      result.add(numbers);
      result.add(rows.starts());
    }
    return result;
  }

  @Test
  void aShardIsChunksOfAboutTheirSizeThatDependOnTheRowsAlone() {
    Columns columns = new Columns("features", "label", null, "held");
    Map<Integer, List<int[]>> first;
    try (ShardedRows rows = pack(wide(1600, 3), columns, WIDE, 2)) {
      first = content(rows);
      assertThat(rows.layout().rows()).isEqualTo(1200);
      assertThat(rows.layout().validationRows()).isEqualTo(400);
      assertThat(rows.shards().getNumPartitions()).isEqualTo(2);
      // 600 training rows a shard and 200 for validation; a chunk has at most 209
      assertThat(cached().blocks).isEqualTo(2 * (3 + 1));
      Set<Integer> seen = new HashSet<>();
      for (List<int[]> shard : first.values()) {
        assertThat(shard.get(2)).hasSize(4);
        assertThat(shard.get(4)).hasSize(2);
        for (int c = 0; c < 3; c++) {
          assertThat(shard.get(2)[c + 1] - shard.get(2)[c]).isBetween(140, 260);
        }
        Arrays.stream(shard.get(1)).forEach(n -> assertThat(n % 4).isNotZero());
        Arrays.stream(shard.get(3)).forEach(n -> assertThat(n % 4).isZero());
        Arrays.stream(shard.get(1)).forEach(seen::add);
        Arrays.stream(shard.get(3)).forEach(seen::add);
      }
      assertThat(seen).hasSize(1600);
    }
    try (ShardedRows again = pack(wide(1600, 7).orderBy("label"), columns, WIDE, 2)) {
      assertSame(first, content(again));
    }
    // what LocalObjective makes of the same rows
    assertSame(first, local(1600, Sharding.of(2, WIDE, 1200, 400)));
  }

  private static void assertSame(
      Map<Integer, List<int[]>> expected, Map<Integer, List<int[]>> actual) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    actual.forEach(
        (shard, lists) ->
            assertThat(lists).usingRecursiveComparison().isEqualTo(expected.get(shard)));
  }

  private static Map<Integer, List<int[]>> local(int rows, Sharding sharding) {
    List<byte[]> keys = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      Row row = wide(i);
      double[] x = row.<org.apache.spark.ml.linalg.Vector>getAs(1).toArray();
      float[] features = new float[WIDE];
      for (int j = 0; j < WIDE; j++) {
        features[j] = (float) x[j];
      }
      keys.add(
          RowKey.encode(features, WIDE, (float) row.getDouble(0), 1, row.getBoolean(2), sharding));
    }
    keys.sort(RowKey::compare);
    Map<Integer, List<int[]>> content = new HashMap<>();
    for (Shard shard : Shard.of(new org.sparkmlp.data.BlockPacker(keys.iterator(), 1000))) {
      content.put(shard.index(), content(shard));
    }
    return content;
  }

  @Test
  void aPartitionThatIsAShardHasChunksToo() {
    try (ShardedRows rows = pack(wide(600, 2), LABELED, WIDE, 0)) {
      assertThat(cached().blocks).isEqualTo(2);
      Map<Integer, List<int[]>> content = content(rows);
      assertThat(content.get(0).get(2)).containsExactly(0, 209, 300);
      for (int i = 0; i < 300; i++) {
        assertThat(content.get(0).get(1)[i]).isEqualTo(i);
        assertThat(content.get(1).get(1)[i]).isEqualTo(300 + i);
      }
    }
  }

  @Test
  void aSmallDatasetHasOneChunkAShard() {
    try (ShardedRows rows = pack(Frames.clouds(SparkSessions.shared(), 300, 5, 3), LABELED, 5, 4)) {
      assertThat(cached().blocks).isEqualTo(4);
      assertThat(rows.shards().map(shard -> shard.training().starts().length).collect())
          .containsExactly(2, 2, 2, 2);
    }
  }

  /** 1.2 times 4 bytes a feature is the goal; target and weight take 8 bytes of it. */
  @Test
  void memoryOfARow() {
    Dataset<Row> frame = Frames.clouds(SparkSessions.shared(), 3000, 100, 3);
    try (ShardedRows rows = pack(frame, LABELED, 100, 2)) {
      assertThat(rows.bytes()).isEqualTo(3000L * 4 * 102);
      Cached cached = cached();
      assertThat(cached.disk).isZero();
      assertThat(cached.memory).isBetween(rows.bytes(), (long) (3000 * 1.2 * 4 * 100));
      // no array is so large that G1 sets aside a region for it
      int longest = blocks(rows).map(block -> block.features().length).reduce(Math::max);
      assertThat(longest).isLessThan(1 << 17);
    }
  }

  private static JavaRDD<PackedBlock> blocks(ShardedRows rows) {
    return rows.shards().map(shard -> shard.training().blockOf(0));
  }

  @Test
  void aLostChunkIsComputedAgainFromTheShuffle() {
    try (ShardedRows rows = pack(wide(1200, 3), LABELED, WIDE, 2)) {
      Map<Integer, List<int[]>> before = content(rows);
      assertThat(cached().blocks).isEqualTo(6);
      SparkEnv.get().blockManager().removeBlock(new RDDBlockId(cached().rdd, 1), true);
      assertThat(cached().blocks).isEqualTo(5);
      assertSame(before, content(rows));
      assertThat(cached().blocks).isEqualTo(6);
    }
  }

  @Test
  void rowsThatChangeWhenTheyAreComputedAgainAreAnError() {
    Dataset<Row> changing =
        Frames.of(
            SparkSessions.shared(), Frames.clouds(new Random(1), 100, 5, 3), Frames.LABELED, 2);
    try (ShardedRows rows = pack(changing, LABELED, 5, 1)) {
      Shard.Source fewer =
          new Shard.Source() {
            @Override
            public java.util.Iterator<PackedBlock> all() {
              return List.<PackedBlock>of().iterator();
            }

            @Override
            public java.util.Iterator<PackedBlock> around(boolean validation, int chunk) {
              return List.<PackedBlock>of().iterator();
            }
          };
      Shard shard = new Shard(rows.shards().map(Shard::size).first(), fewer);
      assertThatThrownBy(() -> shard.training().blockOf(0))
          .hasMessageContaining("chunk 0 of shard 0 had 100 rows, but has 0")
          .hasMessageContaining("doesn't give the same rows every time");
    }
  }

  @Test
  void aPackingThatFailsLeavesNothing() {
    JavaRDD<Row> failing =
        JavaSparkContext.fromSparkContext(SparkSessions.shared().sparkContext())
            .parallelize(List.of(1, 2, 3), 2)
            .map(
                i -> {
                  if (i == 3) {
                    throw new IllegalStateException("no such row");
                  }
                  return RowFactory.create(1.0, Vectors.dense(i));
                });
    Dataset<Row> good = Frames.clouds(SparkSessions.shared(), 10, 1, 3);
    Dataset<Row> frame = SparkSessions.shared().createDataFrame(failing, Frames.LABELED);
    Survey survey = Survey.of(good, LABELED, 3);
    assertThatThrownBy(
            () -> ShardedRows.pack(frame, LABELED, new ShardedRows.Packing(1, 3, 2, 128), survey))
        .hasStackTraceContaining("no such row");
  }

  /** Blocks of the packed rows: of which RDD, how many, and bytes in memory and on disk. */
  private record Cached(int rdd, int blocks, long memory, long disk) {}

  /** By the block manager's master; Spark's storage info follows it with a delay. */
  private static Cached cached() {
    int rdd =
        JavaSparkContext.fromSparkContext(SparkSessions.shared().sparkContext())
            .getPersistentRDDs()
            .values()
            .stream()
            .filter(r -> "spark-mlp: packed rows".equals(r.name()))
            .findFirst()
            .orElseThrow()
            .id();
    int blocks = 0;
    long memory = 0;
    long disk = 0;
    for (StorageStatus status : SparkEnv.get().blockManager().master().getStorageStatus()) {
      for (Tuple2<BlockId, BlockStatus> block :
          CollectionConverters.asJava(status.blocks().toSeq())) {
        if (block._1().name().startsWith("rdd_" + rdd + "_")) {
          blocks++;
          memory += block._2().memSize();
          disk += block._2().diskSize();
        }
      }
    }
    return new Cached(rdd, blocks, memory, disk);
  }
}
