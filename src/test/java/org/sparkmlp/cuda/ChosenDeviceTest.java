package org.sparkmlp.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.apache.spark.ml.linalg.Vector;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.ml.MLPClassifier;

/** The setting that names GPUs where Spark gives tasks none. */
@OnFakeCuda
class ChosenDeviceTest {
  private static Vector fit(String gpus) {
    return new MLPClassifier()
        .setHiddenLayers(5)
        .setNumShards(4)
        .setMaxIter(2)
        .setSeed(3)
        .setDevice("cuda")
        .fit(
            Frames.clouds(
                SparkSessions.open("local[2]", "GPUs " + gpus, "spark.sparkmlp.gpus", gpus),
                80,
                4,
                2))
        .weights();
  }

  /** The second device, by its index on the bus or its UUID; or both in turn. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "1; false; true",
        "GPU-00000000-0000-0000-0000-000000000000; true; false",
        "1, 0; true; true",
      })
  void tasksComputeThere(String gpus, boolean first, boolean second) {
    FakeCuda.source(Path.of("src/main/cuda/kernels.cu"));
    fit(gpus);
    assertThat(FakeCuda.calls("device:0") > 0).isEqualTo(first);
    assertThat(FakeCuda.calls("device:1") > 0).isEqualTo(second);
    Leaks.assertNone();
  }

  @ParameterizedTest
  @CsvSource("7")
  void oneThatIsNotThereIsAnErrorAtFit(String gpus) {
    assertThatThrownBy(() -> fit(gpus))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("this task is to use GPU 7, but CUDA sees 2 devices");
    assertThat(FakeCuda.calls("cuLaunchKernel")).isZero();
  }
}
