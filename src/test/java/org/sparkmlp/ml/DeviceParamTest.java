package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.sparkmlp.CapturedLog;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.backend.Backends;

/** The param device on a machine without a GPU. */
class DeviceParamTest {
  private static Dataset<Row> rows() {
    return Frames.clouds(SparkSessions.shared(), 60, 4, 2);
  }

  private static MLPClassifier classifier() {
    return new MLPClassifier().setHiddenLayers(4).setMaxIter(1).setBatchSize(16);
  }

  @Test
  void cudaWithoutAGpuIsAnErrorThatSaysWhatIsMissing() {
    String missing = Backends.device("cuda").unavailable();
    Assumptions.assumeFalse(missing.isEmpty(), "this machine has a GPU");
    assertThatThrownBy(() -> classifier().setDevice("cuda").fit(rows()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith(
            "device = cuda, but there is a task that can't use a GPU: " + missing)
        .hasMessageContaining("device = cpu trains without");
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  @Test
  void autoSaysInOneLineWhyItIsTheCpu() {
    assertThat(auto(classifier()))
        .isEqualTo(
            "INFO device auto: cpu, since Spark gives tasks no GPU (spark.executor.resource.gpu.amount is unset)");
    assertThat(auto(classifier().setSolver("l-bfgs").setMaxIter(1)))
        .isEqualTo("INFO device auto: cpu, since solver = l-bfgs computes in double");
    assertThat(auto(classifier().setBackend("ejml")))
        .isEqualTo("INFO device auto: cpu, since backend = ejml names one of the CPU");
  }

  private static String auto(MLPClassifier classifier) {
    if (classifier.getSolver().equals("l-bfgs")) {
      classifier.clear(classifier.batchSize());
    }
    try (CapturedLog log = new CapturedLog(FitDevice.class.getName())) {
      String backend = classifier.setDevice("auto").fit(rows()).summary().backend();
      assertThat(Backends.names()).contains(backend);
      assertThat(log.lines()).hasSize(1);
      return log.lines().get(0);
    }
  }
}
