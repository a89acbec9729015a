package org.sparkmlp.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.sparkmlp.backend.Backend;
import org.sparkmlp.backend.Backend.Buffer;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.train.LocalObjective;
import org.sparkmlp.train.Plan;
import org.sparkmlp.train.Trainer;
import org.sparkmlp.train.TrainingListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * The training loop on one core, without Spark, beside the same core's matrix product and PyTorch
 * on one thread: Adam on random rows. The three take turns; each figure is a median.
 */
@Command(
    name = "kernel",
    description = "The training loop on one core beside sgemm and PyTorch.",
    mixinStandardHelpOptions = true)
final class KernelBenchmark implements Callable<Integer> {
  /**
   * What is trained.
   *
   * @param rows of an epoch
   * @param epochs that a whole fit takes in the benchmarks on Spark
   */
  record Case(int[] units, int batchSize, int rows, int epochs) {
    Topology topology() {
      return new Topology(units, Activations.RELU, Losses.SOFTMAX_CROSS_ENTROPY, true);
    }

    String units(String separator) {
      return Arrays.stream(units)
          .mapToObj(Integer::toString)
          .collect(Collectors.joining(separator));
    }

    /**
     * Floating-point operations of a row in matrix products: 2 a weight forward, 2 for its
     * gradient, and 2 for what goes on to the layer before, if there is one.
     */
    double flops() {
      double flops = 0;
      for (int l = 1; l < units.length; l++) {
        flops += (l == 1 ? 4.0 : 6.0) * units[l - 1] * units[l];
      }
      return flops;
    }
  }

  static final List<Case> CASES =
      List.of(
          new Case(new int[] {784, 256, 128, 10}, 128, 60_000, 5),
          new Case(new int[] {784, 1024, 1024, 10}, 256, 30_000, 4),
          new Case(new int[] {784, 2500, 2000, 1500, 1000, 500, 10}, 256, 20_480, 8));

  private static final int SGEMM = 1024;
  private static final int SGEMMS = 20;

  @Mixin private BenchmarkOutput output;

  @Override
  public Integer call() throws IOException {
    output.open();
    Backend backend = Backends.get(Backends.AUTO);
    Table table =
        new Table(
            "network",
            "batch",
            "rows/s",
            "GFLOP/s",
            "sgemm",
            "of sgemm",
            "PyTorch rows/s",
            "ratio");
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("backend", backend.description());
    ArrayNode rows = root.putArray("networks");
    try (TorchPeer torch = TorchPeer.start()) {
      root.put("pytorch", torch == null ? "absent" : torch.version());
      for (Case c : CASES) {
        measure(c, backend, torch, table, rows.addObject());
      }
    }
    output.write(table.toString(), root);
    return 0;
  }

  private void measure(Case c, Backend backend, TorchPeer torch, Table table, ObjectNode json)
      throws IOException {
    Runnable epoch = epoch(c, backend);
    Buffer square = backend.allocate(SGEMM * SGEMM);
    Buffer product = backend.allocate(SGEMM * SGEMM);
    epoch.run(); // warm
    List<Double> ours = new ArrayList<>();
    List<Double> sgemm = new ArrayList<>();
    List<Double> theirs = new ArrayList<>();
    for (int i = 0; i < output.repeats(); i++) {
      double seconds = BenchmarkOutput.seconds(() -> sgemm(backend, square, product));
      sgemm.add(2e-9 * SGEMMS * SGEMM * SGEMM * SGEMM / seconds);
      ours.add(c.rows / BenchmarkOutput.seconds(epoch));
      if (torch != null) {
        theirs.add(torch.rowsPerSecond(c.units(","), c.batchSize, c.rows));
      }
    }
    double rate = BenchmarkOutput.median(ours);
    double gflops = 1e-9 * rate * c.flops();
    double peak = BenchmarkOutput.median(sgemm);
    double torchRate = theirs.isEmpty() ? Double.NaN : BenchmarkOutput.median(theirs);
    table.add(
        c.units("-"),
        "" + c.batchSize,
        format("%.0f", rate),
        format("%.1f", gflops),
        format("%.1f", peak),
        format("%.0f %%", 100 * gflops / peak),
        theirs.isEmpty() ? "absent" : format("%.0f", torchRate),
        theirs.isEmpty() ? "" : format("%.2f", rate / torchRate));
    json.put("layers", c.units("-"));
    json.put("batchSize", c.batchSize);
    json.put("rowsPerSecond", rate);
    json.put("gflops", gflops);
    json.put("sgemmGflops", peak);
    if (!theirs.isEmpty()) {
      json.put("pytorchRowsPerSecond", torchRate);
    }
  }

  private static void sgemm(Backend backend, Buffer a, Buffer c) {
    for (int i = 0; i < SGEMMS; i++) {
      backend.gemm(false, false, SGEMM, SGEMM, SGEMM, 1, a, 0, SGEMM, a, 0, SGEMM, 0, c, 0, SGEMM);
    }
  }

  /** One epoch on one shard of random rows. */
  static Runnable epoch(Case c, Backend backend) {
    Topology topology = c.topology();
    LocalObjective objective = new LocalObjective(randomBlocks(c), c.units[0], 1);
    Plan plan =
        new Plan(
            topology,
            backend.name(),
            (Optimizer) Solvers.parse("adam"),
            1e-4,
            Schedules.parse("constant"),
            c.batchSize,
            Math.max(2, (c.rows + c.batchSize - 1) / c.batchSize),
            1,
            0,
            1);
    float[] start = Initializer.parse("auto").weights(topology, 1);
    return () -> new Trainer(objective, plan, TrainingListener.NONE).train(start);
  }

  private static List<PackedBlock> randomBlocks(Case c) {
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    int blockRows = 128;
    List<PackedBlock> blocks = new ArrayList<>();
    for (int at = 0; at < c.rows; at += blockRows) {
      int n = Math.min(blockRows, c.rows - at);
      float[] features = new float[n * c.units[0]];
      float[] targets = new float[n];
      float[] weights = new float[n];
      for (int i = 0; i < features.length; i++) {
        features[i] = random.nextFloat();
      }
      for (int i = 0; i < n; i++) {
        targets[i] = random.nextInt(c.units[c.units.length - 1]);
        weights[i] = 1;
      }
      blocks.add(new PackedBlock(0, false, 0, c.units[0], features, targets, weights));
    }
    return blocks;
  }

  private static String format(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
