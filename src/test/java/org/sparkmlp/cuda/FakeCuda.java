package org.sparkmlp.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The CPU stand-in of CUDA's driver and cuBLAS (src/test/cuda), and what a test may ask of it.
 *
 * <p>The dynamic linker satisfies a library's need by any library of that name (SONAME) that is
 * already loaded. So the stand-in is loaded first, and JCuda's own JNI libraries bind to it. A JVM
 * that has loaded it can't use a real GPU any more.
 *
 * <p>Functions go by the names of the libraries' symbols ({@code cuMemAlloc_v2}, {@code
 * cublasSgemm_v2}), kernels by {@code kernel:NAME}.
 */
public final class FakeCuda {
  private static boolean loaded;

  private FakeCuda() {}

  private static native long control(int what, String name, long a, long b);

  /** Builds the stand-in if it isn't, and loads it. Call it before anything of JCuda is touched. */
  public static synchronized void load() {
    if (loaded) {
      return;
    }
    Path folder = FakeCudaBuild.libraries();
    System.load(folder.resolve("libcuda.so.1").toString());
    System.load(folder.resolve("libcublas.so.12").toString());
    if (Detection.get().unavailable().isPresent()) {
      throw new IllegalStateException(
          "JCuda doesn't bind to the stand-in, since it was touched before: run tests of tag cuda in a JVM of their own: "
              + Detection.get().unavailable().get());
    }
    loaded = true;
  }

  /** Forgets counts and faults; work runs at once again. What is allocated stays. */
  public static void reset() {
    control(0, null, 0, 0);
  }

  /** Lets the PTX of this CUDA C source run: the source is compiled for the CPU instead. */
  public static void source(Path cu) {
    try {
      control(14, cu.getFileName() + "\n" + Files.readString(cu, StandardCharsets.UTF_8), 0, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static long calls(String function) {
    return control(5, function, 0, 0);
  }

  /** The nth call of a function from now on fails with this code and does nothing. */
  public static void fail(String function, long nth, int code) {
    control(6, function, nth, code);
  }

  /**
   * The nth call of whatever function from now on fails: with this code of the driver, or with the
   * closest of cuBLAS.
   */
  public static void failAny(long nth, int code) {
    control(15, null, nth, code);
  }

  /** How many calls there were of all functions. */
  public static long allCalls() {
    return control(16, null, 0, 0);
  }

  /** Lets work of streams wait until somebody waits for it, so that a missing wait shows. */
  public static void lazy(boolean on) {
    control(7, null, on ? 1 : 0, 0);
  }

  public static long liveAllocations() {
    return control(1, null, 0, 0);
  }

  public static long liveBytes() {
    return control(2, null, 0, 0);
  }

  /** Most bytes that one device held at once. */
  public static long peakBytes() {
    return control(10, null, 0, 0);
  }

  public static long livePinned() {
    return control(9, null, 0, 0);
  }

  /** Live things of a kind: primaryCtx, CUstream, CUevent, CUmodule, cublasHandle. */
  public static long live(String kind) {
    return control(8, kind, 0, 0);
  }

  public static long bytesToDevice() {
    return control(3, null, 0, 0);
  }

  public static long bytesToHost() {
    return control(4, null, 0, 0);
  }

  /** How many devices there are from the next cuInit on; 2 at first. */
  public static void devices(int n) {
    control(11, null, n, 0);
  }

  /** Memory of every device in bytes; 512 MiB at first. */
  public static void memory(long bytes) {
    control(12, null, bytes, 0);
  }

  /** Kernels that wrote where nothing was allocated. */
  public static long violations() {
    return control(13, null, 0, 0);
  }
}
