package org.sparkmlp.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.evaluation.RegressionEvaluator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlp.CapturedLog;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.ml.MLPClassificationModel;
import org.sparkmlp.ml.MLPClassifier;
import org.sparkmlp.ml.MLPRegressor;

/** Fits with device = cuda on the stand-in, in local Spark of two tasks at once on two devices. */
@OnFakeCuda
class CudaFitTest {
  private static Dataset<Row> train;
  private static Dataset<Row> test;

  @BeforeAll
  static void split() {
    Dataset<Row>[] parts =
        Frames.of(SparkSessions.shared(), Frames.digits(), Frames.LABELED, 3)
            .randomSplit(new double[] {0.7, 0.3}, 1);
    train = parts[0].cache();
    test = parts[1].cache();
  }

  @BeforeEach
  void source() {
    FakeCuda.source(Path.of("src/main/cuda/kernels.cu"));
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(FakeCuda.misuses()).isEmpty();
    Leaks.assertNone();
  }

  private static MLPClassifier classifier() {
    return new MLPClassifier()
        .setHiddenLayers(32)
        .setMaxIter(15)
        .setStepSize(0.005)
        .setNumShards(2)
        .setLocalSteps(8)
        .setSeed(7);
  }

  private static double accuracy(MLPClassificationModel model) {
    return new MulticlassClassificationEvaluator()
        .setMetricName("accuracy")
        .evaluate(model.transform(test));
  }

  @ParameterizedTest
  @CsvSource({"8", "1"})
  void classifiesDigitsAsTheCpuDoes(int localSteps) {
    double cpu = accuracy(classifier().setLocalSteps(localSteps).fit(train));
    FakeCuda.reset();
    MLPClassificationModel model =
        classifier().setLocalSteps(localSteps).setDevice("cuda").fit(train);
    assertThat(accuracy(model)).isCloseTo(cpu, within(0.02)).isGreaterThan(0.9);
    assertThat(model.summary().backend()).isEqualTo("cuda");
    // of each step of each shard: 2 forward, 2 gradients, 1 way back, 1 loss; none was the CPU's
    long steps = FakeCuda.calls("kernel:lossRows");
    assertThat(steps).isBetween(150L, 400L);
    assertThat(steps % (2L * model.summary().totalIterations()))
        .as("all epochs have as many steps of each shard: the CPU has made none")
        .isZero();
    assertThat(FakeCuda.calls("cublasSgemm_v2")).isEqualTo(5 * steps);
    assertThat(FakeCuda.calls("kernel:activate")).isEqualTo(steps);
    assertThat(FakeCuda.calls("kernel:gather")).isEqualTo(steps);
    if (localSteps > 1) {
      assertThat(FakeCuda.calls("kernel:optimize")).isEqualTo(steps);
    }
  }

  @Test
  void regressesDigitsAsTheCpuDoes() {
    RegressionEvaluator evaluator = new RegressionEvaluator().setMetricName("r2");
    MLPRegressor regressor =
        new MLPRegressor()
            .setHiddenLayers(32)
            .setMaxIter(15)
            .setStepSize(0.005)
            .setNumShards(2)
            .setLocalSteps(8)
            .setActivation("tanh")
            .setSeed(7);
    double cpu = evaluator.evaluate(regressor.fit(train).transform(test));
    FakeCuda.reset();
    double gpu = evaluator.evaluate(regressor.setDevice("cuda").fit(train).transform(test));
    assertThat(gpu).isCloseTo(cpu, within(0.03)).isGreaterThan(0.6);
    assertThat(FakeCuda.calls("cublasSgemm_v2"))
        .isEqualTo(5 * FakeCuda.calls("kernel:optimize"))
        .isPositive();
  }

  @Test
  void validationRowsAreEvaluatedThere() {
    MLPClassificationModel model =
        classifier()
            .setMaxIter(3)
            .setDevice("cuda")
            .setValidationFraction(0.2)
            .setValidationMetric("f1")
            .fit(train);
    long steps = FakeCuda.calls("kernel:optimize");
    assertThat(FakeCuda.calls("kernel:lossRows")).isGreaterThan(steps);
    MLPClassificationModel cpu =
        classifier().setMaxIter(3).setValidationFraction(0.2).setValidationMetric("f1").fit(train);
    for (int i = 0; i < 3; i++) {
      assertThat(model.summary().epochs().get(i).validationMetric())
          .isCloseTo(cpu.summary().epochs().get(i).validationMetric(), within(0.02));
    }
  }

  @Test
  void sparseRowsAreComputedThereBatchByBatch() {
    Dataset<Row> sparse = SparkSessions.shared().createDataFrame(sparseRows(), Frames.LABELED);
    MLPClassifier classifier =
        new MLPClassifier().setHiddenLayers(8).setMaxIter(4).setNumShards(2).setLocalSteps(4);
    double[] cpu = classifier.fit(sparse).weights().toArray();
    FakeCuda.reset();
    double[] gpu;
    try (CapturedLog log = new CapturedLog("org.sparkmlp.train.DevicePass")) {
      gpu = classifier.setDevice("cuda").fit(sparse).weights().toArray();
      assertThat(log.lines())
          .isNotEmpty()
          .allMatch(
              line -> line.matches("INFO rows are sparse: they go to cuda .* batch by batch.*"));
    }
    assertThat(FakeCuda.calls("kernel:sparseRows")).isPositive();
    assertThat(FakeCuda.calls("kernel:sparseColumns")).isEqualTo(FakeCuda.calls("kernel:optimize"));
    assertThat(gpu).containsExactly(cpu, within(1e-3));
  }

  private static java.util.List<Row> sparseRows() {
    java.util.Random random = new java.util.Random(3);
    java.util.List<Row> rows = new java.util.ArrayList<>();
    for (int i = 0; i < 200; i++) {
      int label = i % 2;
      int[] at = {label * 100 + random.nextInt(100), 200 + random.nextInt(200)};
      rows.add(
          org.apache.spark.sql.RowFactory.create(
              (double) label,
              org.apache.spark.ml.linalg.Vectors.sparse(400, at, new double[] {1, 0.5})));
    }
    return rows;
  }

  @Test
  void autoIsTheCpuWhereSparkGivesNoGpus() {
    try (CapturedLog log = new CapturedLog("org.sparkmlp.ml.FitDevice")) {
      MLPClassificationModel model = classifier().setMaxIter(1).setDevice("auto").fit(train);
      assertThat(model.summary().backend()).isNotEqualTo("cuda");
      assertThat(log.lines())
          .containsExactly(
              "INFO device auto: cpu, since Spark gives tasks no GPU (spark.executor.resource.gpu.amount is unset)");
    }
    assertThat(FakeCuda.calls("cuLaunchKernel")).isZero();
  }

  @Test
  void contradictionsAreErrors() {
    assertThatThrownBy(() -> classifier().setDevice("cuda").setBackend("ejml").fit(train))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("backend = ejml names what computes on a CPU, but device = cuda");
    assertThatThrownBy(() -> new MLPClassifier().setDevice("cuda").setSolver("l-bfgs").fit(train))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("device = cuda with solver = l-bfgs: it computes in double");
    assertThatThrownBy(() -> classifier().setBackend("cuda"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("set device = cuda instead");
  }

  /** A failing task is tried again by a cluster; local mode ends the fit, and frees everything. */
  @Test
  void aFailingCallEndsTheFitWithOneClearErrorAndNothingLeft() {
    FakeCuda.fail("cublasSgemm_v2", 50, 13);
    assertThatThrownBy(() -> classifier().setDevice("cuda").fit(train))
        .hasStackTraceContaining("cublasSgemm failed: CUBLAS_STATUS_EXECUTION_FAILED (13)");
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }
}
