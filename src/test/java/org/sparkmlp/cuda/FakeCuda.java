package org.sparkmlp.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The CPU stand-in of CUDA's driver and cuBLAS (src/test/cuda), and what a test may ask of it.
 *
 * <p>The dynamic linker satisfies a library's need by any library of that name (SONAME) that is
 * already loaded. So the stand-in is loaded first, and JCuda's own JNI libraries bind to it. A JVM
 * that has loaded it can't use a real GPU any more.
 *
 * <p>Functions go by the names of the libraries' symbols ({@code cuMemAlloc_v2}, {@code
 * cublasSgemm_v2}), kernels by {@code kernel:NAME}; {@code device:0} counts what was queued there.
 */
public final class FakeCuda {
  /** A code that ends its context, as a kernel that crashed does. */
  public static final int LAUNCH_FAILED = 719;

  public static final int OUT_OF_MEMORY = 2;

  private static final long PATIENCE_MILLIS = 60_000;

  private static boolean loaded;

  private FakeCuda() {}

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

  /**
   * Skips the test, with a line that says so, if the stand-in can't be built; fails it if {@code
   * -Dcuda.standin.required=true}.
   */
  public static void require(String test) {
    if (FakeCudaBuild.hasCompiler()) {
      return;
    }
    String why = test + " needs g++ to build the stand-in of CUDA";
    if (Boolean.getBoolean("cuda.standin.required")) {
      throw new IllegalStateException(why);
    }
    System.out.println("skipped: " + why);
    Assumptions.abort(why);
  }

  /** The option by which another JVM, wherever it runs, loads what this one has built. */
  public static String option() {
    return "-D" + FakeCudaBuild.FOLDER_PROPERTY + "=" + FakeCudaBuild.libraries();
  }

  private static native void set(String what, String name, long a, long b);

  private static native void addSource(String name, String text);

  private static native long count(String what);

  private static native String text(String what);

  private static native boolean awaitHeld(long milliseconds);

  /**
   * Forgets counts, faults and modes: work runs at once, devices have 512 MiB, dead contexts live
   * again, and a thread that is held goes on. What is allocated stays.
   */
  public static native void reset();

  /** Lets the PTX of this CUDA C source run: the source is compiled for the CPU instead. */
  public static void source(Path cu) {
    try {
      addSource(cu.getFileName().toString(), Files.readString(cu, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many calls there were of each function, and how many launches of each kernel. */
  public static Map<String, Long> calls() {
    return text("calls")
        .lines()
        .map(line -> line.split(" "))
        .collect(
            Collectors.toMap(
                words -> words[0], words -> Long.valueOf(words[1]), (a, b) -> a, TreeMap::new));
  }

  public static long calls(String function) {
    return calls().getOrDefault(function, 0L);
  }

  /** How many calls there were of all functions. */
  public static long allCalls() {
    return count("calls");
  }

  /**
   * The nth call of a function from now on fails with this code; a function that frees something
   * frees it all the same. Codes from 700 on end the context. A kernel that is to fail does so when
   * it runs, not when it is launched.
   */
  public static void fail(String function, long nth, int code) {
    set("fault", function, nth, code);
  }

  /**
   * The nth call of whatever function from now on fails: with this code of the driver, or with what
   * cuBLAS makes of it.
   */
  public static void failAny(long nth, int code) {
    set("anyFault", null, nth, code);
  }

  /** Likewise, and all calls after it. */
  public static void failAllFrom(long nth, int code) {
    set("anyFault", "stays", nth, code);
  }

  /**
   * The thread that is the nth from now on to reach something stops there until {@link #letGo},
   * while others go on. That is the beginning of a call, by its function's name, or, by {@code
   * run:cublasSgemm_v2} or {@code run:kernel:NAME}, the middle of work on a device: it has begun,
   * and isn't done. With {@link #lazy} it is a thread that waits for the device which stops there.
   * {@code ""} is the beginning of any call.
   */
  public static void hold(String what, long nth) {
    set("hold", what, nth, 0);
  }

  /** Waits until a thread has stopped where {@link #hold} says. */
  public static void awaitHeld() {
    if (!awaitHeld(PATIENCE_MILLIS)) {
      throw new AssertionError("nothing has come to where it was to be held: " + calls());
    }
  }

  /** Lets the thread that is held go on. */
  public static void letGo() {
    set("letGo", null, 0, 0);
  }

  /** Lets work of streams wait until somebody waits for it, so that a missing wait shows. */
  public static void lazy(boolean on) {
    set("lazy", null, on ? 1 : 0, 0);
  }

  /** Lets blocks and threads run in the opposite order, on which no result may depend. */
  public static void backwards(boolean on) {
    set("backwards", null, on ? 1 : 0, 0);
  }

  /** How many devices there are from the next cuInit on; 2 at first. */
  public static void devices(int n) {
    set("devices", null, n, 0);
  }

  /** Memory of every device in bytes. */
  public static void memory(long bytes) {
    set("memory", null, bytes, 0);
  }

  /**
   * Live things of a kind: allocation, pinned, stream, event, module, cublasHandle, context (each
   * time that it was retained).
   */
  public static long live(String kind) {
    return count(kind);
  }

  /** All live things, {@code stream=2 allocation=1} for example; empty if there are none. */
  public static String live() {
    return Stream.of("context", "stream", "event", "module", "cublasHandle", "allocation", "pinned")
        .filter(kind -> live(kind) != 0)
        .map(kind -> kind + "=" + live(kind))
        .collect(Collectors.joining(" "));
  }

  /** Most bytes that one device held at once. */
  public static long peakBytes() {
    return count("peak");
  }

  public static long bytesToDevice() {
    return count("toDevice");
  }

  public static long bytesToHost() {
    return count("toHost");
  }

  /**
   * What no correct program does, a line each: calls without a context, handles that are no more,
   * addresses outside of what is allocated, writes beside it.
   */
  public static String misuses() {
    return text("misuses");
  }

  /** What contexts still held when they were destroyed, a line each. */
  public static String abandoned() {
    return text("abandoned");
  }
}
