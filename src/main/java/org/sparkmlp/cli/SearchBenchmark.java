package org.sparkmlp.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlp.experiment.IdxData;
import org.sparkmlp.ml.Grids;
import org.sparkmlp.ml.MLPClassifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A grid search of fifteen cells by Spark's CrossValidator: of the classifier itself, whose cells
 * share the packed rows of their fold, and of a Pipeline around it, where every cell packs for
 * itself. Both find the same.
 */
@Command(
    name = "search",
    description = "A search of 15 cells with packed rows shared and not.",
    mixinStandardHelpOptions = true)
final class SearchBenchmark implements Callable<Integer> {
  @Mixin private BenchmarkOutput output;

  @Option(
      names = "--data",
      defaultValue = "/usr/share/datasets/fashion-mnist",
      description = "Folder of the IDX files.")
  private String data;

  @Option(names = "--epochs", defaultValue = "1", description = "Of a fit (${DEFAULT-VALUE}).")
  private int epochs;

  @Option(names = "--folds", defaultValue = "3", description = "${DEFAULT-VALUE}.")
  private int folds;

  @Option(names = "--parallelism", defaultValue = "2", description = "${DEFAULT-VALUE}.")
  private int parallelism;

  @Override
  public Integer call() throws IOException {
    output.open();
    SparkSession spark = output.spark();
    try {
      Dataset<Row> train = IdxData.read(spark, data, "label", false).cache();
      train.count();
      MLPClassifier classifier =
          new MLPClassifier().setLayers(784, 256, 128, 10).setMaxIter(epochs).setSeed(1);
      ParamMap[] grid =
          Grids.grid()
              .add(
                  classifier.learningRateSchedule(),
                  "constant",
                  "invsqrt",
                  "linear",
                  "exponential(k=0.1)",
                  "cosine")
              .add(classifier.batchSize(), 64, 128, 256)
              .build();
      Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {classifier});
      classifier.fit(train); // warm
      List<Double> shared = new ArrayList<>();
      List<Double> apart = new ArrayList<>();
      for (int i = 0; i < output.repeats(); i++) {
        double[][] metrics = new double[2][];
        apart.add(BenchmarkOutput.seconds(() -> metrics[0] = search(pipeline, grid, train)));
        shared.add(BenchmarkOutput.seconds(() -> metrics[1] = search(classifier, grid, train)));
        if (!java.util.Arrays.equals(metrics[0], metrics[1])) {
          throw new IllegalStateException("the two searches don't find the same metrics");
        }
      }
      report(BenchmarkOutput.median(apart), BenchmarkOutput.median(shared), grid.length);
      return 0;
    } finally {
      spark.stop();
    }
  }

  private double[] search(Estimator<?> estimator, ParamMap[] grid, Dataset<Row> rows) {
    return new CrossValidator()
        .setEstimator(estimator)
        .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("accuracy"))
        .setEstimatorParamMaps(grid)
        .setNumFolds(folds)
        .setParallelism(parallelism)
        .setSeed(1)
        .fit(rows)
        .avgMetrics();
  }

  private void report(double apart, double shared, int cells) throws IOException {
    Table table = new Table("search", "packed copies", "seconds");
    table.add("a Pipeline: each cell packs", "" + (cells * folds + 1), seconds(apart));
    table.add("the classifier: a fold is packed once", "" + (folds + 1), seconds(shared));
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("cells", cells);
    root.put("folds", folds);
    root.put("epochs", epochs);
    root.put("apartSeconds", apart);
    root.put("sharedSeconds", shared);
    root.put("ratio", apart / shared);
    output.write(table + String.format(Locale.ROOT, "ratio %.2f%n", apart / shared), root);
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.1f", seconds);
  }
}
