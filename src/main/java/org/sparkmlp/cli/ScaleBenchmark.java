package org.sparkmlp.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.cli.KernelBenchmark.Case;
import org.sparkmlp.cli.StageMeter.Stage;
import org.sparkmlp.cluster.Columns;
import org.sparkmlp.cluster.ShardedRows;
import org.sparkmlp.cluster.SparkObjective;
import org.sparkmlp.cluster.Survey;
import org.sparkmlp.cluster.Targets;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.train.Plan;
import org.sparkmlp.train.Trainer;
import org.sparkmlp.train.TrainingResult;
import org.sparkmlp.util.CounterRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What a synchronous round costs by partitions and parameters, with next to no rows, so that
 * aggregation is nearly all there is: time, driver memory, bytes, stages. Then a model of these
 * costs, and what it says of clusters.
 */
@Command(
    name = "scale",
    description = "Cost of a round by partitions and parameters, and a model of larger clusters.",
    mixinStandardHelpOptions = true)
final class ScaleBenchmark implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ScaleBenchmark.class);

  private static final int INPUTS = 16;
  private static final int OUTPUTS = 2;
  private static final int ROWS_OF_PARTITION = 2;

  private static final int MOST_ROUNDS = 20;

  /** A first round that takes so long is the measurement; else it is to warm up. */
  private static final double SLOW_SECONDS = 5;

  /** For the rate of one core. */
  private static final Case KERNEL = new Case(new int[] {784, 1024, 1024, 10}, 128, 2048, 1);

  private static final StructType SCHEMA =
      new StructType()
          .add("label", DataTypes.DoubleType, false)
          .add("features", SQLDataTypes.VectorType(), false);

  @Mixin private BenchmarkOutput output;

  @Mixin private ClusterForecast forecast;

  @Option(
      names = "--partitions",
      split = ",",
      defaultValue = "1,4,16,64,256",
      converter = Count.class,
      description = "Partitions, a task and a shard each (${DEFAULT-VALUE}).")
  private List<Long> partitions;

  @Option(
      names = "--parameters",
      split = ",",
      defaultValue = "1e4,1e5,1e6,1e7",
      converter = Count.class,
      description = "Weights of the networks, about (${DEFAULT-VALUE}).")
  private List<Long> parameters;

  @Option(
      names = "--seconds-each",
      defaultValue = "3",
      description =
          "Time for the rounds of a combination: more than --repeats where they are quick (${DEFAULT-VALUE}).")
  private double secondsEach;

  @Option(
      names = "--seconds",
      defaultValue = "900",
      description = "Begin no combination after so many seconds (${DEFAULT-VALUE}).")
  private double mostSeconds;

  private final List<RoundCost> points = new ArrayList<>();
  private final List<ScaleReport.Gap> gaps = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    output.open();
    SparkSession spark = output.spark();
    try {
      measureAll(spark);
      double flops = flopsOfACore();
      ScaleReport report =
          new ScaleReport(
              spark.sparkContext().master(),
              spark.sparkContext().defaultParallelism(),
              points,
              gaps,
              forecast,
              flops);
      output.write(report.text(), report.json());
      return 0;
    } finally {
      spark.stop();
    }
  }

  /** The rate of the bare training loop, while nothing else runs. */
  private double flopsOfACore() {
    Runnable epoch = KernelBenchmark.epoch(KERNEL, Backends.get(Backends.AUTO));
    epoch.run(); // warm
    List<Double> rates = new ArrayList<>();
    for (int i = 0; i < output.repeats(); i++) {
      rates.add(KERNEL.rows() * KERNEL.flops() / BenchmarkOutput.seconds(epoch));
    }
    return BenchmarkOutput.median(rates);
  }

  private void measureAll(SparkSession spark) {
    long start = System.nanoTime();
    try (DriverAllocation allocation = new DriverAllocation();
        StageMeter stages = new StageMeter(spark.sparkContext())) {
      for (long p : partitions) {
        int partitionCount = Math.toIntExact(p);
        try (ShardedRows rows = pack(spark, partitionCount)) {
          for (long n : parameters) {
            Topology topology = topology(n);
            String missing =
                (System.nanoTime() - start) / 1e9 > mostSeconds
                    ? String.format(Locale.ROOT, "--seconds %.0f are over", mostSeconds)
                    : Room.missing(spark.sparkContext(), partitionCount, topology.size());
            if (missing == null) {
              missing = measure(rows, topology, allocation, stages);
            }
            if (missing != null) {
              gaps.add(new ScaleReport.Gap(partitionCount, topology.size(), missing));
            }
          }
        }
      }
    }
  }

  private static ShardedRows pack(SparkSession spark, int partitions) {
    List<Integer> numbers = IntStream.range(0, partitions * ROWS_OF_PARTITION).boxed().toList();
    JavaRDD<Row> rows =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .parallelize(numbers, partitions)
            .map(ScaleBenchmark::row);
    Dataset<Row> frame = spark.createDataFrame(rows, SCHEMA);
    Columns columns = new Columns("features", "label", null, null);
    return ShardedRows.pack(
        frame,
        columns,
        new ShardedRows.Packing(INPUTS, Targets.classes(OUTPUTS), 0, ROWS_OF_PARTITION),
        Survey.of(frame, columns, Targets.classes(OUTPUTS)));
  }

  private static Row row(int number) {
    int key = CounterRandom.hash(1, 0, number, 0, 0);
    double[] x = new double[INPUTS];
    for (int j = 0; j < INPUTS; j++) {
      x[j] = CounterRandom.uniform(CounterRandom.element(key, j)) - 0.5;
    }
    return RowFactory.create((double) (number % OUTPUTS), Vectors.dense(x));
  }

  /** Two equal hidden layers; no unit is ever silent, so that gradients don't compress. */
  private static Topology topology(long weights) {
    int fixed = INPUTS + OUTPUTS + 2;
    int units = (int) Math.max(1, (Math.sqrt((double) fixed * fixed + 4.0 * weights) - fixed) / 2);
    return new Topology(
        new int[] {INPUTS, units, units, OUTPUTS},
        Activations.TANH,
        Losses.SOFTMAX_CROSS_ENTROPY,
        true);
  }

  /** Adds a point and returns null, or returns why there is none. */
  private String measure(
      ShardedRows rows, Topology topology, DriverAllocation allocation, StageMeter stages) {
    int partitionCount = rows.layout().numShards();
    System.out.printf("%d partitions, %,d parameters%n", partitionCount, topology.size());
    try {
      SparkObjective objective =
          new SparkObjective(rows, ClusterForecast.DEPTH, 4L * topology.size());
      float[] start = Initializer.parse("auto").weights(topology, 1);
      stages.take(); // of packing
      RoundMeter meter = new RoundMeter(objective, allocation);
      TrainingResult result = train(meter, topology, start, 1);
      double first = meter.seconds().get(0);
      int warm = 0;
      if (first < SLOW_SECONDS) {
        warm = 1;
        int rounds = (int) Math.max(output.repeats(), Math.min(MOST_ROUNDS, secondsEach / first));
        stages.take();
        meter = new RoundMeter(objective, allocation);
        result = train(meter, topology, start, warm + rounds);
      }
      points.add(cost(topology, meter, result, stages.take(), warm));
      return null;
    } catch (Exception | OutOfMemoryError e) { // Spark throws checked exceptions undeclared
      LOG.warn("{} partitions, {} parameters: not measured", partitionCount, topology.size(), e);
      return e.getMessage() == null ? e.toString() : e.getMessage().lines().findFirst().orElse("");
    }
  }

  /** What the rounds after {@code warm} have cost. */
  private static RoundCost cost(
      Topology topology,
      RoundMeter meter,
      TrainingResult result,
      List<List<Stage>> jobs,
      int warm) {
    List<Double> alone = new ArrayList<>();
    for (int i = warm; i < jobs.size(); i++) {
      double inStages = jobs.get(i).stream().mapToDouble(Stage::seconds).sum();
      alone.add(Math.max(0, meter.seconds().get(i) - inStages));
    }
    return new RoundCost(
        meter.layout().numShards(),
        topology.size(),
        alone.size(),
        BenchmarkOutput.median(tail(meter.seconds(), warm)),
        result.costs().computeSeconds() / jobs.size(),
        BenchmarkOutput.median(alone),
        BenchmarkOutput.median(tail(meter.allocated(), warm)),
        jobs.get(jobs.size() - 1));
  }

  private static TrainingResult train(
      RoundMeter meter, Topology topology, float[] start, int rounds) {
    Plan plan =
        new Plan(
            topology,
            Backends.get(Backends.AUTO).name(),
            (Optimizer) Solvers.parse("adam"),
            1e-4,
            Schedules.parse("constant"),
            (int) meter.layout().rows(), // one step an epoch
            1,
            rounds,
            0,
            1);
    return new Trainer(meter, plan, meter).train(start);
  }

  private static List<Double> tail(List<Double> all, int from) {
    return all.subList(from, all.size());
  }
}
