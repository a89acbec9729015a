package org.sparkmlp.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import jcuda.JCudaVersion;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.Fork;

/** What is said of CUDA where it is missing, in part or as a whole; each in a JVM of its own. */
@OnFakeCuda
class DetectionTest {
  private static final String DRIVER = "libcuda.so.1";
  private static final String CUBLAS = "libcublas.so.12";

  @TempDir Path folder;

  /** What a JVM prints that loads these libraries of the stand-in first. */
  private String detect(List<String> options, String... libraries) throws Exception {
    return detect(folder, Fork.classPath(), options, libraries);
  }

  private static String detect(
      Path folder, String classPath, List<String> options, String... libraries) throws Exception {
    List<String> all = new ArrayList<>(options);
    all.add("-Xmx256m");
    all.add("-Djava.io.tmpdir=" + folder);
    String printed =
        Fork.run(
            folder,
            classPath,
            all,
            DetectionMain.class.getName(),
            Arrays.stream(libraries)
                .map(name -> FakeCudaBuild.libraries().resolve(name).toString())
                .toArray(String[]::new));
    return printed.strip();
  }

  @Test
  void withoutJCuda() throws Exception {
    String others =
        Arrays.stream(Fork.classPath().split(File.pathSeparator))
            .filter(entry -> !entry.contains("jcuda") && !entry.contains("jcublas"))
            .collect(Collectors.joining(File.pathSeparator));
    assertThat(detect(folder, others, List.of()))
        .isEqualTo("off: JCuda isn't on the class path (docs/gpu.md)");
  }

  @Test
  void withoutItsNativeLibraries() throws Exception {
    String others =
        Arrays.stream(Fork.classPath().split(File.pathSeparator))
            .filter(entry -> !entry.contains("-natives"))
            .collect(Collectors.joining(File.pathSeparator));
    assertThat(detect(folder, others, List.of()))
        .isEqualTo(
            "off: JCuda's native libraries for this platform aren't on the class path: add jcuda-natives and jcublas-natives"
                + " of classifier linux-x86_64 by --jars, or by --packages org.jcuda:jcublas:12.6.0 with -Djcuda.os=linux"
                + " -Djcuda.arch=x86_64 in SPARK_SUBMIT_OPTS (docs/gpu.md)");
  }

  @Test
  void withoutDriver() throws Exception {
    String said = detect(List.of());
    Assumptions.assumeFalse(said.startsWith("on"), "there is a real GPU");
    Assumptions.assumeFalse(said.contains("CUDA_ERROR"), "there is a real driver");
    assertThat(said)
        .isEqualTo(
            "off: there is no NVIDIA driver (libcuda.so.1: cannot open shared object file: No such file or directory)");
  }

  @Test
  void withoutDevice() throws Exception {
    assertThat(detect(List.of("-Dfakecuda.devices=0"), DRIVER, CUBLAS))
        .isEqualTo("off: the NVIDIA driver finds no device (CUDA_ERROR_NO_DEVICE)");
  }

  @Test
  void withADriverThatFails() throws Exception {
    assertThat(detect(List.of("-Dfakecuda.fail=cuInit"), DRIVER, CUBLAS))
        .isEqualTo("off: the NVIDIA driver doesn't start: CUDA_ERROR_SYSTEM_DRIVER_MISMATCH");
    assertThat(detect(List.of("-Dfakecuda.fail=cuDeviceGetName"), DRIVER, CUBLAS))
        .isEqualTo(
            "off: IllegalStateException: cuDeviceGetName: CUDA_ERROR_SYSTEM_DRIVER_MISMATCH");
  }

  @Test
  void withoutCublas() throws Exception {
    String said = detect(List.of(), DRIVER);
    Assumptions.assumeFalse(said.contains("cuBLAS 12."), "there is a real cuBLAS");
    assertThat(said)
        .isEqualTo(
            "on: driver 12.0, 2 devices, there is no cuBLAS 12 (libcublas.so.12: cannot open shared object file:"
                + " No such file or directory)");
  }

  @Test
  void withCublasInANamedFolder() throws Exception {
    assertThat(
            detect(List.of("-Dorg.sparkmlp.cuda.libraries=" + FakeCudaBuild.libraries()), DRIVER))
        .isEqualTo("on: driver 12.0, 2 devices, cuBLAS 12.0.0");
    assertThat(detect(List.of("-Dorg.sparkmlp.cuda.libraries=" + folder), DRIVER))
        .isEqualTo(
            "on: driver 12.0, 2 devices, there is no libcublas.so.12 in "
                + folder
                + ", which org.sparkmlp.cuda.libraries names");
    Path broken = Files.createDirectory(folder.resolve("broken"));
    Files.writeString(broken.resolve(CUBLAS), "no library");
    assertThat(detect(List.of("-Dorg.sparkmlp.cuda.libraries=" + broken), DRIVER))
        .contains(broken.resolve(CUBLAS) + " doesn't load: ");
  }

  @Test
  void jvmsThatStartTogetherFindWholeLibraries() throws Exception {
    int jvms = 4;
    ExecutorService threads = Executors.newFixedThreadPool(jvms);
    try {
      for (int round = 0; round < 3; round++) {
        Path shared = Files.createDirectory(folder.resolve("tmp" + round));
        List<Future<String>> said = new ArrayList<>();
        for (int i = 0; i < jvms; i++) {
          Path own = Files.createDirectory(folder.resolve(round + "-" + i));
          said.add(
              threads.submit(
                  () ->
                      Fork.run(
                          own,
                          List.of("-Xmx256m", "-Djava.io.tmpdir=" + shared),
                          DetectionMain.class.getName(),
                          FakeCudaBuild.libraries().resolve(DRIVER).toString(),
                          FakeCudaBuild.libraries().resolve(CUBLAS).toString())));
        }
        for (Future<String> one : said) {
          assertThat(one.get().strip()).isEqualTo("on: driver 12.0, 2 devices, cuBLAS 12.0.0");
        }
        try (var files = Files.list(shared)) {
          assertThat(
                  files
                      .map(file -> file.getFileName().toString())
                      .filter(name -> name.contains("JC")))
              .as("nothing but the libraries is left")
              .containsExactlyInAnyOrder(file("JCudaDriver"), file("JCublas2"));
        }
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void leftoversAreRepaired() throws Exception {
    Path library = folder.resolve(file("JCudaDriver"));
    detect(List.of(), DRIVER, CUBLAS);
    byte[] whole = Files.readAllBytes(library);

    Files.write(library, Arrays.copyOf(whole, whole.length / 2)); // a JVM was killed while writing
    assertThat(detect(List.of(), DRIVER, CUBLAS)).startsWith("on");
    assertThat(library).hasBinaryContent(whole);

    byte[] changed = whole.clone();
    changed[whole.length / 2] ^= 1;
    Files.write(library, changed); // of the right size
    assertThat(detect(List.of(), DRIVER, CUBLAS)).startsWith("on");
    assertThat(library).hasBinaryContent(whole);

    Path elsewhere = folder.resolve("elsewhere");
    Files.move(library, elsewhere);
    Files.createSymbolicLink(library, elsewhere); // whose owner may change what it leads to
    assertThat(detect(List.of(), DRIVER, CUBLAS)).startsWith("on");
    assertThat(library).isRegularFile().hasBinaryContent(whole);
    assertThat(Files.isSymbolicLink(library)).isFalse();
  }

  /** What is found once a JVM must not depend on a task that was killed meanwhile. */
  @Test
  void anInterruptIsNoReasonToBeWithoutAGpu() throws Exception {
    assertThat(detect(List.of("-Dinterrupted=true"), DRIVER, CUBLAS))
        .isEqualTo("on: driver 12.0, 2 devices, cuBLAS 12.0.0");
    assertThat(detect(List.of("-Dinterrupted=true"), DRIVER, CUBLAS))
        .as("when libraries are there, too")
        .isEqualTo("on: driver 12.0, 2 devices, cuBLAS 12.0.0");
  }

  @Test
  void aFolderThatCanNotBeWrittenIsNamed() throws Exception {
    Path library = folder.resolve(file("JCudaDriver"));
    Files.createDirectories(library.resolve("in the way"));
    assertThat(detect(List.of(), DRIVER, CUBLAS))
        .startsWith("off: can't put JCuda's library at " + library)
        .endsWith("set java.io.tmpdir to a folder of your own");
  }

  private static String file(String library) {
    return "lib" + library + "-" + JCudaVersion.get() + "-linux-x86_64.so";
  }
}
