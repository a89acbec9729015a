package org.sparkmlp.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import org.sparkmlp.experiment.Prediction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code spark-mlp predict}: applies a saved model to rows. */
@Command(
    name = "predict",
    description =
        "Applies a saved model (the folder 'model' of a run) to rows and writes them with their predictions.",
    mixinStandardHelpOptions = true)
final class PredictCommand implements Callable<Integer> {
  @Option(
      names = "--model",
      paramLabel = "DIR",
      required = true,
      description = "The saved PipelineModel.")
  private String model;

  @Option(names = "--input", paramLabel = "PATH", required = true, description = "The rows.")
  private String input;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "Where to write; must not exist.")
  private String output;

  @Option(
      names = "--format",
      description = "Of the input: csv, json, parquet, libsvm or idx; by default from its name.")
  private String format;

  @Option(
      names = "--output-format",
      defaultValue = "parquet",
      description = "Of the output: parquet (default), json or csv; csv writes vectors as text.")
  private String outputFormat;

  @Option(
      names = "--features",
      split = ",",
      defaultValue = "features",
      description =
          "Column or columns of features, or *, where the rows have no vector column 'features'.")
  private List<String> features;

  @Option(
      names = "--option",
      paramLabel = "key=value",
      description = "Option of Spark's reader, as in header=false.")
  private Map<String, String> options = new LinkedHashMap<>();

  @Override
  public Integer call() throws IOException {
    Prediction prediction =
        Prediction.prepare(
            model,
            input,
            output,
            format,
            outputFormat,
            features,
            options,
            SparkHadoopUtil.get().newConfiguration(new SparkConf()));
    Logs.to(Files.createTempFile("spark-mlp-predict", ".log"));
    PrintStream out = System.out;
    boolean done = false;
    SparkSession spark = SparkSession.builder().appName("spark-mlp predict").getOrCreate();
    try {
      long rows = prediction.run(spark);
      out.printf("%d rows with predictions are in %s%n", rows, output);
      done = true;
      return 0;
    } finally {
      spark.stop();
      if (done) {
        Logs.discard();
      }
    }
  }
}
