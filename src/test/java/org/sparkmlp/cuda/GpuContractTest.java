package org.sparkmlp.cuda;

import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.sparkmlp.backend.Backend;
import org.sparkmlp.backend.BackendContract;

/**
 * The contract of the CPU backends on real GPUs: {@code mvn test-compile surefire:test@gpu}.
 * Skipped with a line where there is none, failed if {@code -Dgpu.required=true}.
 */
@Tag("gpu")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GpuContractTest extends BackendContract {
  @BeforeAll
  void thereIsOne() {
    String why = Detection.get().unavailable().orElse("");
    if (why.isEmpty()) {
      return;
    }
    if (Boolean.getBoolean("gpu.required")) {
      throw new IllegalStateException(why);
    }
    System.out.println("skipped: GpuContractTest needs a GPU: " + why);
    Assumptions.abort(why);
  }

  @Override
  protected Stream<Backend> backends() {
    boolean cublas = Detection.get().noCublas().isEmpty();
    return Detection.get().devices().stream()
        .flatMap(
            device ->
                Stream.of(true, false)
                    .filter(withCublas -> cublas || !withCublas)
                    .map(withCublas -> new CudaBackend(device.ordinal(), withCublas)));
  }
}
