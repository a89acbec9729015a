package org.sparkmlp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.cuda.FakeCuda;
import org.sparkmlp.cuda.OnFakeCuda;
import picocli.CommandLine;

@OnFakeCuda
class DevicesCommandTest {
  @BeforeAll
  static void kernels() {
    FakeCuda.source(Path.of("src/main/cuda/kernels.cu"));
  }

  @Test
  void everyBackendAndDeviceHasALine() {
    StringWriter out = new StringWriter();
    int code = new CommandLine(new Main()).setOut(new PrintWriter(out)).execute("devices");
    assertThat(code).isZero();
    for (String name : Backends.names()) {
      assertThat(out.toString()).containsPattern("(?m)^" + name + " .*(GFLOP/s|off)");
    }
    assertThat(out.toString())
        .containsPattern("(?m)^ejml +\\d+\\.\\d GFLOP/s")
        .contains("NVIDIA driver for CUDA 12.0\n")
        .contains("cuBLAS: 12.0.0\n")
        .containsPattern(
            "(?m)^cuda 1: Stand-in CUDA device 1 \\(CPU\\), \\d+\\.\\d GFLOP/s, 0\\.5 GB, compute capability 7\\.5,"
                + " GPU-01010101-0101-0101-0101-010101010101 at 0000:02:00\\.0$");
    assertThat(FakeCuda.calls("cublasSgemm_v2")).isPositive();
    assertThat(FakeCuda.live()).isEmpty();
  }

  @Test
  void aDeviceThatFailsSaysWhy() {
    FakeCuda.fail("cuStreamCreate", 1, FakeCuda.OUT_OF_MEMORY);
    StringWriter out = new StringWriter();
    int code = new CommandLine(new Main()).setOut(new PrintWriter(out)).execute("devices");
    assertThat(code).isZero();
    assertThat(out.toString())
        .containsPattern("(?m)^cuda 0: .*, cuStreamCreate .*CUDA_ERROR_OUT_OF_MEMORY")
        .containsPattern("(?m)^cuda 1: .* GFLOP/s");
  }
}
