package org.sparkmlp.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlp.experiment.IdxData;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What it costs that results are the same to the bit: exact sums beside plain ones, in one thread
 * and in rounds on Spark, and shards by hash beside shards by partition.
 */
@Command(
    name = "sums",
    description = "The cost of exact sums, and of shards by hash.",
    mixinStandardHelpOptions = true)
final class SumsBenchmark implements Callable<Integer> {
  /** What can be measured, as it is written on the command line. */
  enum Part {
    additions,
    shards,
    rounds
  }

  @Mixin private BenchmarkOutput output;

  @Option(
      names = "--parts",
      split = ",",
      defaultValue = "additions,shards,rounds",
      description = "What to measure (${DEFAULT-VALUE}).")
  private Set<Part> parts;

  @Option(
      names = "--data",
      defaultValue = "/usr/share/datasets/fashion-mnist",
      description = "Folder of the IDX files, for shards and rounds.")
  private String data;

  @Option(
      names = "--vectors",
      defaultValue = "64",
      description = "Vectors that are added in one thread (${DEFAULT-VALUE}).")
  private int vectors;

  @Option(
      names = "--length",
      defaultValue = "1e6",
      converter = Count.class,
      description = "Of each of these vectors (${DEFAULT-VALUE}).")
  private long length;

  @Option(
      names = "--partitions",
      defaultValue = "8",
      description = "Tasks of a round, a shard each (${DEFAULT-VALUE}).")
  private int partitions;

  @Override
  public Integer call() throws IOException {
    output.open();
    StringBuilder text = new StringBuilder();
    ObjectNode root = new ObjectMapper().createObjectNode();
    int repeats = output.repeats();
    if (parts.contains(Part.additions)) {
      Additions additions = new Additions(vectors, Math.toIntExact(length));
      text.append(additions.measure(repeats, root.putArray("additions")));
    }
    if (parts.contains(Part.shards) || parts.contains(Part.rounds)) {
      SparkSession spark = output.spark();
      try {
        Dataset<Row> train = IdxData.read(spark, data, "label", false).cache();
        train.count();
        if (parts.contains(Part.shards)) {
          Dataset<Row> test = IdxData.read(spark, data, "label", true).cache();
          text.append(ShardFits.measure(train, test, repeats, root.putArray("shards")));
        }
        if (parts.contains(Part.rounds)) {
          text.append(GradientRounds.measure(train, partitions, repeats, root.putArray("rounds")));
        }
      } finally {
        spark.stop();
      }
    }
    output.write(text.toString(), root);
    return 0;
  }
}
