package org.sparkmlp.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import jcuda.driver.CUresult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.CapturedLog;
import org.sparkmlp.Seeds;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Dropout;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Regularization;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.train.LocalRuns;
import org.sparkmlp.train.Plan;
import org.sparkmlp.train.Workspaces;

/**
 * The n-th call of CUDA fails, whichever it is, for every n of a small fit: the fit ends with the
 * right weights, or with one clear error; and nothing is left of it.
 */
@OnFakeCuda
class EveryFaultTest {
  private static final int ROWS = 60;
  private static final int INPUTS = 4;
  private static final Regularization ALL =
      new Regularization(0.01, 0.3, 0.01, new Dropout(0.1, List.of(0.5)), 1.5, 0.5, 0.4);

  private final List<float[]> features = new ArrayList<>();
  private final List<float[]> labelsAndWeights = new ArrayList<>();

  @BeforeEach
  void rows() {
    FakeCuda.source(Path.of("src/main/cuda/kernels.cu"));
    Random random = Seeds.random("every fault");
    for (int i = 0; i < ROWS; i++) {
      float[] x = Seeds.floats(random, INPUTS);
      features.add(x);
      labelsAndWeights.add(new float[] {x[0] > 0 ? 1 : 0, 1});
    }
  }

  private float[] fit(String backend) {
    Topology topology =
        new Topology(
            new int[] {INPUTS, 5, 2},
            Activations.forLayers("relu", 1),
            Losses.parse("softmaxCrossEntropy"),
            true);
    Plan plan =
        new Plan(
                topology,
                backend,
                (Optimizer) Solvers.parse("adam"),
                0.01,
                Schedules.parse("constant"),
                16,
                2,
                1,
                0,
                3)
            .withRegularization(ALL);
    float[] start = Initializer.parse("auto").weights(topology, 1);
    return LocalRuns.train(features, labelsAndWeights, 2, plan, start);
  }

  /** How the fits of a test have ended. */
  private int errors;

  private int onCpu;
  private int unharmed;

  private long countCalls() {
    FakeCuda.reset();
    fit("cuda");
    return FakeCuda.allCalls();
  }

  /** A fit among faults that the test has just asked for. */
  private void fitAmongFaults(String what, float[] cpu, float[] undisturbed) {
    try (CapturedLog log = new CapturedLog(Workspaces.class.getName());
        CapturedLog rowLog = new CapturedLog(RowCache.class.getName());
        CapturedLog gpuLog = new CapturedLog(Gpu.class.getName())) {
      float[] weights = fit("cuda");
      if (log.lines().isEmpty()) {
        unharmed++;
        assertThat(weights).as(what).containsExactly(undisturbed);
      } else {
        onCpu++;
        assertThat(log.lines()).as(what).allMatch(line -> line.startsWith("WARN"));
        assertThat(weights).as(what).containsExactly(cpu, within(1e-3f));
      }
    } catch (RuntimeException e) {
      errors++;
      assertThat(e).as(what).hasNoCause().hasNoSuppressedExceptions();
      assertThat(e.getMessage())
          .as(what)
          .containsPattern(
              "^(cu|kernel )\\w+.* failed: (CUDA_ERROR|CUBLAS_STATUS)_\\w+ \\(\\d+\\)$|can't be used any more");
    }
    assertThat(FakeCuda.live()).as(what).isEmpty();
    assertThat(FakeCuda.misuses()).as(what).isEmpty();
    assertThat(FakeCuda.abandoned()).as(what).isEmpty();
    Gpu.forgetLosses();
    FakeCuda.reset();
    FakeCuda.lazy(true);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        CUresult.CUDA_ERROR_INVALID_VALUE,
        CUresult.CUDA_ERROR_OUT_OF_MEMORY,
        FakeCuda.LAUNCH_FAILED
      })
  void whicheverCallFails(int code) {
    float[] cpu = fit("openblas");
    float[] undisturbed = fit("cuda");
    long calls = countCalls();
    assertThat(calls).isGreaterThan(200);
    for (long n = 1; n <= calls; n++) {
      FakeCuda.failAny(n, code);
      fitAmongFaults("call " + n + " of " + calls + " fails with " + code, cpu, undisturbed);
    }
    if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
      assertThat(unharmed).as("tried again, with success").isEqualTo((int) calls);
    } else {
      assertThat(errors).as("failures that mattered").isGreaterThan((int) calls * 3 / 4);
      assertThat(onCpu).isZero();
    }
    assertThat(fit("cuda")).containsExactly(undisturbed);
  }

  @Test
  void withoutMemoryFromSomeCallOnTheCpuDoesIt() {
    float[] cpu = fit("openblas");
    float[] undisturbed = fit("cuda");
    long calls = countCalls();
    for (long n = 1; n <= calls; n++) {
      FakeCuda.failAllFrom(n, FakeCuda.OUT_OF_MEMORY);
      fitAmongFaults("from call " + n + " of " + calls + " on", cpu, undisturbed);
    }
    assertThat(errors).isZero();
    assertThat(onCpu).isGreaterThan((int) calls * 3 / 4);
    assertThat(fit("cuda")).containsExactly(undisturbed);
  }

  @Test
  void detectionNeverThrows() {
    FakeCuda.reset();
    assertThat(Detection.detect().unavailable()).isEmpty();
    long calls = FakeCuda.allCalls();
    for (long n = 1; n <= calls; n++) {
      FakeCuda.reset();
      FakeCuda.failAny(n, CUresult.CUDA_ERROR_UNKNOWN);
      Detection found = Detection.detect();
      boolean said = found.unavailable().isPresent() || found.noCublas().isPresent();
      assertThat(said || found.driverVersion() == 0).as("call %d", n).isTrue();
      found.unavailable().ifPresent(why -> assertThat(why).doesNotContain("\n"));
    }
    assertThat(Detection.get().unavailable()).as("what is found once stays").isEmpty();
  }
}
