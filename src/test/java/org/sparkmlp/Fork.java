package org.sparkmlp;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM of its own, with this one's class path and what Spark needs, for tests of memory. */
public final class Fork {
  private static final int PATIENCE_MINUTES = 15;

  private Fork() {}

  /**
   * Runs a main method and returns what it printed.
   *
   * @param options of the JVM: memory, system properties
   */
  public static String run(Path folder, List<String> options, String main, String... arguments)
      throws IOException, InterruptedException {
    return run(folder, classPath(), options, main, arguments);
  }

  /** This JVM's class path. */
  public static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** With another class path than this JVM's. */
  public static String run(
      Path folder, String classPath, List<String> options, String main, String... arguments)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (option.startsWith("--add-") || option.startsWith("-Djdk.reflect")) {
        words.add(option);
      }
    }
    words.addAll(options);
    words.add("-Dspark.ui.enabled=false");
    words.add("-Dspark.driver.host=127.0.0.1");
    words.add("-Dspark.driver.bindAddress=127.0.0.1");
    words.add("-Dspark.local.dir=" + folder.resolve("spark"));
    words.add("-cp");
    words.add(classPath);
    words.add(main);
    words.addAll(List.of(arguments));
    Path out = folder.resolve("out");
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError(
          "still running after " + PATIENCE_MINUTES + " minutes: " + Files.readString(out));
    }
    String printed = Files.readString(out);
    if (process.exitValue() != 0) {
      throw new AssertionError("exit code " + process.exitValue() + ": " + printed);
    }
    return printed;
  }
}
