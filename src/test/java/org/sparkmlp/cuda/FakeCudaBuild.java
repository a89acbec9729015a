package org.sparkmlp.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jcuda.JCudaVersion;

/**
 * Builds the stand-in with g++ into a folder named after the sources' digest, once: other JVMs and
 * later runs find it there.
 *
 * <p>What JCuda imports and the stand-in doesn't have gets a stub that says so and returns "not
 * supported". Without it such a call would end the JVM.
 */
final class FakeCudaBuild {
  /** Where executors, whose working directory is another, find what the driver's JVM has built. */
  static final String FOLDER_PROPERTY = "org.sparkmlp.fakecuda";

  private static final Path SOURCES = Path.of("src", "test", "cuda").toAbsolutePath();
  private static final Path BUILDS = Path.of("target", "fakecuda").toAbsolutePath();

  private FakeCudaBuild() {}

  /** Whether there is a C++ compiler on the path. */
  static boolean hasCompiler() {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "g++")));
  }

  /** The folder with libcuda.so.1 and libcublas.so.12. */
  static Path libraries() {
    String built = System.getProperty(FOLDER_PROPERTY);
    if (built != null) {
      return Path.of(built);
    }
    try {
      Path folder = BUILDS.resolve(digest());
      if (!Files.isDirectory(folder)) {
        build(folder);
      }
      System.setProperty(FOLDER_PROPERTY, folder.toString());
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void build(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(BUILDS);
    Path work = Files.createTempDirectory(BUILDS, "building");
    library(work, "libcuda.so.1", List.of("driver", "compiler"), "JCudaDriver", "cu[A-Z]\\w+", 801);
    library(
        work,
        "libcublas.so.12",
        List.of("cublas"),
        "JCublas2",
        "cublas\\w+",
        15,
        work.resolve("libcuda.so.1").toString());
    try {
      Files.move(work, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw e;
    } catch (IOException e) {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
      // another JVM was faster
    }
  }

  private static void library(
      Path work,
      String soname,
      List<String> sources,
      String jni,
      String imports,
      int notSupported,
      String... libraries)
      throws IOException, InterruptedException {
    String java = System.getProperty("java.home");
    List<String> objects = new ArrayList<>();
    for (String source : sources) {
      objects.add(work.resolve(source + ".o").toString());
      run(
          work,
          "g++",
          "-std=c++17",
          "-O3",
          "-fPIC",
          "-ffp-contract=off",
          "-Wall",
          "-Werror",
          "-I" + java + "/include",
          "-I" + java + "/include/linux",
          "-DSTANDIN_SOURCES=\"" + SOURCES + "\"",
          "-c",
          SOURCES.resolve(source + ".cpp").toString(),
          "-o",
          objects.get(objects.size() - 1));
    }
    Path wanted = work.resolve("lib" + jni + ".so");
    try (InputStream in =
        FakeCudaBuild.class.getResourceAsStream(
            "/lib/lib" + jni + "-" + JCudaVersion.get() + "-linux-x86_64.so")) {
      Files.copy(in, wanted);
    }
    Pattern names = Pattern.compile("\\s(" + imports + ")(@.*)?$");
    TreeSet<String> missing =
        symbols(work, names, "nm", "-D", "--undefined-only", wanted.toString());
    for (String object : objects) {
      missing.removeAll(symbols(work, names, "nm", "--defined-only", object));
    }
    StringBuilder stubs = new StringBuilder("#include \"standin.h\"\nextern \"C\" {\n");
    for (String name : missing) {
      stubs.append(
          String.format(
              "int %s() { return standin::misuse(%d, \"%s isn't in the stand-in\"); }\n",
              name, notSupported, name));
    }
    Path stubsFile = work.resolve(soname + ".stubs.cpp");
    Files.writeString(stubsFile, stubs.append("}\n"));
    Path map = work.resolve(soname + ".map");
    Files.writeString(map, soname + " {\n global: *;\n};\n");
    List<String> link =
        new ArrayList<>(
            List.of(
                "g++",
                "-shared",
                "-std=c++17",
                "-fPIC",
                "-I" + SOURCES,
                "-o",
                work.resolve(soname).toString(),
                stubsFile.toString(),
                "-Wl,-soname," + soname,
                "-Wl,--version-script=" + map));
    link.addAll(objects);
    link.addAll(List.of(libraries));
    link.add("-ldl");
    run(work, link.toArray(String[]::new));
  }

  private static TreeSet<String> symbols(Path work, Pattern names, String... command)
      throws IOException, InterruptedException {
    TreeSet<String> found = new TreeSet<>();
    run(work, command)
        .lines()
        .map(names::matcher)
        .filter(matcher -> matcher.find())
        .forEach(matcher -> found.add(matcher.group(1)));
    return found;
  }

  private static String run(Path work, String... command) throws IOException, InterruptedException {
    Path out = Files.createTempFile(work, "out", ".txt");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    boolean ended = process.waitFor(5, TimeUnit.MINUTES);
    String printed = Files.readString(out);
    if (!ended || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException(String.join(" ", command) + " failed: " + printed);
    }
    return printed;
  }

  /** Of the sources and what else decides the result. */
  private static String digest() throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (Stream<Path> files = Files.list(SOURCES)) {
        for (Path file : files.sorted().toList()) {
          digest.update(Files.readAllBytes(file));
        }
      }
      try (InputStream own = FakeCudaBuild.class.getResourceAsStream("FakeCudaBuild.class")) {
        digest.update(own.readAllBytes());
      }
      digest.update((SOURCES + System.getProperty("java.home")).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
