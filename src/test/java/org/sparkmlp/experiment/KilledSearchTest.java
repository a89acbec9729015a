package org.sparkmlp.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.Seeds;
import org.sparkmlp.SparkSessions;

/** kill -9 a search, go on with it: the table of the search that nobody disturbed. */
@Tag("slow")
class KilledSearchTest {
  private static final int PATIENCE_SECONDS = 180;

  private static final String CONFIG =
      """
      name = killed
      data { format = digits }
      model { hiddenLayers = [16], stepSize = 0.01, maxIter = 18, numShards = 2, seed = 1 }
      search { kind = halving, resource = maxIter, grid { batchSize = [16, 32, 64], stepSize = [0.01, 0.001, 1e30] }, folds = 2,
        parallelism = 2 }
      """;

  @TempDir Path folder;

  @Test
  void aKilledSearchGoesOnAndFindsTheSame() throws Exception {
    Path config = folder.resolve("x.conf");
    Files.writeString(config, CONFIG);
    Path output = folder.resolve("out");
    Random random = Seeds.random("killed search");
    List<String> words = List.of("run", config.toString(), "--output", output.toString());
    List<String> resume = List.of("run", "--resume", output.toString());
    for (int kill = 0; kill < 2; kill++) {
      long before = fits(output);
      Process process = start(kill == 0 ? words : resume);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (fits(output) < before + 2) {
        assertThat(process.isAlive()).as(printed()).isTrue();
        assertThat(System.nanoTime()).as(printed()).isLessThan(deadline);
        Thread.sleep(20);
      }
      Thread.sleep(random.nextInt(300));
      if (kill == 0) {
        process.destroyForcibly(); // SIGKILL
      } else {
        process.destroy(); // SIGTERM, after which the fits at hand fail
      }
      process.waitFor();
      assertThat(output.resolve("results.json")).doesNotExist();
    }
    long before = fits(output);
    Process process = start(resume);
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as(printed()).isTrue();
    assertThat(process.exitValue()).as(printed()).isZero();
    String[] done = printed().split("cell \\d+/9 fold", -1);
    assertThat(done.length - 1).isEqualTo((int) (fits(output) - before));
    Experiment.prepare(
            config.toString(), List.of(), folder.resolve("whole").toString(), new Configuration())
        .run(SparkSessions::shared, Progress.NONE);
    assertThat(ExperimentTest.table(results(output)))
        .isEqualTo(ExperimentTest.table(results(folder.resolve("whole"))));
  }

  private static JsonNode results(Path output) throws IOException {
    return new ObjectMapper().readTree(output.resolve("results.json").toFile());
  }

  /** Fits that have a record. */
  private static long fits(Path output) throws IOException {
    if (!Files.exists(output.resolve("cells"))) {
      return 0;
    }
    long fits = 0;
    try (Stream<Path> files = Files.list(output.resolve("cells"))) {
      for (Path file : files.filter(f -> !f.getFileName().toString().startsWith("_")).toList()) {
        fits +=
            new ObjectMapper().readTree(file.toFile()).get("fits").size(); // never a half of one
      }
    }
    return fits;
  }

  /** A JVM with the class path and options of this one. */
  private Process start(List<String> words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx512m");
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("--add-") || option.startsWith("-Djdk.reflect"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Dspark.master=local[2]",
            "-Dspark.ui.enabled=false",
            "-Dspark.driver.host=127.0.0.1",
            "-Dspark.driver.bindAddress=127.0.0.1",
            "-Dspark.local.dir=" + folder.resolve("spark"),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            "org.sparkmlp.cli.Main"));
    command.addAll(words);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("printed").toFile())
        .start();
  }

  private String printed() throws IOException {
    return Files.readString(folder.resolve("printed"));
  }
}
