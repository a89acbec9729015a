package org.sparkmlp.experiment;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.sparkmlp.ml.MLPClassificationModel;
import org.sparkmlp.search.FitLog;

/**
 * One experiment, from its config to its results: reads, splits, searches, trains, tests, writes.
 */
public final class Experiment {
  private static final String FOLD = "_fold";

  private final ExperimentConfig config;
  private final Configuration hadoop;
  private final RunFolder folder;
  private final String command;
  private final boolean resumed;

  private Experiment(
      ExperimentConfig config,
      Configuration hadoop,
      RunFolder folder,
      String command,
      boolean resumed) {
    this.config = config;
    this.hadoop = hadoop;
    this.folder = folder;
    this.command = command;
    this.resumed = resumed;
  }

  /**
   * Reads and checks a config and makes the output folder; needs no Spark.
   *
   * @param path of the HOCON file
   * @param overrides {@code key=value} each
   * @param output folder for the results, or null for the config's own
   * @throws ConfigProblem with everything that is wrong
   */
  public static Experiment prepare(
      String path, List<String> overrides, String output, Configuration hadoop) throws IOException {
    ExperimentConfig config = new ConfigReader(new Inputs(hadoop)).read(path, overrides, output);
    List<String> words = new ArrayList<>(List.of("bin/spark-mlp", "run", path));
    words.addAll(overrides);
    if (output != null) {
      words.addAll(List.of("--output", output));
    }
    return new Experiment(
        config,
        hadoop,
        RunFolder.create(config.output(), hadoop),
        words.stream().map(Experiment::quoted).collect(Collectors.joining(" ")),
        false);
  }

  /** As a shell takes it. */
  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_./:=,@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  /**
   * An experiment that was ended before its end, from the folder it wrote to: fits that have a
   * record there aren't done again.
   *
   * @throws ConfigProblem if there is nothing to resume
   */
  public static Experiment resume(String path, Configuration hadoop) throws IOException {
    RunFolder folder = RunFolder.resume(path, hadoop);
    String config = new Path(folder.path(), RunFolder.CONFIG).toString();
    return new Experiment(
        new ConfigReader(new Inputs(hadoop)).read(config, List.of(), path),
        hadoop,
        folder,
        "bin/spark-mlp run " + quoted(config),
        true);
  }

  public String name() {
    return config.name();
  }

  /** Where the results go. */
  public Path output() {
    return folder.path();
  }

  /** The output folder on the local disk, or null if it lies elsewhere. */
  public java.nio.file.Path localOutput() {
    return folder.local();
  }

  /** Writes a page about the run to the output folder, beside the records. */
  public void saveReport(String html) throws IOException {
    folder.write(RunFolder.REPORT, html);
  }

  /** Copies a log file of the local disk to the output folder. */
  public void saveLog(java.nio.file.Path file) throws IOException {
    folder.copy(RunFolder.LOG, file);
  }

  /**
   * Runs it.
   *
   * @param session starts Spark
   */
  public Outcome run(Supplier<SparkSession> session, Progress progress) throws IOException {
    long start = System.nanoTime();
    if (!resumed) {
      folder.write(RunFolder.CONFIG, config.resolved());
    }
    SparkSession spark = session.get();
    DataReader.Parts parts = new DataReader(spark, new Inputs(hadoop)).read(config.data());
    Preparation preparation = new Preparation(config.stages(), config.cells());
    Dataset<Row> train = parts.train();
    if (config.hasSearch()) {
      train = train.withColumn(FOLD, DataReader.fold(train, config.folds()));
    }
    train = preparation.apply(train).persist(StorageLevel.MEMORY_AND_DISK());
    try {
      Estimator<? extends Model<?>> estimator = preparation.estimator(config.classifier());
      FitLog log =
          CellFiles.of(folder, config.hasSearch() ? config.cells() : List.of(), config.folds());
      Search search = new Search(config, estimator, progress, log);
      config.classifier().setListener(search.listener());
      begin(search, train);
      Model<?> fitted = search.run(train, FOLD);
      PipelineModel model = preparation.model(fitted, parts.train());
      MLPClassificationModel network =
          (MLPClassificationModel) model.stages()[model.stages().length - 1];
      ObjectNode details = JsonNodeFactory.instance.objectNode();
      Map<String, Double> test = test(spark, model, network, parts.test(), details);
      folder.save(RunFolder.MODEL, model);
      folder.write(
          RunFolder.RESULTS,
          RunRecord.results(
              config,
              Versions.all(spark, network.summary().backend()),
              search,
              network,
              test,
              details,
              (System.nanoTime() - start) / 1e9));
      return Outcome.of(config, search, network, test);
    } finally {
      train.unpersist();
    }
  }

  /** Notes what the run is made of; one that goes on must be made of the same. */
  private void begin(Search search, Dataset<Row> train) throws IOException {
    RowFingerprint rows = config.hasSearch() ? RowFingerprint.of(train) : null;
    String before = folder.read(RunFolder.RUN);
    if (before == null) {
      folder.write(RunFolder.RUN, RunRecord.start(config, command, search, rows));
    } else {
      Resumption resumption = new Resumption(folder.path().toString(), before);
      resumption.checkConfig(config.resolved());
      if (rows != null) {
        resumption.checkRows(rows);
      }
    }
  }

  /**
   * The metrics of the held-out rows; none if there are no such rows.
   *
   * @param details gets what else there is to record
   */
  private Map<String, Double> test(
      SparkSession spark,
      PipelineModel model,
      MLPClassificationModel network,
      Dataset<Row> rows,
      ObjectNode details) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    if (rows.isEmpty()) {
      details.setAll(RunDetails.of(spark, config.data(), network, null));
      return metrics;
    }
    Dataset<Row> predicted = model.transform(rows).persist(StorageLevel.MEMORY_AND_DISK());
    try {
      List<Metric> wanted = new ArrayList<>(Metric.OF_TEST);
      if (!wanted.contains(config.metric())) {
        wanted.add(config.metric());
      }
      for (Metric metric : wanted) {
        metrics.put(metric.sparkName(), metric.evaluator(config.classifier()).evaluate(predicted));
      }
      details.setAll(RunDetails.of(spark, config.data(), network, predicted));
    } finally {
      predicted.unpersist();
    }
    return metrics;
  }
}
