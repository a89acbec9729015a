package org.sparkmlp.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.udf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.FaultPlugin;
import org.sparkmlp.Footprint;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.TaskEvents;
import org.sparkmlp.train.TrainingListener;

/** Fits whose tasks fail, that are cancelled, interrupted, or run beside others. */
@Tag("slow")
class FaultsTest {
  private static final int COLUMNS = 64;

  @TempDir static Path folder;

  private static SparkSession spark;
  private static Dataset<Row> data;

  @BeforeAll
  static void open() {
    FaultPlugin.quiet();
    spark =
        SparkSessions.open(
            "local[2,4]",
            "faults",
            "spark.default.parallelism",
            "8",
            "spark.plugins",
            FaultPlugin.class.getName(),
            FaultPlugin.FOLDER,
            folder.toString(),
            // so little that results of 160 kB from 8 partitions need a tree
            "spark.driver.maxResultSize",
            "2m");
    List<Row> rows = new ArrayList<>();
    Random random = new Random(4);
    for (Row row : Frames.clouds(random, 400, COLUMNS, 4)) {
      rows.add(RowFactory.create(row.get(0), row.get(1), random.nextInt(5) == 0));
    }
    data = Frames.of(spark, rows, Frames.LABELED.add("check", DataTypes.BooleanType, false), 3);
  }

  @AfterAll
  static void close() {
    spark.stop();
  }

  @AfterEach
  void nothingIsLeft() throws TimeoutException {
    // the copy that a search shares goes when Spark has told that the fold is unpersisted
    spark.sparkContext().listenerBus().waitUntilEmpty();
    FaultPlugin.off(folder, FaultPlugin.FAIL);
    FaultPlugin.off(folder, FaultPlugin.GATE);
    assertThat(spark.sparkContext().isStopped()).isFalse();
    assertThat(JavaSparkContext.fromSparkContext(spark.sparkContext()).getPersistentRDDs())
        .isEmpty();
    assertThat(
            Footprint.eventually(
                () -> spark.sparkContext().statusTracker().getActiveJobIds().length == 0))
        .as("no job runs on")
        .isTrue();
    assertThat(Footprint.after(spark, 0).broadcasts()).isZero();
  }

  private static MLPClassifier classifier(String solver, int localSteps) {
    MLPClassifier classifier =
        new MLPClassifier()
            .setHiddenLayers(600)
            .setSolver(solver)
            .setNumShards(8)
            .setMaxIter(2)
            .setSeed(11);
    return solver.equals("l-bfgs")
        ? classifier.setHiddenLayers(200)
        : classifier.setBatchSize(localSteps == 1 ? 64 : 4).setLocalSteps(localSteps);
  }

  /** A task may fail after it has cached the rows before a bad one. */
  @ParameterizedTest
  @ValueSource(strings = {"hash", "partition"})
  void aBadRowIsFoundThoughTasksFail(String shardBy) {
    Vector last = data.takeAsList(400).get(399).getAs("features");
    UDF1<Vector, Vector> spoil =
        v -> v.equals(last) ? Vectors.dense(Double.NaN, new double[COLUMNS - 1]) : v;
    Dataset<Row> bad =
        data.withColumn("features", udf(spoil, SQLDataTypes.VectorType()).apply(col("features")));
    MLPClassifier classifier =
        new MLPClassifier().setHiddenLayers(4).setMaxIter(1).setShardBy(shardBy);
    try (TaskEvents events = new TaskEvents(spark.sparkContext())) {
      FaultPlugin.on(folder, FaultPlugin.FAIL);
      for (int i = 0; i < 15; i++) {
        assertThatThrownBy(() -> classifier.fit(bad)).hasMessageContaining("has the value NaN");
      }
      events.settle();
      assertThat(events.injected.get()).isPositive();
    }
  }

  @Test
  void tasksThatFailAtRandomChangeNoBit() {
    try (TaskEvents events = new TaskEvents(spark.sparkContext())) {
      for (String solver : new String[] {"momentum", "adam", "l-bfgs"}) {
        for (int localSteps : new int[] {1, 4}) {
          MLPClassifier classifier =
              classifier(solver, localSteps).setValidationIndicatorCol("check");
          MLPClassificationModel expected = classifier.fit(data);
          FaultPlugin.on(folder, FaultPlugin.FAIL);
          MLPClassificationModel model = classifier.fit(data);
          FaultPlugin.off(folder, FaultPlugin.FAIL);
          assertThat(model.weights()).as(solver + localSteps).isEqualTo(expected.weights());
          assertThat(losses(model)).isEqualTo(losses(expected));
        }
      }
      events.settle();
      System.out.println("injected " + events.injected + ", trees " + events.jobsWithTrees);
      assertThat(events.injected.get()).isGreaterThan(30);
      assertThat(events.jobsWithTrees.get()).isGreaterThan(30);
    }
  }

  private static List<List<Double>> losses(MLPClassificationModel model) {
    return model.summary().epochs().stream()
        .map(epoch -> List.of(epoch.loss(), epoch.validationLoss()))
        .toList();
  }

  @Test
  void aTaskThatAlwaysFailsFailsTheFitAlone() {
    MLPClassifier classifier = classifier("adam", 4);
    Vector expected = classifier.fit(data).weights();
    UDF1<Vector, Vector> broken =
        vector -> {
          throw new IllegalArgumentException("this row can't be read");
        };
    Dataset<Row> bad =
        data.withColumn("features", udf(broken, SQLDataTypes.VectorType()).apply(col("features")));
    AtomicBoolean stop = new AtomicBoolean();
    CompletableFuture<Long> others =
        CompletableFuture.supplyAsync(
            () -> {
              long jobs = 0;
              while (!stop.get()) {
                assertThat(data.filter("label >= 0").count()).isEqualTo(400);
                jobs++;
              }
              return jobs;
            });
    assertThatThrownBy(() -> classifier.setNumClasses(4).fit(bad))
        .isInstanceOf(SparkException.class)
        .rootCause()
        .hasMessage("this row can't be read");
    stop.set(true);
    assertThat(others.join()).as("other jobs went on").isPositive();
    assertThat(classifier.fit(data).weights()).isEqualTo(expected);
  }

  /** Fits in a thread of its own, with the tasks of some round, or all tasks, held at a gate. */
  private static final class HeldFit extends Thread {
    final AtomicReference<Throwable> end = new AtomicReference<>();
    final AtomicBoolean interruptedAfterwards = new AtomicBoolean();
    final AtomicInteger rounds = new AtomicInteger();
    final CountDownLatch atTheGate = new CountDownLatch(1);

    HeldFit(boolean fromTheStart) {
      setDaemon(true);
      if (fromTheStart) {
        FaultPlugin.on(folder, FaultPlugin.GATE);
        atTheGate.countDown();
      }
    }

    @Override
    public void run() {
      spark.sparkContext().setJobGroup("fit", "to be cancelled", true);
      MLPClassifier classifier =
          classifier("adam", 2)
              .setMaxIter(1_000_000)
              .setListener(
                  new TrainingListener() {
                    @Override
                    public void onRound(double epoch, int epochs, double loss, long rows) {
                      if (rounds.incrementAndGet() == 3) {
                        FaultPlugin.on(folder, FaultPlugin.GATE);
                        atTheGate.countDown();
                      }
                    }
                  });
      try {
        classifier.fit(data);
      } catch (Throwable e) { // Spark throws InterruptedException without declaring it
        end.set(e);
      }
      interruptedAfterwards.set(Thread.currentThread().isInterrupted());
    }

    /** Waits until a job runs that can't end. */
    void awaitHeld() throws InterruptedException {
      atTheGate.await();
      assertThat(
              Footprint.eventually(
                  () -> spark.sparkContext().statusTracker().getActiveStageIds().length > 0))
          .isTrue();
    }

    void awaitEnd() throws InterruptedException {
      join(120_000);
      assertThat(isAlive()).as("the fit goes on").isFalse();
      FaultPlugin.off(folder, FaultPlugin.GATE);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void cancelEndsTheFitWithinARoundAndFreesAll(boolean fromTheStart) throws Exception {
    Vector expected = classifier("adam", 4).fit(data).weights();
    HeldFit fit = new HeldFit(fromTheStart);
    fit.start();
    fit.awaitHeld();
    while (fit.isAlive()) { // the held round's job may not have begun yet
      spark.sparkContext().cancelJobGroup("fit");
      fit.join(200);
    }
    fit.awaitEnd();
    assertThat(fit.end.get())
        .isInstanceOf(SparkException.class)
        .hasMessageContaining("cancelled part of cancelled job group fit");
    assertThat(fit.rounds.get()).isEqualTo(fromTheStart ? 0 : 3);
    assertThat(classifier("adam", 4).fit(data).weights()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void interruptCancelsTheJobsOfTheFit(boolean fromTheStart) throws Exception {
    Vector expected = classifier("adam", 4).fit(data).weights();
    HeldFit fit = new HeldFit(fromTheStart);
    fit.start();
    fit.awaitHeld();
    fit.interrupt();
    fit.awaitEnd();
    assertThat(fit.end.get())
        .isInstanceOf(CancellationException.class)
        .hasMessageContaining("the thread that fits was interrupted");
    assertThat(fit.interruptedAfterwards).isTrue();
    assertThat(fit.rounds.get()).isEqualTo(fromTheStart ? 0 : 3);
    assertThat(classifier("adam", 4).fit(data).weights()).isEqualTo(expected);
  }

  @Test
  void parallelFitsOfASearchGiveWhatFitsInTurnGive() {
    MLPClassifier classifier = classifier("adam", 4).setHiddenLayers(10).setNumShards(2);
    ParamMap[] grid =
        Grids.grid().add(classifier.batchSize(), 4, 8).add(classifier.localSteps(), 1, 3).build();
    CrossValidator search =
        new CrossValidator()
            .setEstimator(classifier)
            .setEstimatorParamMaps(grid)
            .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("accuracy"))
            .setNumFolds(2)
            .setSeed(1);
    double[] inTurn = search.setParallelism(1).fit(data).avgMetrics();
    double[] together = search.setParallelism(4).fit(data).avgMetrics();
    assertThat(together).isEqualTo(inTurn);
  }
}
