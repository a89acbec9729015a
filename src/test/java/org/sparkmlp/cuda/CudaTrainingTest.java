package org.sparkmlp.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlp.CapturedLog;
import org.sparkmlp.Footprint;
import org.sparkmlp.Seeds;
import org.sparkmlp.backend.DeviceException;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Dropout;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Regularization;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.train.LocalObjective;
import org.sparkmlp.train.LocalRuns;
import org.sparkmlp.train.Plan;
import org.sparkmlp.train.Workspaces;

/**
 * Rounds of training on the stand-in: what moves, what comes out, and what happens without room.
 */
@OnFakeCuda
class CudaTrainingTest {
  private static final int ROWS = 240;
  private static final int INPUTS = 6;
  private static final int CLASSES = 3;
  private static final int SHARDS = 2;
  private static final int EPOCHS = 2;
  private static final Regularization ALL =
      new Regularization(0.01, 0.3, 0.01, new Dropout(0.1, List.of(0.5, 0.2)), 1.5, 0.5, 0.4);

  private final List<float[]> features = new ArrayList<>();
  private final List<float[]> labelsAndWeights = new ArrayList<>();

  @BeforeEach
  void rowsAndLazyWork() {
    FakeCuda.source(Path.of("src/main/cuda/kernels.cu"));
    FakeCuda.lazy(true);
    Random random = Seeds.random("training on CUDA");
    for (int i = 0; i < ROWS; i++) {
      float[] x = Seeds.floats(random, INPUTS);
      features.add(x);
      int label = x[0] > 0 ? 0 : x[1] > 0 ? 1 : 2;
      labelsAndWeights.add(new float[] {label, 0.5f * (1 + i % 3)});
    }
  }

  @AfterEach
  void nothingIsLeft() {
    System.clearProperty(RowCache.PROPERTY);
    System.clearProperty(Workspaces.IDLE_PROPERTY);
    FakeCuda.memory(512L << 20);
    assertThat(FakeCuda.misuses()).isEmpty();
    Leaks.assertNone();
  }

  private static Plan plan(String backend, int localSteps, Regularization regularization) {
    return plan(backend, localSteps, regularization, 8);
  }

  private static Plan plan(
      String backend, int localSteps, Regularization regularization, int hidden) {
    return new Plan(
            new Topology(
                new int[] {INPUTS, hidden, 5, CLASSES},
                Activations.forLayers("gelu, maxout(2)", 2),
                Losses.parse("softmaxCrossEntropy"),
                true),
            backend,
            (Optimizer) Solvers.parse("adamw"),
            0.01,
            Schedules.parse("warmup(5step).then(cosine)"),
            16,
            localSteps,
            EPOCHS,
            0,
            3)
        .withRegularization(regularization);
  }

  private float[] train(Plan plan) {
    float[] start = Initializer.parse("auto").weights(plan.topology(), 1);
    return LocalRuns.train(features, labelsAndWeights, SHARDS, plan, start);
  }

  /** Few updates, since float trajectories part; masks of dropout must be the very same. */
  @ParameterizedTest
  @CsvSource({"1", "3", "100"})
  void weightsAreThoseOfTheCpu(int localSteps) {
    for (Regularization regularization : new Regularization[] {Regularization.NONE, ALL}) {
      float[] cpu = train(plan("openblas", localSteps, regularization));
      long gemms = FakeCuda.calls("cublasSgemm_v2");
      float[] gpu = train(plan("cuda", localSteps, regularization));
      // 3 layers forward, 3 gradients, 2 ways back, for the steps of both shards
      long steps = (FakeCuda.calls("cublasSgemm_v2") - gemms) / 8;
      assertThat((FakeCuda.calls("cublasSgemm_v2") - gemms) % 8).isZero();
      assertThat(steps).isBetween(EPOCHS * ROWS / 16L, EPOCHS * (ROWS / 16L + 1) * SHARDS);
      double difference = 0;
      double norm = 0;
      for (int i = 0; i < cpu.length; i++) {
        difference += Math.pow(gpu[i] - cpu[i], 2);
        norm += Math.pow(cpu[i], 2);
      }
      assertThat(Math.sqrt(difference / norm)).as(regularization.toString()).isLessThan(1e-4);
      assertThat(gpu).isNotEqualTo(cpu); // it was another processor that did it
    }
  }

  @Test
  void sameSeedSameBits() {
    float[] once = train(plan("cuda", 4, ALL));
    FakeCuda.lazy(false);
    FakeCuda.backwards(true); // threads that run in another order change nothing
    assertThat(train(plan("cuda", 4, ALL))).containsExactly(once);
    FakeCuda.backwards(false);
  }

  /** Rows once, weights and slots once a round, and 4 bytes a row to say which; back likewise. */
  @ParameterizedTest
  @CsvSource({"2", "4", "8"})
  void localStepsMoveNothing(int localSteps) {
    Plan plan = plan("cuda", localSteps, ALL);
    FakeCuda.reset();
    FakeCuda.lazy(true);
    train(plan);
    long steps = FakeCuda.calls("kernel:optimize") / SHARDS / EPOCHS;
    long vectors = vectors(plan, steps);
    long rows = ROWS * (INPUTS + 1 + 1) * 4L;
    long numbers = EPOCHS * ROWS * 4L;
    assertThat(FakeCuda.bytesToDevice()).isEqualTo(rows + vectors + numbers);
    long losses = EPOCHS * steps * SHARDS * 24L;
    assertThat(FakeCuda.bytesToHost()).isEqualTo(vectors + losses);
  }

  private static long rounds(Plan plan, long stepsPerEpoch) {
    return EPOCHS * ((stepsPerEpoch + plan.localSteps() - 1) / plan.localSteps());
  }

  /** Bytes of weights and two slots, a round and shard. */
  private static long vectors(Plan plan, long stepsPerEpoch) {
    return rounds(plan, stepsPerEpoch) * SHARDS * 3L * plan.topology().size() * 4;
  }

  @Test
  void rowsWithoutRoomAreSentBatchByBatchWithTheSameBits() {
    float[] kept = train(plan("cuda", 4, ALL));
    System.setProperty(RowCache.PROPERTY, "0");
    long up = FakeCuda.bytesToDevice();
    try (CapturedLog log = new CapturedLog(RowCache.class.getName())) {
      assertThat(train(plan("cuda", 4, ALL))).containsExactly(kept);
      assertThat(log.lines()).anyMatch(line -> line.contains("they are sent batch by batch"));
    }
    assertThat(FakeCuda.bytesToDevice() - up).isGreaterThan(EPOCHS * ROWS * (INPUTS + 2) * 4L);
  }

  /** Room for one of two shards: each makes the other give way, round after round. */
  @Test
  void rowsUsedLongestAgoGiveWay() {
    float[] kept = train(plan("cuda", 4, ALL));
    System.setProperty(RowCache.PROPERTY, "1e-5"); // about 5 kB of 512 MB
    long up = FakeCuda.bytesToDevice();
    try (CapturedLog log = new CapturedLog(RowCache.class.getName())) {
      assertThat(train(plan("cuda", 4, ALL))).containsExactly(kept);
      assertThat(log.lines()).isEmpty();
    }
    long steps = FakeCuda.calls("kernel:optimize") / SHARDS / EPOCHS / 2;
    long rows = rounds(plan("cuda", 4, ALL), steps) * ROWS * (INPUTS + 2) * 4L;
    assertThat(FakeCuda.bytesToDevice() - up)
        .isEqualTo(rows + vectors(plan("cuda", 4, ALL), steps) + EPOCHS * ROWS * 4L);
  }

  /** Networks are taken away between rounds, by another thread, and made again. */
  @Test
  void whatIsFreedBetweenRoundsChangesNoBit() {
    float[] kept = train(plan("cuda", 1, ALL));
    System.setProperty(Workspaces.IDLE_PROPERTY, "1e-6");
    FakeCuda.reset();
    AtomicInteger fits = new AtomicInteger();
    boolean freed =
        Footprint.eventually(
            () -> {
              assertThat(train(plan("cuda", 1, ALL))).containsExactly(kept);
              return FakeCuda.calls("cuStreamCreate") > fits.incrementAndGet();
            });
    assertThat(freed).as("within a fit").isTrue();
  }

  /** As a task that is killed and goes on, when a job has freed what its fit has left. */
  @Test
  void workThatOutlivesTheEndLeavesNothing() throws Exception {
    Plan plan = plan("cuda", 4, ALL);
    float[] kept = train(plan);
    float[] start = Initializer.parse("auto").weights(plan.topology(), 1);
    LocalObjective objective = LocalRuns.objective(features, labelsAndWeights, SHARDS);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      FakeCuda.hold("run:kernel:optimize", 3);
      Future<float[]> late = thread.submit(() -> LocalRuns.train(objective, plan, start));
      FakeCuda.awaitHeld();
      objective.close();
      assertThat(FakeCuda.live()).contains("stream=1");
      FakeCuda.letGo();
      assertThat(late.get()).containsExactly(kept);
      Leaks.assertNone();
    } finally {
      FakeCuda.letGo();
      thread.shutdown();
    }
  }

  @Test
  void twoThreadsShareADevice() throws Exception {
    float[] alone = train(plan("cuda", 4, ALL));
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Callable<float[]> task = () -> train(plan("cuda", 4, ALL));
      for (Future<float[]> result : threads.invokeAll(List.of(task, task, task, task))) {
        assertThat(result.get()).containsExactly(alone);
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void withoutRoomForTheNetworkTheCpuDoesIt() {
    float[] cpu = train(plan("openblas", 4, ALL, 4000));
    FakeCuda.memory(1 << 20);
    try (CapturedLog log = new CapturedLog(Workspaces.class.getName())) {
      assertThat(train(plan("cuda", 4, ALL, 4000))).containsExactly(cpu);
      assertThat(log.lines())
          .anyMatch(
              line ->
                  line.contains("CUDA_ERROR_OUT_OF_MEMORY")
                      && line.contains("is computed on the CPU in this round"));
    }
  }

  @Test
  void aLostDeviceIsAClearErrorFromThenOn() {
    FakeCuda.fail("kernel:optimize", 5, FakeCuda.LAUNCH_FAILED);
    assertThatThrownBy(() -> train(plan("cuda", 4, ALL)))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("on GPU 0 failed: CUDA_ERROR_LAUNCH_FAILED (719)");
    assertThatThrownBy(() -> train(plan("cuda", 4, ALL)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("GPU 0 can't be used any more in this process")
        .hasMessageContaining("CUDA_ERROR_LAUNCH_FAILED");
    Gpu.forgetLosses();
    FakeCuda.reset();
    assertThat(train(plan("cuda", 4, ALL))[0]).isCloseTo(0, within(10f));
  }
}
