package org.sparkmlp.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import org.sparkmlp.experiment.Experiment;
import org.sparkmlp.experiment.Outcome;
import org.sparkmlp.experiment.Progress;
import org.sparkmlp.util.Sample;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * An experiment, seed after seed: the mean of the test accuracies, and how far they spread. The
 * test rows decide nothing: epochs are the config's, or its validation rows' choice.
 */
@Command(
    name = "accuracy",
    description = "Test accuracy of a config over several seeds.",
    mixinStandardHelpOptions = true)
final class AccuracyBenchmark implements Callable<Integer> {
  @Mixin private BenchmarkOutput output;

  @Option(
      names = "--config",
      defaultValue = "conf/fashion-mnist-accuracy.conf",
      description = "The config file (${DEFAULT-VALUE}).")
  private String config;

  @Option(names = "--seeds", defaultValue = "5", description = "Runs (${DEFAULT-VALUE}).")
  private int seeds;

  @Override
  public Integer call() throws IOException {
    output.open();
    Configuration hadoop = SparkHadoopUtil.get().newConfiguration(new SparkConf());
    SparkSession spark = output.spark();
    try {
      Table table = new Table("seed", "epochs", "seconds", "test accuracy");
      ObjectNode root = new ObjectMapper().createObjectNode();
      ArrayNode runs = root.putArray("runs");
      double[] accuracies = new double[seeds];
      for (int seed = 1; seed <= seeds; seed++) {
        Experiment experiment =
            Experiment.prepare(
                Installation.find(config),
                List.of("model.seed=" + seed),
                output.folder().resolve("seed-" + seed).toString(),
                hadoop);
        Outcome outcome = experiment.run(() -> spark, Progress.NONE);
        double accuracy = outcome.test().get("accuracy");
        accuracies[seed - 1] = accuracy;
        table.add(
            "" + seed,
            "" + outcome.training().totalIterations(),
            format("%.1f", outcome.training().costs().seconds()),
            format("%.4f", accuracy));
        runs.addObject()
            .put("seed", seed)
            .put("epochs", outcome.training().totalIterations())
            .put("seconds", outcome.training().costs().seconds())
            .put("accuracy", accuracy);
      }
      double mean = Sample.mean(accuracies);
      double deviation = Sample.deviation(accuracies);
      root.put("mean", mean).put("standardDeviation", deviation);
      output.write(
          table
              + String.format(Locale.ROOT, "mean %.4f, standard deviation %.4f%n", mean, deviation),
          root);
      return 0;
    } finally {
      spark.stop();
    }
  }

  private static String format(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
