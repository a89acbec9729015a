package org.sparkmlp.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlp.CapturedLog;
import org.sparkmlp.FaultPlugin;
import org.sparkmlp.Footprint;
import org.sparkmlp.Frames;
import org.sparkmlp.RunningTasks;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.cluster.SparkObjective;
import org.sparkmlp.ml.MLPClassifier;
import org.sparkmlp.train.Workspaces;

/**
 * Tasks that Spark kills while the device is at work, at a place where the stand-in holds them
 * until the kill has come: the fit goes on with the same bits or ends, and nothing is left of it.
 */
@OnFakeCuda
class KilledTaskTest {
  private static SparkSession spark;
  private static Dataset<Row> rows;

  /** What comes out of one task a round, and of two. */
  private static Vector ofOne;

  private static Vector ofTwo;

  private final ExecutorService thread = Executors.newSingleThreadExecutor();

  @BeforeAll
  static void anUndisturbedFit() {
    FaultPlugin.quiet();
    spark =
        SparkSessions.open(
            "local[2]", "killed tasks", "spark.plugins", RunningTasks.class.getName());
    rows = Frames.clouds(spark, 120, 6, 3).cache();
    FakeCuda.source(Path.of("src/main/cuda/kernels.cu"));
    ofOne = fit(1);
    ofTwo = fit(2);
  }

  @AfterAll
  static void stop() {
    if (spark != null) {
      spark.stop();
    }
  }

  /** Threads wait for the device when they wait for it, not when they give it work. */
  @BeforeEach
  void lazyWork() {
    FakeCuda.lazy(true);
  }

  @AfterEach
  void theNextFitIsRightAndNothingIsLeft() throws Exception {
    System.clearProperty(Workspaces.IDLE_PROPERTY);
    FakeCuda.letGo(); // if the test has failed
    thread.shutdown();
    assertThat(thread.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    RunningTasks.awaitNone();
    Leaks.assertNone();
    assertThat(fit(2)).isEqualTo(ofTwo);
    assertThat(FakeCuda.misuses()).isEmpty();
    Leaks.assertNone();
  }

  private static Vector fit(int tasks) {
    return new MLPClassifier()
        .setHiddenLayers(6)
        .setNumShards(tasks) // each on a device of its own
        .setBatchSize(16)
        .setLocalSteps(3)
        .setMaxIter(2)
        .setSeed(5)
        .setDevice("cuda")
        .fit(rows)
        .weights();
  }

  /** A fit whose jobs are of the group that the test cancels. */
  private static Vector fitOfGroup(boolean interrupt) {
    spark.sparkContext().setJobGroup("fit", "fit", interrupt);
    try {
      return fit(2);
    } finally {
      spark.sparkContext().clearJobGroup();
    }
  }

  private static void awaitKill(TaskContext task) {
    assertThat(Footprint.eventually(task::isInterrupted)).as("killed").isTrue();
  }

  private static Vector await(Future<Vector> fit) throws Exception {
    return fit.get(1, TimeUnit.MINUTES);
  }

  private void killHeldTask(boolean interrupt) throws Exception {
    int before = RunningTasks.secondAttempts();
    Future<Vector> fit = thread.submit(() -> fit(1));
    FakeCuda.awaitHeld();
    TaskContext held = RunningTasks.awaitLast();
    assertThat(spark.sparkContext().killTaskAttempt(held.taskAttemptId(), interrupt, "test"))
        .isTrue();
    awaitKill(held);
    FakeCuda.letGo();
    assertThat(await(fit)).isEqualTo(ofOne);
    assertThat(RunningTasks.secondAttempts()).isEqualTo(before + 1);
  }

  /** Rows and weights go up, kernels and products run, sums come down, something is opened. */
  @ParameterizedTest
  @CsvSource({
    "run:kernel:optimize, 7",
    "run:cublasSgemm_v2, 9",
    "run:cuMemcpyHtoDAsync_v2, 1",
    "run:cuMemcpyHtoDAsync_v2, 9",
    "run:cuMemcpyDtoHAsync_v2, 3",
    "cuMemHostAlloc, 2",
    "cuModuleLoadDataEx, 1",
  })
  void aKilledTaskIsTriedAgainWithTheSameBits(String where, int nth) throws Exception {
    for (boolean interrupt : new boolean[] {false, true}) {
      FakeCuda.hold(where, nth);
      killHeldTask(interrupt);
    }
  }

  @Test
  void whereverTheTaskIs() throws Exception {
    FakeCuda.reset();
    FakeCuda.lazy(true);
    fit(1);
    long calls = FakeCuda.allCalls();
    assertThat(calls).isGreaterThan(200);
    int places = 16;
    for (int i = 0; i < places; i++) {
      FakeCuda.hold("", 1 + (calls - 1) * i / (places - 1));
      killHeldTask(i % 2 == 0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "run:kernel:optimize, 7",
    "run:cublasSgemm_v2, 9",
    "run:cuMemcpyDtoHAsync_v2, 3",
    "run:cuMemcpyHtoDAsync_v2, 9",
    "cuMemHostAlloc, 2",
  })
  void aCancelledFitLeavesNothing(String where, int nth) throws Exception {
    for (boolean interrupt : new boolean[] {false, true}) {
      FakeCuda.hold(where, nth);
      Future<Vector> fit = thread.submit(() -> fitOfGroup(interrupt));
      FakeCuda.awaitHeld();
      TaskContext held = RunningTasks.awaitLast();
      spark.sparkContext().cancelJobGroup("fit");
      awaitKill(held);
      FakeCuda.letGo();
      assertThatThrownBy(() -> await(fit)).hasStackTraceContaining("cancelled");
      RunningTasks.awaitNone();
      Leaks.assertNone();
    }
  }

  /** Nobody frees anything when the fit ends: the job that does so is cancelled too. */
  @Test
  void whatNobodyFreesIsFreedWhenItHasIdled() throws Exception {
    System.setProperty(Workspaces.IDLE_PROPERTY, "3");
    SparkContext context = spark.sparkContext();
    FakeCuda.hold("run:kernel:optimize", 9);
    try (CapturedLog log = new CapturedLog(SparkObjective.class.getName())) {
      Future<Vector> fit = thread.submit(() -> fitOfGroup(false));
      FakeCuda.awaitHeld();
      TaskContext held = RunningTasks.awaitLast();
      context.cancelJobGroupAndFutureJobs("fit");
      awaitKill(held);
      FakeCuda.letGo();
      assertThatThrownBy(() -> await(fit)).hasStackTraceContaining("cancelled");
      assertThat(log.lines())
          .singleElement()
          .asString()
          .startsWith("WARN what this fit has left on devices couldn't be freed: ");
    }
    assertThat(FakeCuda.live()).isNotEmpty();
    assertThat(Footprint.eventually(() -> FakeCuda.live().isEmpty())).isTrue();
  }
}
