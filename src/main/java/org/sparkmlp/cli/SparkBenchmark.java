package org.sparkmlp.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.cli.KernelBenchmark.Case;
import org.sparkmlp.experiment.IdxData;
import org.sparkmlp.ml.MLPClassificationModel;
import org.sparkmlp.ml.MLPClassifier;
import org.sparkmlp.util.Check;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * MLPClassifier.fit on Fashion-MNIST in local[1] and local[2], beside the rate of the bare training
 * loop on one core, measured in turn. The rate is that of the epochs, packing apart; the accuracy
 * is that of the very models, a seed for each repeat, in the mean, beside that of one sequential
 * replica after as many epochs.
 */
abstract class SparkBenchmark implements Callable<Integer> {
  private static final int[] CORES = {1, 2};

  /** After which the JIT compiler has done with what packs and aggregates. */
  private static final int WARM_FITS = 3;

  /** In those fits, where they would be chosen: there are many rounds to compile then. */
  private static final int WARM_LOCAL_STEPS = 4;

  @Mixin private BenchmarkOutput output;

  @Option(
      names = "--data",
      defaultValue = "/usr/share/datasets/fashion-mnist",
      description = "Folder of the IDX files.")
  private String data;

  @Option(
      names = "--networks",
      split = ",",
      defaultValue = "1,2,3",
      description = "Which of kernel's networks, by number (${DEFAULT-VALUE}).")
  private int[] networks;

  /** What {@code localSteps} is, and how many rows an update takes. */
  abstract MLPClassifier configure(MLPClassifier classifier);

  /** {@code spark}: batches as in {@code kernel}, localSteps left to be chosen. */
  @Command(
      name = "spark",
      description = "MLPClassifier.fit on one and two cores beside the bare training loop.",
      mixinStandardHelpOptions = true)
  static final class Auto extends SparkBenchmark {
    @Override
    MLPClassifier configure(MLPClassifier classifier) {
      return classifier;
    }
  }

  /** {@code sync}: every update aggregated over all shards. */
  @Command(
      name = "sync",
      description = "Synchronous training, localSteps = 1 and batchSize = 8192.",
      mixinStandardHelpOptions = true)
  static final class Sync extends SparkBenchmark {
    @Override
    MLPClassifier configure(MLPClassifier classifier) {
      return classifier.setLocalSteps(1).setBatchSize(8192);
    }
  }

  @Override
  public Integer call() throws IOException {
    for (int network : networks) {
      Check.that(
          network >= 1 && network <= KernelBenchmark.CASES.size(),
          "--networks has %d, but kernel's networks are 1 to %d",
          network,
          KernelBenchmark.CASES.size());
    }
    output.open();
    Table table =
        new Table(
            "network",
            "cores",
            "localSteps",
            "rows/s",
            "kernel rows/s",
            "of kernel x cores",
            "packing s",
            "accuracy",
            "sequential");
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("backend", Backends.get(Backends.AUTO).description());
    ArrayNode rows = root.putArray("fits");
    double[] sequential = new double[networks.length];
    for (int cores : CORES) {
      SparkSession spark = output.spark("local[" + cores + "]");
      try {
        for (int i = 0; i < sequential.length; i++) {
          Case c = KernelBenchmark.CASES.get(networks[i] - 1);
          sequential[i] = measure(spark, cores, c, sequential[i], table, rows.addObject());
        }
      } finally {
        spark.stop();
      }
    }
    output.write(table.toString(), root);
    return 0;
  }

  /** Returns the accuracy of one sequential replica: that of the single core. */
  private double measure(
      SparkSession spark, int cores, Case c, double sequential, Table table, ObjectNode json)
      throws IOException {
    Dataset<Row> train = IdxData.read(spark, data, "label", false).limit(c.rows()).cache();
    Dataset<Row> test = IdxData.read(spark, data, "label", true).cache();
    train.count();
    test.count();
    Runnable kernelEpoch = KernelBenchmark.epoch(c, Backends.get(Backends.AUTO));
    MLPClassifier classifier =
        configure(
            new MLPClassifier()
                .setLayers(c.units())
                .setBatchSize(c.batchSize())
                .setMaxIter(c.epochs()));
    kernelEpoch.run();
    for (int i = 0; i < WARM_FITS; i++) {
      MLPClassifier warm = classifier.copy(ParamMap.empty()).setMaxIter(1);
      if (warm.getLocalSteps() == 0) {
        warm.setLocalSteps(WARM_LOCAL_STEPS);
      }
      warm.fit(train);
    }
    List<Double> kernel = new ArrayList<>();
    List<Double> rates = new ArrayList<>();
    List<Double> packing = new ArrayList<>();
    MLPClassificationModel model = null;
    double accuracy = 0;
    for (int i = 0; i < output.repeats(); i++) {
      kernel.add(c.rows() / BenchmarkOutput.seconds(kernelEpoch));
      model = classifier.setSeed(i + 1).fit(train);
      rates.add(model.summary().costs().rowsPerSecond());
      packing.add(model.summary().packingSeconds());
      accuracy +=
          new MulticlassClassificationEvaluator()
                  .setMetricName("accuracy")
                  .evaluate(model.transform(test))
              / output.repeats();
    }
    double replica = cores == 1 ? accuracy : sequential;
    double rate = BenchmarkOutput.median(rates);
    double kernelRate = BenchmarkOutput.median(kernel);
    table.add(
        c.units("-"),
        "" + cores,
        "" + model.summary().localSteps(),
        format("%.0f", rate),
        format("%.0f", kernelRate),
        format("%.0f %%", 100 * rate / kernelRate / cores),
        format("%.2f", BenchmarkOutput.median(packing)),
        format("%.4f", accuracy),
        format("%.4f", replica));
    json.put("layers", c.units("-"));
    json.put("cores", cores);
    json.put("localSteps", model.summary().localSteps());
    json.put("epochs", c.epochs());
    json.put("rowsPerSecond", rate);
    json.put("kernelRowsPerSecond", kernelRate);
    json.put("packingSeconds", BenchmarkOutput.median(packing));
    json.put("accuracy", accuracy);
    json.put("sequentialAccuracy", replica);
    train.unpersist(true);
    test.unpersist(true);
    return replica;
  }

  private static String format(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
