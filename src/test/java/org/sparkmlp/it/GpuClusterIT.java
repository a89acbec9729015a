package org.sparkmlp.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.File;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.spark.SparkEnv;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.FaultPlugin;
import org.sparkmlp.Footprint;
import org.sparkmlp.Fork;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.TaskEvents;
import org.sparkmlp.cuda.FakeCuda;
import org.sparkmlp.cuda.FakeCudaPlugin;
import org.sparkmlp.ml.MLPClassificationModel;
import org.sparkmlp.ml.MLPClassifier;
import org.sparkmlp.train.TrainingListener;

/**
 * Training on the GPUs that Spark's scheduler assigns, on a {@link StandaloneCluster}: two workers,
 * each of which says that it has one of this machine's two. There are none; executors have the
 * stand-in.
 */
@Tag("cluster")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GpuClusterIT {
  private static final int PARTITIONS = 4;

  @TempDir static Path folder;

  private static List<Row> rows;
  private static StandaloneCluster cluster;
  private static Path fault;
  private static Path faults;
  private static Vector undisturbed;

  @BeforeAll
  static void startCluster() throws Exception {
    FakeCuda.require("GpuClusterIT");
    FaultPlugin.quiet();
    faults = Files.createDirectory(folder.resolve("faults"));
    fault = folder.resolve("fault");
    rows = Frames.clouds(new Random(6), 240, 16, 3);
    cluster = new StandaloneCluster(folder, 2, List.of("0", "1"));
    undisturbed = fit(oneTaskAGpu(), "cuda", TrainingListener.NONE).weights();
  }

  @AfterAll
  static void stopCluster() throws InterruptedException {
    if (cluster != null) {
      SparkSessions.shared().stop(); // which stops the one before
      cluster.close();
    }
  }

  /** What executors need to find the stand-in: JCuda, its native libraries, test classes. */
  private static String classPath() throws Exception {
    String jcuda =
        Arrays.stream(Fork.classPath().split(File.pathSeparator))
            .filter(entry -> entry.contains("jcuda") || entry.contains("jcublas"))
            .collect(Collectors.joining(":"));
    return Installations.assembly()
        + ":"
        + Installations.PROJECT.resolve("target/test-classes")
        + ":"
        + jcuda;
  }

  private static SparkSession session(String name, String... settings) {
    try {
      List<String> all =
          new ArrayList<>(
              List.of(
                  "spark.executor.memory",
                  "600m",
                  "spark.executor.extraClassPath",
                  classPath(),
                  "spark.executor.extraJavaOptions",
                  FakeCuda.option(),
                  "spark.executor.resource.gpu.amount",
                  "1",
                  "spark.default.parallelism",
                  String.valueOf(PARTITIONS),
                  "spark.plugins",
                  FakeCudaPlugin.class.getName() + "," + FaultPlugin.class.getName(),
                  FaultPlugin.FOLDER,
                  faults.toString(),
                  FakeCudaPlugin.KERNELS,
                  Installations.PROJECT.resolve("src/main/cuda/kernels.cu").toString(),
                  FakeCudaPlugin.FAULT,
                  fault.toString()));
      all.addAll(List.of(settings));
      SparkSession spark = SparkSessions.open(cluster.master(), name, all.toArray(String[]::new));
      assertThat(Footprint.eventually(() -> executors(spark) == 2)).isTrue();
      return spark;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static int executors(SparkSession spark) {
    return spark.sparkContext().getExecutorMemoryStatus().size() - 1; // one is the driver
  }

  private static SparkSession oneTaskAGpu() {
    return session(
        "one task a GPU", "spark.executor.cores", "1", "spark.task.resource.gpu.amount", "1");
  }

  private static MLPClassificationModel fit(
      SparkSession spark, String device, TrainingListener listener) {
    return new MLPClassifier()
        .setHiddenLayers(12)
        .setNumShards(PARTITIONS)
        .setBatchSize(8)
        .setLocalSteps(3)
        .setMaxIter(3)
        .setSeed(9)
        .setDevice(device)
        .setListener(listener)
        .fit(Frames.of(spark, rows, Frames.LABELED, 3));
  }

  /** What an executor says of its stand-in. */
  private record Executor(String id, String live, String misuses, Map<String, Long> calls)
      implements Serializable {
    static Executor here() {
      return new Executor(
          SparkEnv.get().executorId(),
          FakeCuda.live(),
          FakeCuda.misuses(),
          new TreeMap<>(FakeCuda.calls()));
    }

    long calls(String function) {
      return calls.getOrDefault(function, 0L);
    }
  }

  /** Both executors. */
  private static List<Executor> ask(SparkSession spark) {
    return List.copyOf(Executors.ask(spark, Executor::here).values());
  }

  private static void assertCleanWork(SparkSession spark) {
    for (Executor executor : ask(spark)) {
      assertThat(executor.live()).as("left on the device of executor " + executor.id).isEmpty();
      assertThat(executor.misuses()).isEmpty();
    }
  }

  @Test
  @Order(1)
  void everyExecutorHasItsDevice() {
    SparkSession spark = oneTaskAGpu();
    MLPClassificationModel model = fit(spark, "auto", TrainingListener.NONE);
    assertThat(model.summary().backend()).as("auto is what Spark gives tasks").isEqualTo("cuda");
    assertThat(model.weights()).isEqualTo(undisturbed);
    double[] cpu = fit(spark, "cpu", TrainingListener.NONE).weights().toArray();
    assertThat(model.weights().toArray()).containsExactly(cpu, within(1e-3)).isNotEqualTo(cpu);
    assertCleanWork(spark);
    List<Executor> executors = ask(spark);
    assertThat(executors).allMatch(executor -> executor.calls("kernel:optimize") > 0);
    assertThat(executors)
        .as("one has used device 0 alone, the other device 1")
        .anyMatch(one -> one.calls("device:0") > 0 && one.calls("device:1") == 0)
        .anyMatch(one -> one.calls("device:1") > 0 && one.calls("device:0") == 0);
  }

  @Test
  @Order(2)
  void aTaskThatFailsMidwayChangesNoBit() throws Exception {
    SparkSession spark = oneTaskAGpu();
    Files.writeString(fault, "1"); // CUDA_ERROR_INVALID_VALUE
    try (TaskEvents events = new TaskEvents(spark.sparkContext())) {
      Vector weights = fit(spark, "cuda", TrainingListener.NONE).weights();
      events.settle();
      assertThat(events.failures).hasSize(1);
      assertThat(events.failures.peek()).contains("CUDA_ERROR_INVALID_VALUE");
      assertThat(weights).isEqualTo(undisturbed);
    }
    assertCleanWork(spark);
  }

  @Test
  @Order(3)
  void anExecutorKilledWhileItsTaskRunsChangesNoBit() {
    SparkSession spark = oneTaskAGpu();
    Map<String, Long> processes = Executors.processes(spark);
    try (TaskEvents events = new TaskEvents(spark.sparkContext())) {
      TrainingListener killNextBusy =
          new Executors.AfterRound(3, () -> Executors.killNextBusy(events, faults, processes));
      Vector weights = fit(spark, "cuda", killNextBusy).weights();
      events.settle();
      assertThat(events.lostInFlight.get()).isPositive();
      assertThat(events.executorsRemoved.get()).isEqualTo(1);
      assertThat(weights).isEqualTo(undisturbed);
    }
    assertCleanWork(spark);
  }

  @Test
  @Order(4)
  void halfAGpuForATask() {
    SparkSession spark =
        session(
            "half a GPU a task",
            "spark.executor.cores",
            "2",
            "spark.task.resource.gpu.amount",
            "0.5");
    assertThat(fit(spark, "cuda", TrainingListener.NONE).weights()).isEqualTo(undisturbed);
    assertCleanWork(spark);
    assertThat(ask(spark)).allMatch(executor -> executor.calls("kernel:optimize") > 0);
  }

  /** Executors have GPUs, tasks in general don't: those that train ask for one. */
  @Test
  @Order(5)
  void stagesThatTrainAskForGpusAndOthersDoNot() {
    SparkSession spark = session("GPUs by stage", "spark.executor.cores", "2");
    Map<Integer, Integer> tasksOfProfiles = new ConcurrentHashMap<>();
    SparkListener profiles =
        new SparkListener() {
          @Override
          public void onStageCompleted(SparkListenerStageCompleted stage) {
            tasksOfProfiles.merge(
                stage.stageInfo().resourceProfileId(), stage.stageInfo().numTasks(), Integer::sum);
          }
        };
    spark.sparkContext().addSparkListener(profiles);
    try (TaskEvents events = new TaskEvents(spark.sparkContext())) {
      MLPClassificationModel model = fit(spark, "auto", TrainingListener.NONE);
      events.settle();
      assertThat(model.summary().backend()).isEqualTo("cuda");
      assertThat(model.weights()).isEqualTo(undisturbed);
    } finally {
      spark.sparkContext().removeSparkListener(profiles);
    }
    for (int profile : tasksOfProfiles.keySet()) {
      assertThat(
              spark
                  .sparkContext()
                  .resourceProfileManager()
                  .resourceProfileFromId(profile)
                  .taskResources()
                  .contains("gpu"))
          .as("whether tasks of profile %d of %s have a GPU", profile, tasksOfProfiles)
          .isEqualTo(profile != ResourceProfile.DEFAULT_RESOURCE_PROFILE_ID());
    }
    assertThat(tasksOfProfiles)
        .as("reading and packing have none, training has")
        .containsKey(ResourceProfile.DEFAULT_RESOURCE_PROFILE_ID())
        .hasSizeGreaterThan(1);
    assertThat(ask(spark)).allMatch(executor -> executor.calls("kernel:optimize") > 0);
    assertCleanWork(spark);
  }

  @Test
  @Order(6)
  void aLostDeviceFailsTheFitWithTheReason() throws Exception {
    SparkSession spark =
        session(
            "tasks are tried once",
            "spark.executor.cores",
            "1",
            "spark.task.resource.gpu.amount",
            "1",
            "spark.task.maxFailures",
            "1");
    Files.writeString(fault, String.valueOf(FakeCuda.LAUNCH_FAILED));
    assertThatThrownBy(() -> fit(spark, "cuda", TrainingListener.NONE))
        .hasStackTraceContaining("CUDA_ERROR_LAUNCH_FAILED");
    assertThatThrownBy(() -> fit(spark, "cuda", TrainingListener.NONE))
        .hasStackTraceContaining("can't be used any more in this process")
        .hasStackTraceContaining("a new executor can");
  }
}
