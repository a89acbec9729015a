package org.sparkmlp.cli;

import static org.apache.spark.sql.functions.lit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.cluster.Columns;
import org.sparkmlp.cluster.ShardedRows;
import org.sparkmlp.cluster.SparkObjective;
import org.sparkmlp.cluster.Survey;
import org.sparkmlp.cluster.Targets;
import org.sparkmlp.experiment.IdxData;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.train.AutoLocalSteps;
import org.sparkmlp.train.Plan;
import org.sparkmlp.train.Trainer;
import org.sparkmlp.train.TrainingListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Local steps on Fashion-MNIST: the time to an accuracy on the test rows by updates between two
 * aggregations and outer momentum, and with what MLPClassifier doesn't do: optimizer slots that
 * begin anew at aggregations. And how far what is done by default is from the best.
 *
 * <p>All train on the same packed rows and take turns, with a seed for each turn: to the epoch,
 * when an accuracy is reached is a matter of chance as much as of method. What is far behind after
 * the first turn has no other, and what is hopeless is ended.
 */
@Command(
    name = "localsteps",
    description =
        "Time to an accuracy by localSteps, with and without outer momentum, on Fashion-MNIST.",
    mixinStandardHelpOptions = true)
final class LocalStepsBenchmark implements Callable<Integer> {
  private static final int[] HIDDEN = {256, 128};
  private static final Columns COLUMNS = new Columns("features", "label", null, "test");
  private static final int BLOCK_SIZE = 128;
  private static final int WARM_EPOCHS = 3;

  @Mixin private BenchmarkOutput output;

  @Option(
      names = "--data",
      defaultValue = "/usr/share/datasets/fashion-mnist",
      description = "Folder of the IDX files.")
  private String data;

  @Option(
      names = "--shards",
      split = ",",
      defaultValue = "2,8",
      description = "Numbers of shards (${DEFAULT-VALUE}).")
  private int[] shards;

  @Option(
      names = "--local-steps",
      split = ",",
      defaultValue = "1,4,16,64",
      description = "Updates between aggregations, beside an epoch and auto (${DEFAULT-VALUE}).")
  private int[] localSteps;

  @Option(
      names = "--accuracy",
      defaultValue = "0.88",
      description = "Share of the test rows to predict right (${DEFAULT-VALUE}).")
  private double accuracy;

  @Option(
      names = "--epochs",
      defaultValue = "25",
      description = "Most epochs of a training (${DEFAULT-VALUE}).")
  private int epochs;

  @Option(names = "--batch-size", defaultValue = "128", description = "Rows (${DEFAULT-VALUE}).")
  private int batchSize;

  @Option(
      names = "--step-size",
      defaultValue = "0.001",
      description = "Learning rate of Adam (${DEFAULT-VALUE}).")
  private double stepSize;

  @Option(
      names = "--schedule",
      defaultValue = "constant",
      description = "Of the learning rate, over all epochs (${DEFAULT-VALUE}).")
  private String schedule;

  @Option(
      names = "--outer-momentum",
      split = ",",
      defaultValue = "0.9",
      description = "Beside none and the default (${DEFAULT-VALUE}).")
  private double[] outerMomentum;

  /** What all trainings have in common. */
  private record Problem(ShardedRows rows, Topology topology, Optimizer optimizer) {}

  @Override
  public Integer call() throws IOException {
    output.open();
    SparkSession spark = output.spark();
    try {
      LocalStepsReport report = new LocalStepsReport(accuracy);
      Dataset<Row> rows = rows(spark);
      for (int numShards : shards) {
        report.add(numShards, measure(rows, numShards));
      }
      report
          .json()
          .put("batchSize", batchSize)
          .put("stepSize", stepSize)
          .put("schedule", schedule)
          .put("epochs", epochs);
      output.write(report.text(), report.json());
      return 0;
    } finally {
      spark.stop();
    }
  }

  /** Training rows, and test rows that are marked as such. */
  private Dataset<Row> rows(SparkSession spark) throws IOException {
    String mark = COLUMNS.validation();
    return IdxData.read(spark, data, COLUMNS.label(), false)
        .withColumn(mark, lit(false))
        .unionByName(IdxData.read(spark, data, COLUMNS.label(), true).withColumn(mark, lit(true)));
  }

  private List<LocalStepsLine> measure(Dataset<Row> frame, int numShards) {
    int features = frame.first().<Vector>getAs(COLUMNS.features()).size();
    Survey survey = Survey.of(frame, COLUMNS, Targets.classes(0));
    int classes = survey.maxLabel() + 1;
    Topology topology =
        new Topology(
            new int[] {features, HIDDEN[0], HIDDEN[1], classes},
            Activations.RELU,
            Losses.SOFTMAX_CROSS_ENTROPY,
            true);
    ShardedRows.Packing packing =
        new ShardedRows.Packing(features, Targets.classes(classes), numShards, BLOCK_SIZE);
    try (ShardedRows rows = ShardedRows.pack(frame, COLUMNS, packing, survey)) {
      Problem problem = new Problem(rows, topology, (Optimizer) Solvers.parse("adam"));
      List<LocalStepsLine> lines = lines(problem);
      warmUp(problem, lines);
      List<LocalStepsLine> turn = lines;
      for (int seed = 1; seed <= output.repeats(); seed++) {
        for (int i = turn.size() - 1; i >= 0; i--) { // many local steps first: they are fast
          LocalStepsLine line = turn.get(i);
          double most = LocalStepsLine.mostSeconds(lines);
          line.runs().add(run(problem, line.variant(), seed, most));
        }
        if (seed == 1) {
          turn = LocalStepsLine.near(lines);
        }
      }
      return lines;
    }
  }

  private void warmUp(Problem problem, List<LocalStepsLine> lines) {
    for (LocalStepsLine line : lines) {
      if (line.variant().product()) {
        train(problem, line.variant(), WARM_EPOCHS, 1, TrainingListener.NONE);
      }
    }
  }

  private List<LocalStepsLine> lines(Problem problem) {
    return LocalStepsVariant.all(
            localSteps,
            outerMomentum,
            plan(problem, 2, 1, 1).stepsPerEpoch(problem.rows.layout()),
            AutoLocalSteps.choose(
                problem.rows.layout(),
                batchSize,
                problem.topology.size(),
                problem.optimizer.slots().size()))
        .stream()
        .map(variant -> new LocalStepsLine(variant, new ArrayList<>()))
        .toList();
  }

  private Plan plan(Problem problem, int steps, int mostEpochs, int seed) {
    return new Plan(
        problem.topology,
        Backends.get(Backends.AUTO).name(),
        problem.optimizer,
        stepSize,
        Schedules.parse(schedule),
        batchSize,
        steps,
        mostEpochs,
        0,
        seed);
  }

  private void train(
      Problem problem, LocalStepsVariant v, int mostEpochs, int seed, TrainingListener listener) {
    int vectors = v.localSteps() == 1 ? 1 : 1 + problem.optimizer.slots().size();
    new Trainer(
            new SparkObjective(problem.rows, 2, 4L * vectors * problem.topology.size()),
            plan(problem, v.localSteps(), mostEpochs, seed).withOuterMomentum(v.outerMomentum()),
            listener,
            v.averaging())
        .train(Initializer.parse("auto").weights(problem.topology, seed));
  }

  private TimeToAccuracy run(
      Problem problem, LocalStepsVariant variant, int seed, double mostSeconds) {
    TimeToAccuracy run =
        TimeToAccuracy.of(
            accuracy, mostSeconds, listener -> train(problem, variant, epochs, seed, listener));
    System.out.println(
        format("%d shards, localSteps %s, ", problem.rows.layout().numShards(), variant)
            + format("seed %d: accuracy %.4f, ", seed, run.accuracy())
            + (Double.isFinite(run.seconds())
                ? format("%.1f s to the target, %d epochs", run.seconds(), run.trained())
                : format("target not reached in %d epochs", run.trained())));
    return run;
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
