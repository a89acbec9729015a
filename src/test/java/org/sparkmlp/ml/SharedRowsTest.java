package org.sparkmlp.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.rand;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.TrainValidationSplit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.Frames;
import org.sparkmlp.PackedCopies;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.cluster.KeptRows;
import org.sparkmlp.train.EpochRecord;
import org.sparkmlp.train.TrainingListener;

/** Fits with several ParamMaps on one cached DataFrame share its packed rows, and free them. */
class SharedRowsTest {
  @TempDir Path folder;

  private static SparkSession spark() {
    return SparkSessions.shared();
  }

  private static MLPClassifier classifier() {
    return new MLPClassifier().setHiddenLayers(4).setMaxIter(2).setNumShards(2).setSeed(3);
  }

  private static Dataset<Row> clouds() {
    return Frames.clouds(spark(), 240, 5, 3);
  }

  private static ParamMap[] batchSizes(MLPClassifier classifier) {
    return Grids.grid().add(classifier.batchSize(), 8, 16, 24).build();
  }

  @AfterEach
  void nothingIsLeft() {
    spark().catalog().clearCache();
    PackedCopies.settle();
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  private static double[] search(Estimator<?> estimator, ParamMap[] grid, int parallelism) {
    return new CrossValidator()
        .setEstimator(estimator)
        .setEvaluator(new MulticlassClassificationEvaluator())
        .setEstimatorParamMaps(grid)
        .setNumFolds(2)
        .setSeed(5)
        .setParallelism(parallelism)
        .fit(clouds())
        .avgMetrics();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void theCellsOfAFoldShareOneCopy(int parallelism) {
    MLPClassifier classifier = classifier();
    ParamMap[] grid = batchSizes(classifier);
    double[] shared;
    try (PackedCopies copies = new PackedCopies()) {
      shared = search(classifier, grid, parallelism);
      assertThat(copies.count()).as("one a fold, one for the best cell").isEqualTo(2 + 1);
    }
    assertThat(SparkSessions.packedRowsInCache()).isZero();
    Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {classifier});
    try (PackedCopies copies = new PackedCopies()) {
      assertThat(search(pipeline, grid, parallelism)).containsExactly(shared);
      assertThat(copies.count()).as("a pipeline fits cell by cell").isEqualTo(2 * 3 + 1);
    }
  }

  @Test
  void trainValidationSplitToo() {
    MLPClassifier classifier = classifier();
    try (PackedCopies copies = new PackedCopies()) {
      new TrainValidationSplit()
          .setEstimator(classifier)
          .setEvaluator(new MulticlassClassificationEvaluator())
          .setEstimatorParamMaps(batchSizes(classifier))
          .setSeed(5)
          .fit(clouds());
      assertThat(copies.count()).isEqualTo(1 + 1);
    }
  }

  @Test
  void aCopyIsMadeForEachWayToPackAndForNoOtherParam() {
    Dataset<Row> data = clouds().withColumn("w", lit(2.0)).cache();
    MLPClassifier c = classifier();
    List<ParamMap> same =
        List.of(
            new ParamMap(),
            new ParamMap().put(c.solver().w("sgd")),
            new ParamMap().put(c.hiddenLayers().w(new int[] {7})),
            new ParamMap().put(c.seed().w(9)));
    List<ParamMap> others =
        List.of(
            new ParamMap().put(c.numShards().w(3)),
            new ParamMap().put(c.blockSize().w(16)),
            new ParamMap().put(c.weightCol().w("w")),
            new ParamMap().put(c.validationFraction().w(0.2)),
            new ParamMap().put(c.validationFraction().w(0.3)),
            new ParamMap().put(c.validationFraction().w(0.3)).put(c.seed().w(9)),
            new ParamMap().put(c.classWeights().w("1:2")),
            new ParamMap().put(c.classWeights().w("1:3")));
    try (PackedCopies copies = new PackedCopies()) {
      same.forEach(map -> c.fit(data, map));
      assertThat(copies.count()).isEqualTo(1);
      others.forEach(map -> c.fit(data, map));
      others.forEach(map -> c.fit(data, map.copy().put(c.patience().w(2))));
      assertThat(copies.count()).isEqualTo(1 + others.size());
      // plain columns by another name, and in another order
      Dataset<Row> renamed = data.select(col("label").as("y"), col("features"));
      c.fit(renamed, new ParamMap().put(c.labelCol().w("y")));
      assertThat(copies.count()).isEqualTo(1 + others.size());
    }
  }

  @Test
  void aFitByItselfFreesItsRowsWhateverIsCached() {
    Dataset<Row> data = clouds().cache();
    classifier().fit(data);
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  @Test
  void nothingIsSharedThatMayDiffer() {
    Dataset<Row> data = clouds().cache();
    MLPClassifier c = classifier();
    c.fit(data, new ParamMap());
    List<Dataset<Row>> others =
        List.of(
            data.filter(col("label").lt(2)),
            data.limit(100),
            data.sample(0.5, 1),
            data.union(data),
            data.distinct(),
            data.withColumn("label", lit(2).minus(col("label"))),
            data.select(col("label"), col("features")).orderBy("label"),
            clouds());
    try (PackedCopies copies = new PackedCopies()) {
      for (Dataset<Row> other : others) {
        MLPClassificationModel expected = c.copy(new ParamMap()).fit(other);
        assertThat(c.fit(other, new ParamMap()).weights()).isEqualTo(expected.weights());
      }
      assertThat(copies.count()).isEqualTo(2 * others.size());
      assertThat(SparkSessions.packedRowsInCache()).isEqualTo(1);
    }
  }

  /** The same file, read, cached and fitted twice, with other rows in it the second time. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void dataThatChangesBetweenTwoFits(boolean unpersisted) {
    String file = folder.resolve("rows").toString();
    MLPClassifier c = classifier();
    clouds().write().parquet(file);
    Dataset<Row> before = spark().read().parquet(file).cache();
    MLPClassificationModel first = c.fit(before, new ParamMap());
    assertThat(SparkSessions.packedRowsInCache()).isEqualTo(1);
    if (unpersisted) {
      before.unpersist();
      PackedCopies.settle();
      assertThat(SparkSessions.packedRowsInCache()).isZero();
    }
    List<Row> flipped = new ArrayList<>();
    for (Row row : clouds().collectAsList()) {
      flipped.add(RowFactory.create(2 - row.getDouble(0), row.get(1)));
    }
    Dataset<Row> other = Frames.of(spark(), flipped, Frames.LABELED, 2);
    // without unpersist: Spark notices that the file it has cached is written, and caches it anew
    other.write().mode("overwrite").parquet(file);
    Dataset<Row> after = spark().read().parquet(file).cache();
    MLPClassificationModel second = c.fit(after, new ParamMap());
    assertThat(second.weights()).isNotEqualTo(first.weights());
    assertThat(second.weights()).isEqualTo(c.fit(other).weights());
  }

  @Test
  void rowsAreFreedWhenTheLastFitEndsIfTheDataFrameIsGoneBefore() throws Exception {
    Dataset<Row> data = clouds().cache();
    CountDownLatch both = new CountDownLatch(2);
    CountDownLatch go = new CountDownLatch(1);
    MLPClassifier c =
        classifier()
            .setListener(
                new TrainingListener() {
                  @Override
                  public void onEpoch(EpochRecord epoch) {
                    both.countDown();
                    await(go);
                  }
                });
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (PackedCopies copies = new PackedCopies()) {
      Future<MLPClassificationModel> one = threads.submit(() -> c.fit(data, new ParamMap()));
      Future<MLPClassificationModel> two =
          threads.submit(() -> c.fit(data, new ParamMap().put(c.maxIter().w(1))));
      await(both);
      data.unpersist();
      PackedCopies.settle();
      assertThat(SparkSessions.packedRowsInCache()).as("in use").isEqualTo(1);
      go.countDown();
      assertThat(one.get().weights()).isEqualTo(classifier().fit(clouds()).weights());
      two.get();
      assertThat(SparkSessions.packedRowsInCache()).isZero();
      assertThat(copies.count()).isEqualTo(1 + 1);
    } finally {
      threads.shutdownNow();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aFitThatFailsGivesTheCopyUp() {
    Dataset<Row> data = clouds().cache();
    MLPClassifier c = classifier();
    MLPClassificationModel expected = c.fit(data, new ParamMap());
    assertThatThrownBy(() -> c.fit(data, new ParamMap().put(c.stepSize().w(1e30))))
        .hasMessageContaining("diverged");
    assertThat(SparkSessions.packedRowsInCache()).isZero();
    assertThat(c.fit(data, new ParamMap()).weights()).isEqualTo(expected.weights());
  }

  /** Two fits that train: one fails, then a third comes; whoever is last frees the rows. */
  @Test
  void aFitThatFailsLeavesTheCopyToThoseThatUseIt() throws Exception {
    Dataset<Row> data = clouds().cache();
    CountDownLatch training = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    MLPClassifier held =
        classifier()
            .setListener(
                new TrainingListener() {
                  @Override
                  public void onEpoch(EpochRecord epoch) {
                    training.countDown();
                    await(go);
                  }
                });
    MLPClassifier c = classifier();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (PackedCopies copies = new PackedCopies()) {
      Future<MLPClassificationModel> user = thread.submit(() -> held.fit(data, new ParamMap()));
      await(training);
      assertThatThrownBy(() -> c.fit(data, new ParamMap().put(c.stepSize().w(1e30))))
          .hasMessageContaining("diverged");
      c.fit(data, new ParamMap().put(c.batchSize().w(8)));
      assertThat(copies.count()).isEqualTo(1);
      go.countDown();
      user.get();
      assertThat(SparkSessions.packedRowsInCache()).as("data is still cached").isZero();
    } finally {
      go.countDown();
      thread.shutdownNow();
    }
  }

  @Test
  void whoKeepsRowsHasThemThoughFitsFail() {
    Dataset<Row> data = clouds().cache();
    MLPClassifier c = classifier();
    try (PackedCopies copies = new PackedCopies()) {
      try (KeptRows kept = KeptRows.of(data)) {
        for (int i = 0; i < 3; i++) {
          assertThatThrownBy(() -> c.fit(data, new ParamMap().put(c.stepSize().w(1e30))))
              .hasMessageContaining("diverged");
        }
        c.fit(data, new ParamMap());
        assertThat(copies.count()).isEqualTo(1);
        assertThat(SparkSessions.packedRowsInCache()).isEqualTo(1);
      }
      assertThat(SparkSessions.packedRowsInCache()).as("data is still cached").isZero();
      assertThatThrownBy(() -> c.fit(data, new ParamMap().put(c.stepSize().w(1e30))))
          .hasMessageContaining("diverged");
      assertThat(SparkSessions.packedRowsInCache()).as("kept no more").isZero();
    }
    try (KeptRows kept = KeptRows.of(clouds())) { // not cached
      c.fit(clouds(), new ParamMap());
    }
  }

  @Test
  void whoKeepsFilteredRowsSharesTheirCopyAmongTheirFits() {
    Dataset<Row> data = clouds().withColumn("fold", col("label").cast("int")).cache();
    MLPClassifier c = classifier().setNumClasses(3);
    Dataset<Row> some = data.where(col("fold").notEqual(1)).drop("fold");
    Dataset<Row> same = data.where(col("fold").notEqual(1)).select("features", "label");
    Dataset<Row> others = data.where(col("fold").notEqual(2)).drop("fold");
    MLPClassificationModel expected = c.copy(new ParamMap()).fit(others);
    try (KeptRows kept = KeptRows.of(some);
        KeptRows too = KeptRows.of(others);
        PackedCopies copies = new PackedCopies()) {
      Vector weights = c.fit(some, new ParamMap()).weights();
      assertThat(c.fit(same, new ParamMap()).weights()).isEqualTo(weights);
      assertThat(copies.count()).isEqualTo(1);
      assertThat(c.fit(others, new ParamMap()).weights()).isEqualTo(expected.weights());
      assertThat(copies.count()).isEqualTo(2);
      // nobody keeps these: each fit packs its own
      for (Dataset<Row> none :
          List.of(
              data.where(col("fold").notEqual(0)).drop("fold"),
              data.where(col("fold").plus(rand(1)).lt(2)),
              data.withColumn("one", col("fold").plus(1)).where("one < 3"))) {
        try (KeptRows asked = KeptRows.of(none.where("label = 5"))) {
          assertThat(c.fit(none, new ParamMap()).weights()).isNotEqualTo(weights);
        }
      }
      assertThat(copies.count()).isEqualTo(2 + 3);
      assertThat(SparkSessions.packedRowsInCache()).isEqualTo(2);
    }
    assertThat(SparkSessions.packedRowsInCache()).as("data is still cached").isZero();
    try (KeptRows kept = KeptRows.of(some)) {
      c.fit(some, new ParamMap());
      assertThat(SparkSessions.packedRowsInCache()).isEqualTo(1);
      data.unpersist();
      PackedCopies.settle();
      assertThat(SparkSessions.packedRowsInCache()).as("data is gone").isZero();
    }
  }

  @Test
  void badRowsAreToldToEveryFit() {
    List<Row> rows = new ArrayList<>(clouds().collectAsList());
    rows.set(99, RowFactory.create(1.0, Vectors.dense(1, 2, Double.NaN, 4, 5)));
    Dataset<Row> data = Frames.of(spark(), rows, Frames.LABELED, 3).cache();
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> classifier().fit(data, new ParamMap()))
          .hasMessageContaining("has the value NaN in feature 2");
      assertThat(SparkSessions.packedRowsInCache()).isZero();
    }
  }
}
