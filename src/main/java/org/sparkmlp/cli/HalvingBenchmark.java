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
import org.apache.spark.ml.feature.MinMaxScaler;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlp.experiment.Datasets;
import org.sparkmlp.experiment.IdxData;
import org.sparkmlp.ml.Grids;
import org.sparkmlp.ml.MLPClassifier;
import org.sparkmlp.search.CellResult;
import org.sparkmlp.search.HalvingGridSearch;
import org.sparkmlp.search.RowHash;
import org.sparkmlp.search.SearchModel;
import org.sparkmlp.util.Check;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The grid of fifteen cells (five schedules, three batch sizes), whole and halved, on the same
 * folds, seed after seed: whether the cell that halving finds can be told from the grid's best by
 * the grid's own metrics, and what part of the time it takes. The whole grid finds what Spark's
 * CrossValidator finds, by the same fits.
 */
@Command(
    name = "halving",
    description = "Successive halving beside the whole grid, on digits and Fashion-MNIST.",
    mixinStandardHelpOptions = true)
final class HalvingBenchmark implements Callable<Integer> {
  @Mixin private BenchmarkOutput output;

  @Option(
      names = "--data",
      defaultValue = "/usr/share/datasets/fashion-mnist",
      description = "Folder of the IDX files of Fashion-MNIST; none: digits alone.")
  private String data;

  @Option(
      names = "--rows",
      defaultValue = "10000",
      description = "Rows of each data set, at most, about (${DEFAULT-VALUE}).")
  private int rows;

  @Option(names = "--seeds", defaultValue = "5", description = "Runs (${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--epochs",
      defaultValue = "40",
      description = "Of a whole fit (${DEFAULT-VALUE}, as in conf/digits.conf).")
  private int epochs;

  @Option(names = "--folds", defaultValue = "3", description = "${DEFAULT-VALUE}.")
  private int folds;

  @Option(names = "--factor", defaultValue = "5", description = "Of halving (${DEFAULT-VALUE}).")
  private int factor;

  @Option(
      names = "--min-resources",
      defaultValue = "0.04",
      description = "Share of the first rung (${DEFAULT-VALUE}).")
  private double minResources;

  @Option(
      names = "--parallelism",
      defaultValue = "45",
      description = "Fits at the same time in halving (${DEFAULT-VALUE}, cells times folds).")
  private int parallelism;

  @Option(
      names = "--grid-parallelism",
      defaultValue = "2",
      description =
          "Fits at the same time in the whole grid (${DEFAULT-VALUE}, as conf/digits.conf has it).")
  private int gridParallelism;

  /** A data set with the classifier that is searched on it. */
  private record Problem(
      String name, Dataset<Row> rows, MLPClassifier classifier, Integer[] sizes) {}

  /** What one seed has shown. */
  private record Run(
      int seed,
      double gridSeconds,
      double halvingSeconds,
      CellResult best,
      CellResult found,
      boolean asGood) {
    double ratio() {
      return halvingSeconds / gridSeconds;
    }
  }

  @Override
  public Integer call() throws IOException {
    output.open();
    SparkSession spark = output.spark();
    try {
      Table table =
          new Table(
              "data",
              "seed",
              "grid's best",
              "mean",
              "halving's",
              "mean in the grid",
              "p",
              "as good",
              "grid s",
              "halving s",
              "ratio");
      ObjectNode root = new ObjectMapper().createObjectNode();
      StringBuilder summary = new StringBuilder();
      for (Problem problem : problems(spark)) {
        List<Run> runs = new ArrayList<>();
        search(problem, 1, 0); // warm
        for (int seed = 1; seed <= seeds; seed++) {
          runs.add(run(problem, seed));
          add(table, problem.name, runs.get(seed - 1));
        }
        summary.append(report(problem.name, runs, root.putObject(problem.name)));
      }
      output.write(table.toString() + summary, root);
      return 0;
    } finally {
      spark.stop();
    }
  }

  private List<Problem> problems(SparkSession spark) throws IOException {
    List<Problem> problems = new ArrayList<>();
    Dataset<Row> digits = some(Datasets.digits(spark));
    digits =
        new MinMaxScaler()
            .setInputCol("features")
            .setOutputCol("scaled")
            .fit(digits)
            .transform(digits)
            .select("label", "scaled")
            .withColumnRenamed("scaled", "features");
    problems.add(
        new Problem(
            "digits",
            cached(digits),
            classifier().setStepSize(0.005).setNumShards(4),
            new Integer[] {4, 8, 16}));
    if (!data.equals("none")) {
      problems.add(
          new Problem(
              "fashion-mnist",
              cached(some(IdxData.read(spark, data, "label", false))),
              classifier().setStepSize(0.001).setNumShards(2),
              new Integer[] {16, 32, 64}));
    }
    return problems;
  }

  private MLPClassifier classifier() {
    return new MLPClassifier().setNumClasses(10).setHiddenLayers(128).setMaxIter(epochs);
  }

  /** The same rows for whoever asks. */
  private Dataset<Row> some(Dataset<Row> all) {
    double share = Math.min(1, (double) rows / all.count());
    return all.where(RowHash.within(all, share, 11));
  }

  private static Dataset<Row> cached(Dataset<Row> rows) {
    rows.cache().count();
    return rows;
  }

  private Run run(Problem problem, int seed) {
    SearchModel[] models = new SearchModel[2];
    double grid = BenchmarkOutput.seconds(() -> models[0] = search(problem, 0, seed));
    double halving = BenchmarkOutput.seconds(() -> models[1] = search(problem, factor, seed));
    List<CellResult> whole = models[0].results();
    int number = CellResult.best(models[1].results()).cell().number();
    CellResult found = whole.get(number - 1);
    return new Run(
        seed,
        grid,
        halving,
        CellResult.best(whole),
        found,
        !Boolean.TRUE.equals(found.distinguishable()));
  }

  /** Searches; with a factor of 0 the whole grid, of 1 a cell of each batch size, to warm up. */
  private SearchModel search(Problem problem, int halvingBy, int seed) {
    MLPClassifier classifier = problem.classifier.setSeed(seed);
    Grids grid = Grids.grid();
    if (halvingBy != 1) {
      grid.add(
          classifier.learningRateSchedule(),
          "constant",
          "invsqrt",
          "linear",
          "exponential(k=0.1)",
          "cosine");
    }
    ParamMap[] cells = grid.add(classifier.batchSize(), problem.sizes).build();
    HalvingGridSearch search =
        new HalvingGridSearch()
            .setEstimator(classifier)
            .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("accuracy"))
            .setEstimatorParamMaps(cells)
            .setNumFolds(folds)
            .setSeed(seed)
            .setParallelism(halvingBy == 0 ? gridParallelism : parallelism);
    if (halvingBy > 1) {
      search.setFactor(halvingBy).setMinResources(minResources);
    } else {
      search.setFactor(1);
    }
    return search.fit(problem.rows);
  }

  private static void add(Table table, String name, Run run) {
    table.add(
        name,
        "" + run.seed,
        run.best.cell().text(),
        number("%.4f", run.best.mean()),
        run.found.cell().text(),
        number("%.4f", run.found.mean()),
        run.found.isBest() ? "" : number("%.3f", run.found.againstBest().pValue()),
        run.asGood ? "yes" : "no",
        number("%.1f", run.gridSeconds),
        number("%.1f", run.halvingSeconds),
        number("%.3f", run.ratio()));
  }

  private String report(String name, List<Run> runs, ObjectNode node) {
    Check.that(!runs.isEmpty(), "--seeds must be at least 1, got 0");
    long asGood = runs.stream().filter(Run::asGood).count();
    double ratio =
        runs.stream().mapToDouble(Run::halvingSeconds).sum()
            / runs.stream().mapToDouble(Run::gridSeconds).sum();
    ArrayNode all = node.putArray("runs");
    for (Run run : runs) {
      all.addObject()
          .put("seed", run.seed)
          .put("best", run.best.cell().text())
          .put("bestMean", run.best.mean())
          .put("found", run.found.cell().text())
          .put("foundMean", run.found.mean())
          .put("pValue", run.found.isBest() ? null : run.found.againstBest().pValue())
          .put("asGood", run.asGood)
          .put("gridSeconds", run.gridSeconds)
          .put("halvingSeconds", run.halvingSeconds);
    }
    node.put("asGood", asGood);
    node.put("ratio", ratio);
    node.put("parallelism", parallelism).put("gridParallelism", gridParallelism);
    return String.format(
        Locale.ROOT,
        "%s: as good as the best of the grid in %d of %d seeds, in %.3f of its time (%d fits at a time against %d)%n",
        name,
        asGood,
        runs.size(),
        ratio,
        parallelism,
        gridParallelism);
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
