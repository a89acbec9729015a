package org.sparkmlp.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sparkmlp.FaultPlugin;
import org.sparkmlp.Frames;
import org.sparkmlp.PackedCopies;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.cluster.KeptRows;
import org.sparkmlp.schedule.Schedule;
import org.sparkmlp.schedule.Schedules;

/**
 * Fits on rows of the same DataFrame at the same time make their rounds together, with their own
 * bits.
 */
class JoinedFitsTest {
  private static final int EPOCHS = 12;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Dataset<Row> rows = Frames.clouds(spark(), 240, 5, 3).cache();

  private static SparkSession spark() {
    return SparkSessions.shared();
  }

  private static MLPClassifier classifier() {
    return new MLPClassifier()
        .setHiddenLayers(4)
        .setMaxIter(EPOCHS)
        .setNumShards(2)
        .setSeed(3)
        .setStepSize(0.01);
  }

  @AfterEach
  void nothingIsLeft() throws InterruptedException {
    threads.shutdownNow();
    assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    rows.unpersist();
    PackedCopies.settle();
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  private List<Future<MLPClassificationModel>> fit(MLPClassifier c, List<ParamMap> maps) {
    List<Future<MLPClassificationModel>> fits = new ArrayList<>();
    for (ParamMap map : maps) {
      fits.add(threads.submit(() -> c.fit(rows, map)));
    }
    return fits;
  }

  /** As the folds of a search do, whose rows are packed apart. */
  @Test
  void onDifferentRowsOfADataFrameToo() throws Exception {
    MLPClassifier c = classifier().setValidationFraction(0.2);
    List<ParamMap> maps = List.of(new ParamMap(), new ParamMap().put(c.batchSize().w(16)));
    List<Dataset<Row>> folds = new ArrayList<>();
    List<KeptRows> kept = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      folds.add(rows.where(pmod(xxhash64(col("features")), lit(3)).notEqual(lit(i))));
      kept.add(KeptRows.of(folds.get(i)));
    }
    try {
      List<MLPClassificationModel> alone = new ArrayList<>();
      int apart =
          jobs(() -> folds.forEach(fold -> maps.forEach(map -> alone.add(c.fit(fold, map)))));
      List<MLPClassificationModel> together = new ArrayList<>();
      int shared =
          jobs(
              () -> {
                List<Future<MLPClassificationModel>> fits = new ArrayList<>();
                for (Dataset<Row> fold : folds) {
                  maps.forEach(map -> fits.add(threads.submit(() -> c.fit(fold, map))));
                }
                fits.forEach(fit -> together.add(get(fit)));
              });
      for (int i = 0; i < alone.size(); i++) {
        assertThat(together.get(i).weights()).as("fit %d", i).isEqualTo(alone.get(i).weights());
        assertThat(history(together.get(i))).isEqualTo(history(alone.get(i)));
      }
      // six fits of as many rounds each; rounds of two on the same rows alone would be half of it
      assertThat(shared).as("jobs, of %d", apart).isLessThan(apart * 45 / 100);
    } finally {
      kept.forEach(KeptRows::close);
    }
  }

  private static int jobs(Runnable run) throws Exception {
    AtomicInteger jobs = new AtomicInteger();
    SparkListener counter =
        new SparkListener() {
          @Override
          public void onJobStart(SparkListenerJobStart start) {
            jobs.incrementAndGet();
          }
        };
    PackedCopies.settle();
    spark().sparkContext().addSparkListener(counter);
    try {
      run.run();
      PackedCopies.settle();
      return jobs.get();
    } finally {
      spark().sparkContext().removeSparkListener(counter);
    }
  }

  @Test
  void roundsAreSharedAndBitsAreOnesOwn() throws Exception {
    MLPClassifier c = classifier();
    List<ParamMap> maps =
        List.of(
            new ParamMap(),
            new ParamMap().put(c.batchSize().w(16)),
            new ParamMap().put(c.batchSize().w(8)).put(c.learningRateSchedule().w("cosine")),
            new ParamMap().put(c.hiddenLayers().w(new int[] {7, 3})),
            new ParamMap().put(c.localSteps().w(1)).put(c.batchSize().w(60)),
            new ParamMap().put(c.solver().w("momentum")).put(c.maxIter().w(5)),
            new ParamMap().put(c.seed().w(9)).put(c.hiddenDropout().w(new double[] {0.5})));
    List<MLPClassificationModel> alone = new ArrayList<>();
    int apart = jobs(() -> maps.forEach(map -> alone.add(c.fit(rows, map)))); // one after the other
    List<MLPClassificationModel> together = new ArrayList<>();
    int shared =
        jobs(
            () -> {
              for (Future<MLPClassificationModel> fit : fit(c, maps)) {
                together.add(get(fit));
              }
            });
    for (int i = 0; i < maps.size(); i++) {
      assertThat(together.get(i).weights()).as("cell %d", i).isEqualTo(alone.get(i).weights());
      assertThat(together.get(i).summary().objectiveHistory())
          .isEqualTo(alone.get(i).summary().objectiveHistory());
      assertThat(together.get(i).summary().costs().rounds())
          .isEqualTo(alone.get(i).summary().costs().rounds());
    }
    // the longest has 48 rounds, all together have about 110; some are missed at the beginning
    assertThat(shared).as("jobs, of %d", apart).isLessThan(apart * 3 / 4);
  }

  private static List<List<Double>> history(MLPClassificationModel model) {
    return model.summary().epochs().stream()
        .map(epoch -> List.of(epoch.loss(), epoch.accuracy(), epoch.validationLoss()))
        .toList();
  }

  private static MLPClassificationModel get(Future<MLPClassificationModel> fit) {
    try {
      return fit.get(2, TimeUnit.MINUTES);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Fails in its tasks. */
  private record Broken() implements Schedule {
    @Override
    public double factor(double t, double total, double step) {
      if (t > 3) {
        throw new IllegalStateException("the schedule is broken");
      }
      return 1;
    }

    @Override
    public String spec() {
      return "brokenSchedule";
    }
  }

  @Test
  void oneThatFailsFailsAlone() throws Exception {
    FaultPlugin.quiet();
    Schedules.register("brokenSchedule", List.of(), arguments -> new Broken());
    MLPClassifier c = classifier();
    List<ParamMap> maps =
        List.of(
            new ParamMap(),
            new ParamMap().put(c.learningRateSchedule().w("brokenSchedule")),
            new ParamMap().put(c.batchSize().w(16)),
            new ParamMap().put(c.stepSize().w(1e30)));
    List<Future<MLPClassificationModel>> fits = fit(c, maps);
    assertThat(get(fits.get(0)).weights()).isEqualTo(classifier().fit(rows).weights());
    assertThat(get(fits.get(2)).weights())
        .isEqualTo(classifier().setBatchSize(16).fit(rows).weights());
    assertThatThrownBy(() -> fits.get(1).get())
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("the schedule is broken");
    assertThatThrownBy(() -> fits.get(3).get()).hasMessageContaining("diverged");
  }

  @Test
  void oneThatIsInterruptedLeavesTheOthersAlone() throws Exception {
    MLPClassifier c = classifier().setMaxIter(200);
    List<Future<MLPClassificationModel>> fits =
        fit(c, List.of(new ParamMap(), new ParamMap().put(c.batchSize().w(16))));
    Thread.sleep(1500);
    fits.get(1).cancel(true);
    assertThat(get(fits.get(0)).weights())
        .isEqualTo(classifier().setMaxIter(200).fit(rows).weights());
  }
}
