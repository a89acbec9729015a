package org.sparkmlp.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkmlp.cli.KernelBenchmark.Case;
import org.sparkmlp.ml.MLPClassificationModel;
import org.sparkmlp.ml.MLPClassifier;

/** Whole fits with shards by hash and by partition, as many of them, in turn. */
final class ShardFits {
  private static final Case CASE = KernelBenchmark.CASES.get(0);

  /** A way to shard, with what its fits took. */
  private static final class Way {
    private final List<Double> packing = new ArrayList<>();
    private final List<Double> seconds = new ArrayList<>();
    private MLPClassificationModel model;

    void fit(String shardBy, Dataset<Row> train) {
      MLPClassifier classifier =
          new MLPClassifier()
              .setLayers(CASE.units())
              .setBatchSize(CASE.batchSize())
              .setMaxIter(CASE.epochs())
              .setShardBy(shardBy)
              .setSeed(1);
      seconds.add(BenchmarkOutput.seconds(() -> model = classifier.fit(train)));
      packing.add(model.summary().packingSeconds());
    }
  }

  private ShardFits() {}

  /** Returns the table and adds to the JSON. */
  static String measure(Dataset<Row> train, Dataset<Row> test, int repeats, ArrayNode json) {
    Map<String, Way> ways = new LinkedHashMap<>();
    for (String shardBy : List.of("hash", "partition")) {
      new Way().fit(shardBy, train); // warm
      ways.put(shardBy, new Way());
    }
    for (int i = 0; i < repeats; i++) {
      ways.forEach((shardBy, way) -> way.fit(shardBy, train));
    }
    Table table = new Table("shardBy", "shards", "packing s", "fit s", "accuracy");
    ways.forEach(
        (shardBy, way) -> {
          double packing = BenchmarkOutput.median(way.packing);
          double seconds = BenchmarkOutput.median(way.seconds);
          double accuracy =
              new MulticlassClassificationEvaluator()
                  .setMetricName("accuracy")
                  .evaluate(way.model.transform(test));
          table.add(
              shardBy,
              "" + way.model.summary().numShards(),
              String.format(Locale.ROOT, "%.2f", packing),
              String.format(Locale.ROOT, "%.2f", seconds),
              String.format(Locale.ROOT, "%.4f", accuracy));
          json.addObject()
              .put("shardBy", shardBy)
              .put("shards", way.model.summary().numShards())
              .put("packingSeconds", packing)
              .put("fitSeconds", seconds)
              .put("accuracy", accuracy);
        });
    return String.format(
        Locale.ROOT,
        "Whole fits, Fashion-MNIST, %s, %d epochs:%n%s%n",
        CASE.units("-"),
        CASE.epochs(),
        table);
  }
}
