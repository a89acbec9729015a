package org.sparkmlp.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlp.Seeds;
import org.sparkmlp.backend.Backend.Buffer;

/** The CPU backends keep the contract; and what only they do. */
class BackendContractTest extends BackendContract {
  @Override
  protected Stream<Backend> backends() {
    assertThat(Backends.names()).hasSize(3);
    Stream<Backend> byName = Backends.names().stream().map(Backends::get);
    OpenBlas.unpack();
    return Stream.concat(byName, Stream.of(new JavaCppBackend("openblas through JavaCPP")));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void doubleGemm(Backend backend) {
    Random random = Seeds.random("dgemm on " + backend.description());
    for (int trial = 0; trial < 60; trial++) {
      int m = SIZES[random.nextInt(SIZES.length)];
      int n = SIZES[random.nextInt(SIZES.length)];
      int k = SIZES[random.nextInt(SIZES.length)];
      boolean ta = random.nextBoolean();
      boolean tb = random.nextBoolean();
      double[] a = random.doubles((long) m * k).toArray();
      double[] b = random.doubles((long) k * n).toArray();
      double[] c = random.doubles((long) m * n).toArray();
      double[] before = c.clone();
      double beta = random.nextInt(2);
      ((DoubleGemm) backend)
          .dgemm(ta, tb, m, n, k, 2, a, 0, ta ? m : k, b, 0, tb ? k : n, beta, c, 0, n);
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          double sum = beta * before[i * n + j];
          for (int p = 0; p < k; p++) {
            sum += 2 * a[ta ? p * m + i : i * k + p] * b[tb ? j * k + p : p * n + j];
          }
          assertThat(c[i * n + j]).isCloseTo(sum, within(1e-12 * (k + 1)));
        }
      }
    }
  }

  @Test
  void bothWaysToCallOpenBlasGiveTheSameBits() {
    Random random = Seeds.random("bits of OpenBLAS");
    OpenBlas.unpack();
    List<Backend> ways = List.of(OpenBlas.load(), new JavaCppBackend("JavaCPP"));
    for (int trial = 0; trial < 50; trial++) {
      int m = 1 + random.nextInt(130);
      int n = 1 + random.nextInt(130);
      int k = 1 + random.nextInt(300);
      boolean ta = random.nextBoolean();
      boolean tb = random.nextBoolean();
      float[] a = Seeds.floats(random, m * k);
      float[] b = Seeds.floats(random, k * n);
      List<float[]> results =
          ways.stream()
              .map(
                  backend -> {
                    Buffer c = backend.allocate(m * n);
                    backend.gemm(
                        ta,
                        tb,
                        m,
                        n,
                        k,
                        1,
                        upload(backend, a),
                        0,
                        ta ? m : k,
                        upload(backend, b),
                        0,
                        tb ? k : n,
                        0,
                        c,
                        0,
                        n);
                    return download(backend, c);
                  })
              .toList();
      assertThat(results.get(0)).containsExactly(results.get(1));
    }
  }

  @Test
  void anUnknownBackendIsAnErrorThatNamesTheKnown() {
    assertThatThrownBy(() -> Backends.get("openblass"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "unknown backend 'openblass'; known are auto, openblas, netlib, ejml; did you mean 'openblas'?");
  }

  @Test
  void autoTakesTheFirstThatLoads() {
    assertThat(Backends.get("auto").name()).isEqualTo("openblas");
  }

  @Test
  void sparksOwnBlasIsLeftAlone() {
    Backends.get("openblas");
    assertThat(System.getProperty("dev.ludovic.netlib.blas.nativeLibPath")).isNull();
  }
}
