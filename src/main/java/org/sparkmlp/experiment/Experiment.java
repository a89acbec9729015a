package org.sparkmlp.experiment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
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

/**
 * One experiment, from its config to its results: reads, splits, searches, trains, tests, writes.
 */
public final class Experiment {
  private static final String FOLD = "_fold";

  private final ExperimentConfig config;
  private final Configuration hadoop;
  private final RunFolder folder;

  private Experiment(ExperimentConfig config, Configuration hadoop, RunFolder folder) {
    this.config = config;
    this.hadoop = hadoop;
    this.folder = folder;
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
    return new Experiment(config, hadoop, RunFolder.create(config.output(), hadoop));
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
    folder.write(RunFolder.CONFIG, config.resolved());
    SparkSession spark = session.get();
    DataReader.Parts parts = new DataReader(spark, new Inputs(hadoop)).read(config.data());
    Preparation preparation = new Preparation(config.stages(), config.cells());
    Dataset<Row> train = parts.train();
    if (config.hasSearch()) {
      train = train.withColumn(FOLD, DataReader.fold(train, config.folds()));
    }
    train = preparation.apply(train).persist(StorageLevel.MEMORY_AND_DISK());
    try {
      Search search = new Search(config, progress);
      config.classifier().setListener(search.listener());
      Estimator<? extends Model<?>> estimator = preparation.estimator(config.classifier());
      Model<?> fitted =
          config.hasSearch()
              ? search.run(estimator, train, FOLD)
              : search.fitOnly(estimator, train);
      PipelineModel model = preparation.model(fitted, parts.train());
      MLPClassificationModel network =
          (MLPClassificationModel) model.stages()[model.stages().length - 1];
      Map<String, Double> test = test(model, parts.test());
      folder.save(RunFolder.MODEL, model);
      folder.write(
          RunFolder.RESULTS,
          RunRecord.json(
              config, Versions.all(spark, network.summary().backend()), search, network, test));
      return Outcome.of(config, search, network, test);
    } finally {
      train.unpersist();
    }
  }

  /** The metrics of the held-out rows; none if there are no such rows. */
  private Map<String, Double> test(PipelineModel model, Dataset<Row> rows) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    if (!rows.isEmpty()) {
      Dataset<Row> predicted = model.transform(rows).persist(StorageLevel.MEMORY_AND_DISK());
      try {
        List<Metric> wanted = new ArrayList<>(Metric.OF_TEST);
        if (!wanted.contains(config.metric())) {
          wanted.add(config.metric());
        }
        for (Metric metric : wanted) {
          metrics.put(
              metric.sparkName(), metric.evaluator(config.classifier()).evaluate(predicted));
        }
      } finally {
        predicted.unpersist();
      }
    }
    return metrics;
  }
}
