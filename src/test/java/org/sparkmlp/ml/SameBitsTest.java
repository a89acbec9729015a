package org.sparkmlp.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.rand;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.Frames;
import org.sparkmlp.Seeds;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Dropout;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Regularization;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Adam;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.train.LocalRuns;
import org.sparkmlp.train.Plan;

/**
 * The same rows give the same weights, bit for bit: 24 shards, 16 tasks delayed at random, 110,000
 * weights, dropout and all other regularization, whatever the order and partitioning of the rows,
 * the settings of Spark and the number of threads.
 */
@Tag("slow")
class SameBitsTest {
  private static final int ROWS = 300;
  private static final int COLUMNS = 330;
  private static final int HIDDEN = 330;
  private static final int SHARDS = 24;
  private static final int EPOCHS = 2;
  private static final int SYNC_BATCH = 100;
  private static final int LOCAL_BATCH = 4;

  @TempDir static Path folder;

  /** Rows that all differ, with unequal weights. */
  private static List<Row> rows() {
    Random random = new Random(8);
    List<Row> rows = new ArrayList<>();
    for (Row row : Frames.clouds(random, ROWS, COLUMNS, 4)) {
      rows.add(RowFactory.create(row.get(0), row.get(1), 0.25 * (1 + random.nextInt(7))));
    }
    return rows;
  }

  private static Dataset<Row> frame(SparkSession spark, List<Row> rows, int partitions) {
    return Frames.of(spark, rows, Frames.LABELED.add("w", DataTypes.DoubleType), partitions);
  }

  private static MLPClassifier classifier(int localSteps) {
    return new MLPClassifier()
        .setHiddenLayers(HIDDEN)
        .setWeightCol("w")
        .setBatchSize(localSteps == 1 ? SYNC_BATCH : LOCAL_BATCH)
        .setLocalSteps(localSteps)
        .setNumShards(SHARDS)
        .setMaxIter(EPOCHS)
        .setLearningRateSchedule("cosine")
        .setSeed(5)
        .setRegParam(1e-4)
        .setElasticNetParam(0.5)
        .setWeightDecay(0.01)
        .setInputDropout(0.1)
        .setHiddenDropout(0.4)
        .setMaxNorm(0.9)
        .setGradientClipNorm(0.5)
        .setGradientClipValue(0.1);
  }

  private static final Regularization REGULARIZATION =
      new Regularization(1e-4, 0.5, 0.01, new Dropout(0.1, List.of(0.4)), 0.9, 0.5, 0.1);

  private static SparkSession session(String master, boolean adaptive, String serializer) {
    return SparkSessions.open(
        master,
        "bits " + adaptive + serializer,
        "spark.default.parallelism",
        "16",
        "spark.plugins",
        DelayPlugin.class.getName(),
        "spark.sql.adaptive.enabled",
        String.valueOf(adaptive),
        "spark.serializer",
        "org.apache.spark.serializer." + serializer);
  }

  @AfterAll
  static void close() {
    SparkSession.active().stop();
  }

  @Test
  void anyOrderPartitioningAndSparkGivesTheBitsOfLocalObjective() {
    Random random = Seeds.random("same bits");
    for (int localSteps : new int[] {1, 2}) {
      Set<Integer> results = new HashSet<>();
      float[] expected = local(localSteps);
      results.add(Arrays.hashCode(expected));
      int runs = 0;
      for (String master : new String[] {"local[2]", "local[1]"}) {
        for (boolean adaptive : new boolean[] {true, false}) {
          String serializer = adaptive ? "JavaSerializer" : "KryoSerializer";
          SparkSession spark = session(master, adaptive, serializer);
          for (Dataset<Row> variant : variants(spark, random)) {
            Vector weights = classifier(localSteps).fit(variant).weights();
            assertThat(weights.size()).isGreaterThan(100_000);
            float[] floats = new float[weights.size()];
            for (int i = 0; i < floats.length; i++) {
              floats[i] = (float) weights.apply(i);
            }
            results.add(Arrays.hashCode(floats));
            runs++;
          }
        }
      }
      assertThat(runs).isGreaterThanOrEqualTo(30);
      assertThat(results)
          .as("different results of %d runs, localSteps %d", runs, localSteps)
          .hasSize(1);
    }
  }

  /** The same rows, eight ways. */
  private static List<Dataset<Row>> variants(SparkSession spark, Random random) {
    List<Row> shuffled = rows();
    java.util.Collections.shuffle(shuffled, random);
    Dataset<Row> base = frame(spark, rows(), 3);
    String path = folder.resolve("rows" + random.nextInt(1 << 30)).toString();
    base.repartition(4).write().parquet(path);
    Dataset<Row> keyed =
        spark
            .read()
            .parquet(path)
            .withColumn("key", org.apache.spark.sql.functions.hash(col("features")));
    Dataset<Row> joined =
        keyed.drop("label", "w").join(keyed.select("key", "label", "w"), "key").drop("key");
    return List.of(
        base,
        base.repartition(1),
        base.repartition(2),
        base.repartition(7),
        frame(spark, shuffled, 5),
        base.orderBy(rand(random.nextLong())),
        base.orderBy("label"),
        spark.read().parquet(path),
        joined.select("label", "features", "w"));
  }

  private static float[] local(int localSteps) {
    Topology topology =
        new Topology(
            new int[] {COLUMNS, HIDDEN, 4}, Activations.RELU, Losses.SOFTMAX_CROSS_ENTROPY, true);
    Plan plan =
        new Plan(
                topology,
                "openblas",
                new Adam(0.9, 0.999, 1e-8),
                0.001,
                Schedules.parse("cosine"),
                localSteps == 1 ? SYNC_BATCH : LOCAL_BATCH,
                localSteps,
                EPOCHS,
                0,
                5)
            .withOuterMomentum(new MLPClassifier().getOuterMomentum())
            .withRegularization(REGULARIZATION);
    List<float[]> features = new ArrayList<>();
    List<float[]> labelsAndWeights = new ArrayList<>();
    for (Row row : rows()) {
      double[] x = row.<Vector>getAs(1).toArray();
      float[] floats = new float[x.length];
      for (int j = 0; j < x.length; j++) {
        floats[j] = (float) x[j];
      }
      features.add(floats);
      labelsAndWeights.add(new float[] {(float) row.getDouble(0), (float) row.getDouble(2)});
    }
    return LocalRuns.train(
        features, labelsAndWeights, SHARDS, plan, Initializer.parse("auto").weights(topology, 5));
  }

  /** The control: the same tasks, added up as floats in the order in which they end. */
  @Test
  void plainFloatAdditionDiffersFromRunToRun() {
    SparkSession spark = session("local[2]", true, "JavaSerializer");
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    List<Integer> tasks = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      tasks.add(i);
    }
    JavaRDD<float[]> vectors =
        context.parallelize(tasks, 16).map(i -> Seeds.floats(new Random(i), 1000));
    Set<Integer> results = new HashSet<>();
    for (int run = 0; run < 30; run++) {
      float[] sum = vectors.treeAggregate(new float[1000], SameBitsTest::add, SameBitsTest::add, 2);
      results.add(Arrays.hashCode(sum));
    }
    assertThat(results).hasSizeGreaterThan(1);
  }

  private static float[] add(float[] a, float[] b) {
    for (int i = 0; i < a.length; i++) {
      a[i] += b[i];
    }
    return a;
  }

  @Test
  void lbfgsToo() {
    SparkSession spark = session("local[2]", true, "JavaSerializer");
    Set<Vector> results = new HashSet<>();
    for (Dataset<Row> variant : variants(spark, Seeds.random("same bits of l-bfgs"))) {
      results.add(
          new MLPClassifier()
              .setHiddenLayers(20)
              .setWeightCol("w")
              .setSolver("l-bfgs")
              .setNumShards(SHARDS)
              .setMaxIter(4)
              .setSeed(5)
              .fit(variant)
              .weights());
    }
    assertThat(results).hasSize(1);
    assertThat(results.iterator().next()).isNotEqualTo(Vectors.zeros(6704));
  }
}
