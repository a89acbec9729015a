package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlp.Seeds;
import org.sparkmlp.SparkSessions;

/** kill -9 the driver, run the same program again: the bits of the run that nobody disturbed. */
@Tag("slow")
class KilledDriverTest {
  private static final int PATIENCE_SECONDS = 180;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"adam, 1", "momentum, 4", "l-bfgs, 0"})
  void theSameProgramGoesOn(String solver, int localSteps) throws Exception {
    Path checkpoints = folder.resolve("checkpoints");
    Path weights = folder.resolve("weights");
    Path log = folder.resolve("log");
    Random random = Seeds.random("killed driver");
    for (int kill = 1; kill <= 2; kill++) {
      List<String> before = manifests(checkpoints);
      Process process = start(solver, localSteps, checkpoints, weights, log);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (before.containsAll(manifests(checkpoints))) { // until it has written one itself
        assertThat(process.isAlive()).as(output()).isTrue();
        assertThat(System.nanoTime()).as(output()).isLessThan(deadline);
        Thread.sleep(20);
      }
      Thread.sleep(random.nextInt(200));
      process.destroyForcibly().waitFor(); // SIGKILL
      assertThat(manifests(checkpoints)).isNotEmpty();
      assertThat(weights).doesNotExist();
    }
    Process process = start(solver, localSteps, checkpoints, weights, log);
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as(output()).isTrue();
    assertThat(process.exitValue()).as(output()).isZero();
    assertThat(Files.readAllLines(log))
        .anyMatch(line -> line.matches("INFO resuming after (epoch|iteration) \\d+ of 60 .*"));
    assertThat(Files.readString(weights))
        .isEqualTo(
            CheckpointedFit.text(
                CheckpointedFit.classifier(solver, localSteps)
                    .fit(CheckpointedFit.data(SparkSessions.shared(), 2))
                    .weights()));
    assertThat(checkpoints).isEmptyDirectory();
  }

  /** A JVM with the class path and options of this one. */
  private Process start(String solver, int localSteps, Path checkpoints, Path weights, Path log)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx512m");
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("--add-"))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(CheckpointedFit.class.getName());
    command.addAll(
        List.of(
            solver,
            String.valueOf(localSteps),
            checkpoints.toString(),
            weights.toString(),
            log.toString()));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("output").toFile())
        .start();
  }

  private String output() throws IOException {
    return Files.readString(folder.resolve("output"));
  }

  private static List<String> manifests(Path checkpoints) throws IOException {
    if (!Files.exists(checkpoints)) {
      return List.of();
    }
    try (Stream<Path> files = Files.find(checkpoints, 2, (path, attributes) -> true)) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(".manifest") && !name.startsWith("."))
          .toList();
    } catch (java.io.UncheckedIOException e) {
      return List.of(); // one was deleted meanwhile
    }
  }
}
