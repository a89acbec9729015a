package org.sparkmlp.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.MinMaxScaler;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
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
 * the grid's own metrics, and what part of the time it takes: of Spark's CrossValidator, with few
 * and with many fits at a time, and of the whole grid as searches here go through it, which finds
 * what CrossValidator finds.
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

  @Option(
      names = "--factor",
      defaultValue = "15",
      description =
          "Of halving (${DEFAULT-VALUE}: one rung of all cells, of which the best is left).")
  private int factor;

  @Option(
      names = "--min-resources",
      defaultValue = "0",
      description =
          "Share of the first rung (${DEFAULT-VALUE}: by the number of cells, a fifteenth with factor 15).")
  private double minResources;

  @Option(
      names = "--parallelism",
      defaultValue = "45",
      description =
          "Fits at the same time in halving and in the whole grid (${DEFAULT-VALUE}, cells times folds).")
  private int parallelism;

  @Option(
      names = "--evaluate-best",
      description = "Whether halving evaluates the one cell that is left with everything too.")
  private boolean evaluateBest;

  @Option(
      names = "--cross-validator",
      split = ",",
      defaultValue = "2,45",
      description =
          "Fits at the same time in Spark's CrossValidator (${DEFAULT-VALUE}: as conf/digits.conf has it, and all).")
  private int[] crossValidator;

  /** A data set with the classifier that is searched on it. */
  private record Problem(
      String name, Dataset<Row> rows, MLPClassifier classifier, Integer[] sizes) {}

  /** What one seed has shown. */
  private record Run(
      int seed,
      double[] crossValidatorSeconds,
      double gridSeconds,
      double halvingSeconds,
      CellResult best,
      CellResult found,
      boolean asGood) {}

  @Override
  public Integer call() throws IOException {
    output.open();
    SparkSession spark = output.spark();
    try {
      List<String> head =
          new ArrayList<>(
              List.of(
                  "data",
                  "seed",
                  "grid's best",
                  "mean",
                  "halving's",
                  "mean in the grid",
                  "p",
                  "as good"));
      for (int fits : crossValidator) {
        head.add("CrossValidator(" + fits + ") s");
      }
      head.addAll(List.of("grid s", "halving s"));
      Table table = new Table(head.toArray(String[]::new));
      ObjectNode root = new ObjectMapper().createObjectNode();
      StringBuilder summary = new StringBuilder();
      for (Problem problem : problems(spark)) {
        List<Run> runs = new ArrayList<>();
        warm(problem);
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

  /** Each once, so that none meets code that isn't compiled yet. */
  private void warm(Problem problem) {
    search(problem, 1, 0);
    search(problem, factor, 0);
    crossValidate(problem, parallelism, 0);
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
    double grid = BenchmarkOutput.seconds(() -> models[0] = search(problem, 1, seed));
    double halving = BenchmarkOutput.seconds(() -> models[1] = search(problem, factor, seed));
    double[] spark = new double[crossValidator.length];
    for (int i = 0; i < spark.length; i++) {
      int fits = crossValidator[i];
      double[][] found = new double[1][];
      spark[i] = BenchmarkOutput.seconds(() -> found[0] = crossValidate(problem, fits, seed));
      checkSame(found[0], models[0].avgMetrics());
    }
    List<CellResult> whole = models[0].results();
    int number = CellResult.best(models[1].results()).cell().number();
    CellResult found = whole.get(number - 1);
    return new Run(
        seed,
        spark,
        grid,
        halving,
        CellResult.best(whole),
        found,
        !Boolean.TRUE.equals(found.distinguishable()));
  }

  private static void checkSame(double[] crossValidator, double[] grid) {
    for (int i = 0; i < grid.length; i++) {
      Check.that(
          Math.abs(crossValidator[i] - grid[i]) < 1e-9,
          "CrossValidator finds %s for cell %d, the whole grid %s",
          crossValidator[i],
          i + 1,
          grid[i]);
    }
  }

  private static ParamMap[] cells(Problem problem) {
    return Grids.grid()
        .add(
            problem.classifier.learningRateSchedule(),
            "constant",
            "invsqrt",
            "linear",
            "exponential(k=0.1)",
            "cosine")
        .add(problem.classifier.batchSize(), problem.sizes)
        .build();
  }

  /** Searches; with a factor of 1 without halving. */
  private SearchModel search(Problem problem, int halvingBy, int seed) {
    HalvingGridSearch search =
        new HalvingGridSearch()
            .setEstimator(problem.classifier.setSeed(seed))
            .setEvaluator(accuracy())
            .setEstimatorParamMaps(cells(problem))
            .setNumFolds(folds)
            .setSeed(seed)
            .setParallelism(parallelism)
            .setFactor(halvingBy);
    if (halvingBy > 1) {
      search.setMinResources(minResources).setEvaluateBest(evaluateBest);
    }
    return search.fit(problem.rows);
  }

  /** Spark's own, on the same folds; returns the means of the cells. */
  private double[] crossValidate(Problem problem, int fits, int seed) {
    return new CrossValidator()
        .setEstimator(problem.classifier.setSeed(seed))
        .setEvaluator(accuracy())
        .setEstimatorParamMaps(cells(problem))
        .setNumFolds(folds)
        .setFoldCol("fold")
        .setParallelism(fits)
        .fit(problem.rows.withColumn("fold", RowHash.fold(problem.rows, folds, seed)))
        .avgMetrics();
  }

  private static MulticlassClassificationEvaluator accuracy() {
    return new MulticlassClassificationEvaluator().setMetricName("accuracy");
  }

  private static void add(Table table, String name, Run run) {
    List<String> row =
        new ArrayList<>(
            List.of(
                name,
                "" + run.seed,
                run.best.cell().text(),
                number("%.4f", run.best.mean()),
                run.found.cell().text(),
                number("%.4f", run.found.mean()),
                run.found.isBest() ? "" : number("%.3f", run.found.againstBest().pValue()),
                run.asGood ? "yes" : "no"));
    for (double seconds : run.crossValidatorSeconds) {
      row.add(number("%.1f", seconds));
    }
    row.add(number("%.1f", run.gridSeconds));
    row.add(number("%.1f", run.halvingSeconds));
    table.add(row.toArray(String[]::new));
  }

  private String report(String name, List<Run> runs, ObjectNode node) {
    Check.that(!runs.isEmpty(), "--seeds must be at least 1, got 0");
    long asGood = runs.stream().filter(Run::asGood).count();
    ArrayNode all = node.putArray("runs");
    for (Run run : runs) {
      ObjectNode one = all.addObject();
      one.put("seed", run.seed)
          .put("best", run.best.cell().text())
          .put("bestMean", run.best.mean())
          .put("found", run.found.cell().text())
          .put("foundMean", run.found.mean())
          .put("pValue", run.found.isBest() ? null : run.found.againstBest().pValue())
          .put("asGood", run.asGood)
          .put("gridSeconds", run.gridSeconds)
          .put("halvingSeconds", run.halvingSeconds);
      ObjectNode spark = one.putObject("crossValidatorSeconds");
      for (int i = 0; i < crossValidator.length; i++) {
        spark.put("" + crossValidator[i], run.crossValidatorSeconds[i]);
      }
    }
    node.put("asGood", asGood);
    node.put("parallelism", parallelism);
    StringBuilder parts = new StringBuilder();
    ObjectNode ratios = node.putObject("ratioToCrossValidator");
    for (int i = 0; i < crossValidator.length; i++) {
      int which = i;
      double ratio = ratio(runs, run -> run.crossValidatorSeconds[which]);
      ratios.put("" + crossValidator[i], ratio);
      parts.append(
          number("%.3f", ratio)
              + " of CrossValidator's with "
              + crossValidator[i]
              + " fits at a time, ");
    }
    double ratio = ratio(runs, Run::gridSeconds);
    node.put("ratio", ratio);
    return String.format(
        Locale.ROOT,
        "%s: as good as the best of the grid in %d of %d seeds; time: %s%.3f of the whole grid here with %d, as halving%n",
        name,
        asGood,
        runs.size(),
        parts,
        ratio,
        parallelism);
  }

  private static double ratio(List<Run> runs, ToDoubleFunction<Run> seconds) {
    return runs.stream().mapToDouble(Run::halvingSeconds).sum()
        / runs.stream().mapToDouble(seconds).sum();
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
