package org.sparkmlp.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.classification.MultilayerPerceptronClassifier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.experiment.IdxData;
import org.sparkmlp.ml.MLPClassifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Prediction on the training rows of Fashion-MNIST by a model of MLPClassifier and by one of
 * Spark's MultilayerPerceptronClassifier of the same layers: all output columns, written to Spark's
 * {@code noop} sink, in turn, from one cached DataFrame.
 */
@Command(
    name = "transform",
    description = "Rows a second of transform beside Spark's own model's.",
    mixinStandardHelpOptions = true)
final class TransformBenchmark implements Callable<Integer> {
  private static final int[] LAYERS = {784, 256, 128, 10};

  @Mixin private BenchmarkOutput output;

  @Option(
      names = "--data",
      defaultValue = "/usr/share/datasets/fashion-mnist",
      description = "Folder of the IDX files.")
  private String data;

  @Override
  public Integer call() throws IOException {
    output.open();
    String blas = SparkBlas.useBundled();
    SparkSession spark = output.spark();
    try {
      Dataset<Row> rows = IdxData.read(spark, data, "label", false).cache();
      long count = rows.count();
      Transformer mlpc =
          new MultilayerPerceptronClassifier()
              .setLayers(LAYERS)
              .setMaxIter(1)
              .setSeed(1)
              .fit(rows.limit(1000));
      Transformer ours =
          new MLPClassifier().setLayers(LAYERS).setMaxIter(1).setSeed(1).fit(rows.limit(1000));
      seconds(mlpc, rows); // warm
      seconds(ours, rows);
      List<Double> theirSeconds = new ArrayList<>();
      List<Double> ourSeconds = new ArrayList<>();
      for (int i = 0; i < output.repeats(); i++) {
        theirSeconds.add(seconds(mlpc, rows));
        ourSeconds.add(seconds(ours, rows));
      }
      report(
          count / BenchmarkOutput.median(theirSeconds),
          blas,
          count / BenchmarkOutput.median(ourSeconds));
      return 0;
    } finally {
      spark.stop();
    }
  }

  private static double seconds(Transformer model, Dataset<Row> rows) {
    return BenchmarkOutput.seconds(
        () -> model.transform(rows).write().format("noop").mode("overwrite").save());
  }

  private void report(double theirs, String blas, double ours) throws IOException {
    Table table = new Table("model", "rows/s", "computed by");
    table.add("Spark MLPC", rate(theirs), blas);
    table.add("spark-mlp", rate(ours), Backends.get(Backends.AUTO).description());
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("mlpcRowsPerSecond", theirs);
    root.put("oursRowsPerSecond", ours);
    root.put("ratio", ours / theirs);
    output.write(table + String.format(Locale.ROOT, "ratio %.1f%n", ours / theirs), root);
  }

  private static String rate(double rowsPerSecond) {
    return String.format(Locale.ROOT, "%.0f", rowsPerSecond);
  }
}
