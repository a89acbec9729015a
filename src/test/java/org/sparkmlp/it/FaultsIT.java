package org.sparkmlp.it;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.udf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.FaultPlugin;
import org.sparkmlp.Footprint;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.TaskEvents;
import org.sparkmlp.ml.MLPClassifier;
import org.sparkmlp.train.TrainingListener;

/**
 * Training on a {@link StandaloneCluster} whose executors die, come, go and dawdle: always the bits
 * of the run that nobody disturbs. This JVM is the driver; executors run the packaged jar. What
 * happens when is decided by files that tasks wait for and by Spark's events, never by a clock.
 */
@Tag("cluster")
class FaultsIT {
  private static final int COLUMNS = 64;
  private static final int PARTITIONS = 6;

  @TempDir static Path folder;

  private static Path faults;
  private static List<Row> rows;
  private static StandaloneCluster cluster;
  private static Vector undisturbed;

  @BeforeAll
  static void startCluster() throws Exception {
    FaultPlugin.quiet();
    faults = Files.createDirectory(folder.resolve("faults"));
    rows = Frames.clouds(new Random(6), 300, COLUMNS, 4);
    cluster = new StandaloneCluster(folder);
    undisturbed = fit(steady(), TrainingListener.NONE);
  }

  @AfterAll
  static void stopCluster() throws InterruptedException {
    SparkSession.active().stop();
    cluster.close();
  }

  @AfterEach
  void allIsFreed() {
    for (String fault : new String[] {FaultPlugin.FAIL, FaultPlugin.GATE, FaultPlugin.SLOW}) {
      FaultPlugin.off(faults, fault);
    }
    assertThat(
            JavaSparkContext.fromSparkContext(SparkSession.active().sparkContext())
                .getPersistentRDDs())
        .isEmpty();
  }

  private static SparkSession session(String name, String... settings) {
    try {
      List<String> all =
          new ArrayList<>(
              List.of(
                  "spark.executor.memory",
                  "600m",
                  "spark.executor.cores",
                  "1",
                  "spark.executor.extraClassPath",
                  Installations.assembly()
                      + ":"
                      + Installations.PROJECT.resolve("target/test-classes"),
                  "spark.default.parallelism",
                  String.valueOf(PARTITIONS),
                  // so little that rounds merge their results on executors
                  "spark.driver.maxResultSize",
                  "2m",
                  "spark.plugins",
                  FaultPlugin.class.getName(),
                  FaultPlugin.FOLDER,
                  faults.toString()));
      all.addAll(List.of(settings));
      return SparkSessions.open(cluster.master(), name, all.toArray(String[]::new));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Two executors of one core. */
  private static SparkSession steady() {
    SparkSession spark = session("steady");
    assertThat(Footprint.eventually(() -> executors(spark) == 2)).isTrue();
    return spark;
  }

  private static int executors(SparkSession spark) {
    return spark.sparkContext().getExecutorMemoryStatus().size() - 1; // one is the driver
  }

  private static Vector fit(SparkSession spark, TrainingListener listener) {
    return new MLPClassifier()
        .setHiddenLayers(700)
        .setNumShards(PARTITIONS)
        .setBatchSize(8)
        .setLocalSteps(2)
        .setMaxIter(3)
        .setSeed(9)
        .setListener(listener)
        .fit(Frames.of(spark, rows, Frames.LABELED, 3))
        .weights();
  }

  @Test
  void anExecutorKilledWhileItsTaskRunsChangesNoBit() {
    SparkSession spark = steady();
    Map<String, Long> processes = Executors.processes(spark);
    try (TaskEvents events = new TaskEvents(spark.sparkContext())) {
      Executors.AfterRound listener =
          new Executors.AfterRound(3, () -> Executors.killNextBusy(events, faults, processes));
      Vector weights = fit(spark, listener);
      events.settle();
      assertThat(listener.rounds().get()).isGreaterThan(6);
      assertThat(events.lostInFlight.get()).as("tasks lost in flight").isPositive();
      assertThat(events.recomputedBlocks.get()).as("cached blocks recomputed").isPositive();
      assertThat(events.executorsRemoved.get()).isEqualTo(1);
      assertThat(events.jobsWithTrees.get()).isPositive();
      assertThat(weights).isEqualTo(undisturbed);
    }
  }

  @Test
  void anExecutorLostBetweenRoundsChangesNoBit() {
    SparkSession spark = steady();
    Map<String, Long> processes = Executors.processes(spark);
    try (TaskEvents events = new TaskEvents(spark.sparkContext())) {
      Runnable killAny =
          () -> {
            Executors.kill(processes.values().iterator().next());
            Footprint.eventually(() -> events.executorsRemoved.get() > 0);
          };
      Vector weights = fit(spark, new Executors.AfterRound(3, killAny));
      events.settle();
      assertThat(events.executorsRemoved.get()).isEqualTo(1);
      assertThat(events.lostInFlight.get()).isZero();
      assertThat(events.recomputedBlocks.get()).as("cached blocks recomputed").isPositive();
      assertThat(weights).isEqualTo(undisturbed);
    }
  }

  @Test
  void tasksThatFailAtRandomChangeNoBit() {
    SparkSession spark = steady();
    try (TaskEvents events = new TaskEvents(spark.sparkContext())) {
      FaultPlugin.on(faults, FaultPlugin.FAIL);
      Vector weights = fit(spark, TrainingListener.NONE);
      events.settle();
      assertThat(events.injected.get()).isPositive();
      assertThat(weights).isEqualTo(undisturbed);
    }
  }

  @Test
  void aTaskThatAlwaysFailsFailsTheFitAlone() {
    SparkSession spark = steady();
    UDF1<Vector, Vector> broken =
        vector -> {
          throw new IllegalArgumentException("this row can't be read");
        };
    assertThatThrownBy(
            () ->
                new MLPClassifier()
                    .setNumClasses(4)
                    .fit(
                        Frames.of(spark, rows, Frames.LABELED, 3)
                            .withColumn(
                                "features",
                                udf(broken, SQLDataTypes.VectorType()).apply(col("features")))))
        .isInstanceOf(SparkException.class)
        .hasStackTraceContaining("this row can't be read");
    assertThat(fit(spark, TrainingListener.NONE)).isEqualTo(undisturbed);
  }

  @Test
  void speculativeCopiesOfSlowTasksChangeNoBit() {
    SparkSession spark =
        session(
            "speculation",
            "spark.speculation",
            "true",
            "spark.speculation.interval",
            "50ms",
            "spark.speculation.quantile",
            "0.5");
    assertThat(Footprint.eventually(() -> executors(spark) == 2)).isTrue();
    try (TaskEvents events = new TaskEvents(spark.sparkContext())) {
      AtomicInteger rounds = new AtomicInteger();
      TrainingListener listener =
          new TrainingListener() {
            @Override
            public void onRound(double epoch, int epochs, double loss, long rowsDone) {
              if (rounds.incrementAndGet() == 2) {
                FaultPlugin.on(faults, FaultPlugin.SLOW);
              } else if (rounds.get() == 4) {
                FaultPlugin.off(faults, FaultPlugin.SLOW);
              }
            }
          };
      Vector weights = fit(spark, listener);
      events.settle();
      assertThat(events.speculationsWon.get()).as("copies that won").isPositive();
      assertThat(weights).isEqualTo(undisturbed);
    }
  }

  @Test
  void executorsAddedAndRemovedChangeNoBit() {
    SparkSession spark =
        session(
            "dynamic",
            "spark.locality.wait",
            "0",
            "spark.dynamicAllocation.enabled",
            "true",
            "spark.dynamicAllocation.shuffleTracking.enabled",
            "true",
            "spark.dynamicAllocation.shuffleTracking.timeout",
            "1s",
            "spark.dynamicAllocation.initialExecutors",
            "1",
            "spark.dynamicAllocation.minExecutors",
            "1",
            "spark.dynamicAllocation.maxExecutors",
            "2",
            "spark.dynamicAllocation.executorIdleTimeout",
            "1s",
            "spark.dynamicAllocation.cachedExecutorIdleTimeout",
            "1s");
    try (TaskEvents events = new TaskEvents(spark.sparkContext())) {
      AtomicInteger removedInTime = new AtomicInteger();
      AtomicInteger rounds = new AtomicInteger();
      TrainingListener listener =
          new TrainingListener() {
            @Override
            public void onRound(double epoch, int epochs, double loss, long rowsDone) {
              if (rounds.incrementAndGet() == 2 || rounds.get() == 5) {
                // the next round's tasks wait, and more are pending, until Spark asks for more
                FaultPlugin.on(faults, FaultPlugin.GATE);
                new Thread(
                        () -> {
                          Footprint.eventually(() -> executors(spark) == 2);
                          FaultPlugin.off(faults, FaultPlugin.GATE);
                        })
                    .start();
              } else if (rounds.get() == 4) {
                // nothing to do: Spark lets one go
                Footprint.eventually(() -> executors(spark) == 1);
                events.settle();
                removedInTime.set(events.executorsRemoved.get());
              }
            }
          };
      Vector weights = fit(spark, listener);
      events.settle();
      assertThat(rounds.get()).isGreaterThan(6);
      assertThat(events.executorsAdded.get()).as("before and after the removal").isGreaterThan(1);
      assertThat(removedInTime.get()).as("removed between rounds").isPositive();
      assertThat(weights).isEqualTo(undisturbed);
    }
  }
}
