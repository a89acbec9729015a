package org.sparkmlp.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.classification.MultilayerPerceptronClassifier;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
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
 * Spark's MultilayerPerceptronClassifier against MLPClassifier on Fashion-MNIST: the time to the
 * accuracy that Spark's reaches in its iterations. Same JVM, same cached DataFrame, the same
 * OpenBLAS for both, both warmed up; our time is a whole fit, packing included.
 */
@Command(
    name = "mlpc",
    description =
        "Time to the accuracy of Spark's own MultilayerPerceptronClassifier, on Fashion-MNIST.",
    mixinStandardHelpOptions = true)
final class MlpcBenchmark implements Callable<Integer> {
  private static final int[] LAYERS = {784, 256, 128, 10};
  private static final int MOST_EPOCHS = 50;

  @Mixin private BenchmarkOutput output;

  @Option(
      names = "--data",
      defaultValue = "/usr/share/datasets/fashion-mnist",
      description = "Folder of the IDX files.")
  private String data;

  @Option(
      names = "--iterations",
      defaultValue = "100",
      description = "Of Spark's classifier; 100 is its default.")
  private int iterations;

  /**
   * By hash, the default; and the partitions as they are, which is what Spark's classifier does.
   */
  private static final List<String> SHARD_BY = List.of("hash", "partition");

  /** A fitted model with what it took. */
  private record Fit(double seconds, double accuracy) {}

  private record Ours(String shardBy, int epochs, Fit fit) {}

  @Override
  public Integer call() throws IOException {
    output.open();
    String blas = SparkBlas.useBundled();
    SparkSession spark = output.spark();
    try {
      Dataset<Row> train = IdxData.read(spark, data, "label", false).cache();
      Dataset<Row> test = IdxData.read(spark, data, "label", true).cache();
      System.out.printf(
          "%d training rows, %d test rows, master %s%n",
          train.count(), test.count(), spark.sparkContext().master());
      fit(() -> spark(3).fit(train), test);
      for (String shardBy : SHARD_BY) {
        fit(() -> ours(1, shardBy).fit(train), test);
      }
      System.out.printf(
          "warmed up; now %d iterations of MultilayerPerceptronClassifier%n", iterations);
      Fit mlpc = fit(() -> spark(iterations).fit(train), test);
      System.out.printf(Locale.ROOT, "mlpc: %.1f s, accuracy %.4f%n", mlpc.seconds, mlpc.accuracy);
      List<Ours> ours = new ArrayList<>();
      for (String shardBy : SHARD_BY) {
        int epochs = epochsTo(mlpc.accuracy, shardBy, train, test);
        Fit fit = median(() -> ours(epochs, shardBy).fit(train), test);
        ours.add(new Ours(shardBy, epochs, fit));
      }
      report(mlpc, blas, ours);
      return 0;
    } finally {
      spark.stop();
    }
  }

  private static MultilayerPerceptronClassifier spark(int maxIter) {
    return new MultilayerPerceptronClassifier().setLayers(LAYERS).setMaxIter(maxIter).setSeed(1);
  }

  /** One cycle of a high rate is the fastest way to a middling accuracy (Smith 2018). */
  private static MLPClassifier ours(int epochs, String shardBy) {
    return new MLPClassifier()
        .setLayers(LAYERS)
        .setLearningRateSchedule("oneCycle")
        .setStepSize(0.005)
        .setLocalSteps(59) // four rounds an epoch: replicas that have just begun are far apart
        .setShardBy(shardBy)
        .setMaxIter(epochs)
        .setSeed(1);
  }

  /** The fewest epochs with which a fit reaches that accuracy. */
  private static int epochsTo(
      double accuracy, String shardBy, Dataset<Row> train, Dataset<Row> test) {
    for (int epochs = 1; epochs <= MOST_EPOCHS; epochs++) {
      int n = epochs;
      Fit fit = fit(() -> ours(n, shardBy).fit(train), test);
      System.out.printf(
          Locale.ROOT,
          "ours by %s, epochs %d: %.2f s, accuracy %.4f%n",
          shardBy,
          n,
          fit.seconds,
          fit.accuracy);
      if (fit.accuracy >= accuracy) {
        return epochs;
      }
    }
    throw new IllegalStateException(MOST_EPOCHS + " epochs don't reach the accuracy " + accuracy);
  }

  private Fit median(Supplier<Model<?>> trainer, Dataset<Row> test) {
    Fit[] fits = new Fit[output.repeats()];
    Arrays.setAll(fits, i -> fit(trainer, test));
    Arrays.sort(fits, java.util.Comparator.comparingDouble(Fit::seconds));
    return fits[fits.length / 2];
  }

  private static Fit fit(Supplier<Model<?>> trainer, Dataset<Row> test) {
    long start = System.nanoTime();
    Model<?> model = trainer.get();
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Fit(
        seconds,
        new MulticlassClassificationEvaluator()
            .setMetricName("accuracy")
            .evaluate(model.transform(test)));
  }

  private void report(Fit mlpc, String blas, List<Ours> ours) throws IOException {
    String backend = Backends.get(Backends.AUTO).description();
    Table table = new Table("", "shardBy", "seconds", "accuracy", "ratio", "computed by");
    table.add(
        "Spark MLPC, " + iterations + " iterations", "", seconds(mlpc), accuracy(mlpc), "", blas);
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.putObject("mlpc")
        .put("seconds", mlpc.seconds)
        .put("accuracy", mlpc.accuracy)
        .put("blas", blas)
        .put("iterations", iterations);
    root.put("backend", backend);
    ArrayNode array = root.putArray("ours");
    for (Ours our : ours) {
      double ratio = mlpc.seconds / our.fit.seconds;
      table.add(
          "spark-mlp, epochs: " + our.epochs,
          our.shardBy,
          seconds(our.fit),
          accuracy(our.fit),
          String.format(Locale.ROOT, "%.1f", ratio),
          backend);
      array
          .addObject()
          .put("shardBy", our.shardBy)
          .put("seconds", our.fit.seconds)
          .put("accuracy", our.fit.accuracy)
          .put("epochs", our.epochs)
          .put("ratio", ratio);
    }
    output.write(table.toString(), root);
  }

  private static String seconds(Fit fit) {
    return String.format(Locale.ROOT, "%.2f", fit.seconds);
  }

  private static String accuracy(Fit fit) {
    return String.format(Locale.ROOT, "%.4f", fit.accuracy);
  }
}
