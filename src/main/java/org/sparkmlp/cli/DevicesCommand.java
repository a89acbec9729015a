package org.sparkmlp.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.sparkmlp.backend.Backend;
import org.sparkmlp.backend.Backend.Buffer;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.backend.DeviceBackend;
import org.sparkmlp.backend.DeviceException;
import org.sparkmlp.cuda.Detection;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** {@code spark-mlp devices}: what could train on this machine, and what hinders the rest. */
@Command(
    name = "devices",
    description = {
      "Every backend: available or why not, library versions, and a quick rate of matrix products.",
      "For GPUs add JCuda: docs/gpu.md says how."
    },
    mixinStandardHelpOptions = true)
final class DevicesCommand implements Callable<Integer> {
  private static final int SIZE = 512;
  private static final double SECONDS = 0.2;
  private static final int MOST = 1 << 14;

  @CommandLine.Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Table table = new Table("backend", "sgemm", "");
    for (String name : Backends.names()) {
      try {
        Backend backend = Backends.get(name);
        table.add(
            name,
            String.format(Locale.ROOT, "%.1f GFLOP/s", gflops(backend)),
            backend.description());
      } catch (IllegalStateException e) {
        table.add(name, "off", String.valueOf(e.getMessage()));
      }
    }
    out.print(table);
    out.println();
    cuda(out, Detection.get());
    out.flush();
    return 0;
  }

  private static void cuda(PrintWriter out, Detection found) {
    if (found.driverVersion() > 0) {
      out.printf("NVIDIA driver for CUDA %s%n", Detection.version(found.driverVersion()));
    }
    if (found.unavailable().isPresent()) {
      out.printf("cuda: off: %s%n", found.unavailable().get());
      return;
    }
    out.printf(
        "cuBLAS: %s%n",
        found.noCublas().isEmpty()
            ? Detection.version(found.cublasVersion())
            : "none, products take kernels of our own: " + found.noCublas().get());
    for (Detection.Device device : found.devices()) {
      out.printf(
          Locale.ROOT,
          "cuda %d: %s, %s, %.1f GB, compute capability %d.%d, %s at %s%n",
          device.ordinal(),
          device.name(),
          rate(device),
          device.bytes() / 1e9,
          device.major(),
          device.minor(),
          device.uuid(),
          device.busId());
    }
  }

  /** Or why there is none. */
  private static String rate(Detection.Device device) {
    try (DeviceBackend backend = Backends.device(Backends.CUDA).open(device.ordinal())) {
      return String.format(Locale.ROOT, "%.1f GFLOP/s", gflops(backend));
    } catch (DeviceException e) {
      return e.getMessage();
    }
  }

  /** Of one thread, after products to warm up; as many as take a while. */
  private static double gflops(Backend backend) {
    Buffer a = backend.copyOf(ones());
    Buffer c = backend.allocate(SIZE * SIZE);
    seconds(backend, a, c, 1);
    for (int products = 1; ; products *= 2) {
      double seconds = seconds(backend, a, c, products);
      if (seconds > SECONDS || products == MOST) {
        return 2e-9 * products * SIZE * SIZE * SIZE / seconds;
      }
    }
  }

  private static double seconds(Backend backend, Buffer a, Buffer c, int products) {
    long start = System.nanoTime();
    for (int i = 0; i < products; i++) {
      backend.gemm(false, false, SIZE, SIZE, SIZE, 1, a, 0, SIZE, a, 0, SIZE, 0, c, 0, SIZE);
    }
    backend.download(c, 0, new float[1], 0, 1); // a device is done with all of them then
    return (System.nanoTime() - start) / 1e9;
  }

  private static float[] ones() {
    float[] ones = new float[SIZE * SIZE];
    Arrays.fill(ones, 1);
    return ones;
  }
}
