package org.sparkmlp.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import jcuda.driver.CUresult;
import org.apache.spark.SparkException;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.sparkmlp.CapturedLog;
import org.sparkmlp.FaultPlugin;
import org.sparkmlp.Frames;
import org.sparkmlp.RunningTasks;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.ml.MLPClassifier;
import org.sparkmlp.train.Workspaces;

/**
 * {@link EveryFaultTest} through Spark: the n-th call of CUDA fails, for every n of a small fit. In
 * local mode, where a task isn't tried again, the fit ends well or with one clear error; the
 * context goes on, with the next fit, and nothing is left.
 */
@OnFakeCuda
class EveryFaultOfAFitTest {
  /** In turn: one that ends a call, one that is tried again, one that ends the device. */
  private static final int[] CODES = {
    CUresult.CUDA_ERROR_INVALID_VALUE, CUresult.CUDA_ERROR_OUT_OF_MEMORY, FakeCuda.LAUNCH_FAILED
  };

  private static Dataset<Row> rows;

  @BeforeAll
  static void rows() {
    FaultPlugin.quiet();
    rows =
        Frames.clouds(
                SparkSessions.open(
                    "local[2]", "faults", "spark.plugins", RunningTasks.class.getName()),
                48,
                4,
                2)
            .cache();
    FakeCuda.source(Path.of("src/main/cuda/kernels.cu"));
  }

  private static Vector fit(String device) {
    return new MLPClassifier()
        .setHiddenLayers(5)
        .setNumShards(1)
        .setBatchSize(16)
        .setLocalSteps(2)
        .setMaxIter(1)
        .setSeed(5)
        .setDevice(device)
        .fit(rows)
        .weights();
  }

  private int errors;
  private int onCpu;

  @Test
  void whicheverCallFails() {
    double[] cpu = fit("cpu").toArray();
    Vector undisturbed = fit("cuda");
    FakeCuda.reset();
    fit("cuda");
    long calls = FakeCuda.allCalls();
    assertThat(calls).isBetween(100L, 300L); // each is a fit
    for (int n = 1; n <= calls; n++) {
      int code = CODES[n % CODES.length];
      String what = "call " + n + " of " + calls + " fails with " + code;
      FakeCuda.failAny(n, code);
      fitAmongFaults(what, undisturbed, cpu);
      if (n % 10 == 0 || n == calls) {
        assertThat(fit("cuda")).as("the fit after: %s", what).isEqualTo(undisturbed);
        Leaks.assertNone();
      }
    }
    assertThat(errors).as("failures that mattered").isGreaterThan((int) calls / 3);
    assertThat(onCpu).as("tried again, with success").isZero();
  }

  /** From some call on there is no memory: the CPU does what is left. */
  @Test
  void withoutMemoryFromSomeCallOnTheCpuDoesIt() {
    double[] cpu = fit("cpu").toArray();
    Vector undisturbed = fit("cuda");
    FakeCuda.reset();
    fit("cuda");
    long calls = FakeCuda.allCalls();
    for (long n = 1; n <= calls; n += 6) {
      FakeCuda.failAllFrom(n, FakeCuda.OUT_OF_MEMORY);
      fitAmongFaults("no memory from call " + n + " of " + calls + " on", undisturbed, cpu);
    }
    assertThat(errors).isZero();
    assertThat(onCpu).isGreaterThan((int) calls / 12);
    assertThat(fit("cuda")).isEqualTo(undisturbed);
  }

  private void fitAmongFaults(String what, Vector undisturbed, double[] cpu) {
    try (CapturedLog log = new CapturedLog(Workspaces.class.getName());
        CapturedLog rowLog = new CapturedLog(RowCache.class.getName());
        CapturedLog gpuLog = new CapturedLog(Gpu.class.getName())) {
      Vector weights = fit("cuda");
      if (log.lines().isEmpty()) {
        assertThat(weights).as(what).isEqualTo(undisturbed);
      } else {
        onCpu++;
        assertThat(log.lines())
            .as(what)
            .allMatch(line -> line.matches("WARN .* is computed on the CPU in this round"));
        assertThat(weights.toArray()).as(what).containsExactly(cpu, within(1e-3));
      }
    } catch (Exception e) { // Spark throws what it doesn't declare
      errors++;
      assertThat(e).as(what).isInstanceOf(SparkException.class);
      assertThat(e.getMessage().lines().findFirst().orElseThrow())
          .as(what)
          .containsPattern(
              "(CudaException: (cu|kernel )\\w+.* failed: (CUDA_ERROR|CUBLAS_STATUS)_\\w+ \\(\\d+\\)$"
                  + "|IllegalStateException: GPU 0 can't be used any more)");
    }
    RunningTasks.awaitNone();
    Leaks.assertNone();
    assertThat(FakeCuda.misuses()).as(what).isEmpty();
    assertThat(SparkSessions.packedRowsInCache(rows.sparkSession())).as(what).isZero();
    Gpu.forgetLosses();
    FakeCuda.reset();
  }
}
