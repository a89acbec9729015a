package org.sparkmlp.it;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A child process: started, waited for, its output read. */
final class Command {
  private static final int PATIENCE_MINUTES = 10;

  /** What a process left behind. */
  record Result(int code, String out, String err) {}

  private final Path folder;
  private final Map<String, String> environment = new LinkedHashMap<>();

  /**
   * @param folder to run in
   */
  Command(Path folder) {
    this.folder = folder;
    environment.put("SPARK_HOME", null);
    environment.put("SPARK_LOCAL_IP", "127.0.0.1");
    environment.put("SPARK_SCALA_VERSION", "2.13");
  }

  /** Whether there is a program of that name on the PATH. */
  static boolean exists(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** Sets a variable of the environment, or removes it if {@code value} is null. */
  Command with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Starts it; output goes to the files {@code out} and {@code err} of a new folder. */
  Running start(List<String> words) {
    try {
      Path output = Files.createTempDirectory("command");
      ProcessBuilder builder =
          new ProcessBuilder(words)
              .directory(folder.toFile())
              .redirectOutput(output.resolve("out").toFile())
              .redirectError(output.resolve("err").toFile());
      environment.forEach(
          (name, value) -> {
            if (value == null) {
              builder.environment().remove(name);
            } else {
              builder.environment().put(name, value);
            }
          });
      return new Running(builder.start(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Result run(String... words) {
    return start(List.of(words)).finish();
  }

  /** A process that may still run. */
  record Running(Process process, Path output) {
    String out() {
      return read("out");
    }

    String err() {
      return read("err");
    }

    private String read(String name) {
      try {
        return Files.readString(output.resolve(name), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Waits for the end. */
    Result finish() {
      try {
        if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
          process.destroyForcibly();
          throw new AssertionError(
              "still running after " + PATIENCE_MINUTES + " minutes: " + out() + err());
        }
        return new Result(process.exitValue(), out(), err());
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
