package org.sparkmlp.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.nn.GoldenNetworkTest;
import org.sparkmlp.nn.RegularizationTest;
import org.sparkmlp.optim.OptimizersTest;

/**
 * Per step, the GPU's numbers are those that the CPU backends are held to, within float rounding.
 */
@OnFakeCuda
class CudaNumbersTest {
  @BeforeEach
  void lazyWork() {
    FakeCuda.source(Path.of("src/main/cuda/kernels.cu"));
    FakeCuda.lazy(true);
    Detection.get();
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(FakeCuda.misuses()).isEmpty();
    Leaks.assertNone();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void gradientsOfEveryActivationAndLoss(boolean cublas) {
    try (CudaBackend backend = new CudaBackend(0, cublas)) {
      GoldenNetworkTest.floatGradientsAreNearTheReference(backend);
      assertThat(FakeCuda.calls("cublasSgemm_v2") > 100).isEqualTo(cublas);
      assertThat(FakeCuda.calls("kernel:sgemm") > 100).isEqualTo(!cublas);
      assertThat(FakeCuda.calls("kernel:activationGradient")).isGreaterThan(20);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void updatesOfEveryRegularizer(boolean cublas) {
    try (CudaBackend backend = new CudaBackend(0, cublas)) {
      RegularizationTest.updatesInFloatEqualPyTorch(backend);
      assertThat(FakeCuda.calls("kernel:shorten")).isPositive();
      assertThat(FakeCuda.calls("kernel:limitColumnNorms")).isPositive();
      assertThat(FakeCuda.calls("kernel:penalize")).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = true)
  void stepsOfEveryOptimizer(boolean cublas) {
    try (CudaBackend backend = new CudaBackend(0, cublas)) {
      OptimizersTest.floatKernelsEqualPyTorch(backend);
      OptimizersTest.centeredRmsPropCopesWithAConstantGradient(backend);
      long steps = FakeCuda.calls("kernel:optimize");
      OptimizersTest.aRuleThatItDoesNotKnowRunsByItsDefinition(backend);
      assertThat(FakeCuda.calls("kernel:optimize")).isEqualTo(steps).isGreaterThan(500);
    }
  }
}
