package org.sparkmlp.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where a benchmark writes its table and its JSON, and how often it measures. */
final class BenchmarkOutput {
  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "Folder for NAME.json, NAME.txt and NAME.log.")
  private Path folder;

  @Option(
      names = "--repeats",
      defaultValue = "3",
      description =
          "Measurements of each figure, of which the median counts; default ${DEFAULT-VALUE}.")
  private int repeats;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec benchmark;

  /** Makes the folder and sends the log there. */
  void open() throws IOException {
    Files.createDirectories(folder);
    Logs.to(folder.resolve(name() + ".log"));
  }

  private String name() {
    return benchmark.name();
  }

  Path folder() {
    return folder;
  }

  int repeats() {
    return repeats;
  }

  /** Prints the table, and writes it and its figures. */
  void write(String text, ObjectNode json) throws IOException {
    System.out.print(text);
    Files.writeString(folder.resolve(name() + ".txt"), text);
    Files.writeString(folder.resolve(name() + ".json"), json.toPrettyString() + "\n");
  }

  /** A session on spark-submit's master, or on two cores. */
  SparkSession spark() {
    return spark(System.getProperty("spark.master", "local[2]"));
  }

  /** A session on that master, whatever spark-submit was told. */
  SparkSession spark(String master) {
    return SparkSession.builder()
        .appName("spark-mlp benchmark " + name())
        .master(master)
        .getOrCreate();
  }

  static double seconds(Runnable run) {
    long start = System.nanoTime();
    run.run();
    return (System.nanoTime() - start) / 1e9;
  }

  static double median(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }
}
