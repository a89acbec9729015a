package org.sparkmlp.cuda;

import java.util.List;
import java.util.Optional;

/**
 * Whether CUDA can be used in this JVM, and if not, why not. Ask here before any class of JCuda is
 * touched: it puts JCuda's libraries in place and finds cuBLAS.
 *
 * @param unavailable why no GPU can be used, in one line; empty if one can
 * @param driverVersion of CUDA that the driver knows: 12040 is 12.4; 0 without a driver
 * @param devices in the driver's order
 * @param noCublas why cuBLAS 12 can't be used, in one line; products then take kernels of our own
 * @param cublasVersion 120401 is 12.4.1; 0 without
 */
public record Detection(
    Optional<String> unavailable,
    int driverVersion,
    List<Device> devices,
    Optional<String> noCublas,
    int cublasVersion) {

  /**
   * A GPU.
   *
   * @param ordinal by which the driver knows it in this JVM
   * @param uuid as nvidia-smi and Spark's discovery script write it: {@code GPU-8-4-4-4-12} digits
   * @param busId on the PCI bus; nvidia-smi counts devices in its order
   * @param bytes of memory
   */
  public record Device(
      int ordinal, String name, String uuid, String busId, long bytes, int major, int minor) {}

  private static final class Once {
    static final Detection FOUND = detect();
  }

  /** What there is, looked for once a JVM. Never throws. */
  public static Detection get() {
    return Once.FOUND;
  }

  /** Looks anew, as far as the driver allows it. */
  static Detection detect() {
    try {
      return CudaProbe.probe();
    } catch (LinkageError | RuntimeException e) {
      return off(reason(e));
    }
  }

  static Detection off(String why) {
    return new Detection(Optional.of(why), 0, List.of(), Optional.of("not looked for"), 0);
  }

  /** The versions {@code 12.4} of 12040 and {@code 12.4.1} of 120401. */
  public static String version(int number) {
    return number >= 100_000
        ? String.format("%d.%d.%d", number / 10_000, number / 100 % 100, number % 100)
        : String.format("%d.%d", number / 1000, number % 1000 / 10);
  }

  /**
   * What hinders JCuda, in a line. It puts whole stack traces into its messages; what matters is
   * the line of the dynamic linker, or the class that is missing.
   */
  static String reason(Throwable e) {
    String message = String.valueOf(e.getMessage());
    if (e instanceof NoClassDefFoundError && message.startsWith("jcuda/")) {
      return "JCuda isn't on the class path (docs/gpu.md)";
    }
    Optional<String> linker =
        message
            .lines()
            .filter(
                line ->
                    line.contains("cannot open shared object")
                        || line.contains("version `")
                        || line.contains("undefined symbol")
                        || line.contains("file too short")
                        || line.contains("already loaded in another classloader"))
            .findFirst()
            .map(line -> line.replaceFirst("^.*UnsatisfiedLinkError: ", ""))
            .map(line -> line.replaceFirst("^\\S*/lib\\S+\\.so: ", ""));
    if (linker.isPresent()) {
      return linker.get();
    }
    if (message.contains("No resource found with name")) {
      return "JCuda's native libraries for this platform aren't on the class path: add jcuda-natives and jcublas-natives of"
          + " classifier linux-x86_64 by --jars, or by --packages org.jcuda:jcublas:12.6.0 with -Djcuda.os=linux"
          + " -Djcuda.arch=x86_64 in SPARK_SUBMIT_OPTS (docs/gpu.md)";
    }
    return e.getClass().getSimpleName() + ": " + message.lines().findFirst().orElse("");
  }
}
