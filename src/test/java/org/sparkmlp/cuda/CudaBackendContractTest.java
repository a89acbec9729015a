package org.sparkmlp.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.sparkmlp.backend.Backend;
import org.sparkmlp.backend.BackendContract;

/**
 * The contract of the CPU backends, unchanged, on the stand-in: with cuBLAS, and with a product of
 * our own, with work done at once and with work that waits until somebody waits for it.
 */
@OnFakeCuda
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CudaBackendContractTest extends BackendContract {
  @BeforeAll
  void shipTheSource() {
    FakeCuda.source(Path.of("src/main/cuda/kernels.cu"));
  }

  /** A missing wait shows: numbers that were read too early are those of memory never written. */
  @BeforeEach
  void nothingIsDoneBeforeItIsWaitedFor() {
    FakeCuda.lazy(true);
  }

  @AfterEach
  void nothingWasMisused() {
    assertThat(FakeCuda.misuses()).isEmpty();
  }

  @AfterAll
  void closingFreedEverything() {
    Leaks.assertNone();
  }

  /** Made one by one; JUnit closes what is closeable when its test is over. */
  @Override
  protected Stream<Backend> backends() {
    Detection.get();
    return Stream.of(true, false).map(cublas -> new CudaBackend(cublas ? 0 : 1, cublas));
  }
}
