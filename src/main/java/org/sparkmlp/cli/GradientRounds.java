package org.sparkmlp.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkmlp.cli.KernelBenchmark.Case;
import org.sparkmlp.cluster.Columns;
import org.sparkmlp.cluster.ShardedRows;
import org.sparkmlp.cluster.SparkObjective;
import org.sparkmlp.cluster.Survey;
import org.sparkmlp.cluster.Targets;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.train.Mergeable;
import org.sparkmlp.train.Objective;

/** Rounds on Spark that differ in nothing but the kind of their sums, in turn. */
final class GradientRounds {
  private static final int CLASSES = 10;
  private static final int BLOCK_SIZE = 128;

  /** Rounds of each kind for about so long, since short ones vary. */
  private static final double SECONDS = 3;

  private static final int MOST_ROUNDS = 20;

  private GradientRounds() {}

  /** Returns the table and adds to the JSON. */
  static String measure(Dataset<Row> train, int partitions, int repeats, ArrayNode json) {
    Table table =
        new Table(
            "network",
            "parameters",
            "rows",
            "exact ms",
            "plain ms",
            "exact - plain ms",
            "of the round");
    Dataset<Row> parted = train.repartition(partitions);
    Columns columns = new Columns("features", "label", null, null);
    ShardedRows.Packing packing =
        new ShardedRows.Packing(
            KernelBenchmark.CASES.get(0).units()[0], Targets.classes(CLASSES), 0, BLOCK_SIZE);
    try (ShardedRows rows =
        ShardedRows.pack(
            parted, columns, packing, Survey.of(parted, columns, Targets.classes(CLASSES)))) {
      for (Case c : KernelBenchmark.CASES) {
        measure(c, rows, repeats, table, json);
      }
    }
    return String.format(
        Locale.ROOT, "Rounds of one synchronous step in %d tasks:%n%s", partitions, table);
  }

  private static void measure(Case c, ShardedRows rows, int repeats, Table table, ArrayNode json) {
    Topology topology = c.topology();
    Objective objective = new SparkObjective(rows, ClusterForecast.DEPTH, 4L * topology.size());
    float[] weights = Initializer.parse("auto").weights(topology, 1);
    GradientStep<?> exact = new GradientStep.Exact(topology, c.batchSize());
    GradientStep<?> plain = new GradientStep.Plain(topology, c.batchSize());
    seconds(objective, plain, weights); // warm
    double first = seconds(objective, exact, weights);
    int rounds = (int) Math.max(repeats, Math.min(MOST_ROUNDS, SECONDS / first));
    List<Double> exactly = new ArrayList<>();
    List<Double> plainly = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      exactly.add(seconds(objective, exact, weights));
      plainly.add(seconds(objective, plain, weights));
    }
    double e = BenchmarkOutput.median(exactly);
    double p = BenchmarkOutput.median(plainly);
    int batch = rows.layout().numShards() * c.batchSize();
    table.add(
        c.units("-"),
        String.format(Locale.ROOT, "%,d", topology.size()),
        "" + batch,
        String.format(Locale.ROOT, "%.1f", 1e3 * e),
        String.format(Locale.ROOT, "%.1f", 1e3 * p),
        String.format(Locale.ROOT, "%.1f", 1e3 * (e - p)),
        String.format(Locale.ROOT, "%.0f %%", 100 * (e - p) / e));
    json.addObject()
        .put("layers", c.units("-"))
        .put("rounds", rounds)
        .put("parameters", topology.size())
        .put("rows", batch)
        .put("exactSeconds", e)
        .put("plainSeconds", p);
  }

  private static <R extends Mergeable<R>> double seconds(
      Objective objective, GradientStep<R> step, float[] weights) {
    return BenchmarkOutput.seconds(() -> step.read(objective.round(step, weights)));
  }
}
