package org.sparkmlp.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.sparkmlp.cli.CostModel.Work;
import org.sparkmlp.cluster.TreeShape;
import org.sparkmlp.train.AutoLocalSteps;
import org.sparkmlp.train.DataLayout;
import org.sparkmlp.util.Check;
import picocli.CommandLine.Option;

/**
 * What a {@link CostModel} of one machine says of a cluster, where every worker runs one task on
 * one core, has one shard, and trains with Adam.
 */
final class ClusterForecast {
  /** First moments, second moments. */
  static final int SLOTS = 2;

  /** Merges on the way to the driver, by default. */
  static final int DEPTH = 2;

  private static final int FLOAT = 4;

  /** Spark broadcasts in blocks of this many bytes, which executors pass on to each other. */
  private static final double BLOCK = 4 << 20;

  /** Aggregation may take this share of the time. */
  private static final double SHARE = 0.1;

  @Option(
      names = "--workers",
      split = ",",
      defaultValue = "10,100,1000",
      converter = Count.class,
      description = "Workers of the forecast (${DEFAULT-VALUE}).")
  private List<Long> workers;

  @Option(
      names = "--forecast-parameters",
      split = ",",
      defaultValue = "1e5,1e6,1e7",
      converter = Count.class,
      description = "Weights of the networks of the forecast (${DEFAULT-VALUE}).")
  private List<Long> parameters;

  @Option(
      names = "--rows",
      defaultValue = "1e8",
      converter = Count.class,
      description = "Rows of an epoch of the forecast (${DEFAULT-VALUE}).")
  private long rows;

  @Option(
      names = "--batch-size",
      defaultValue = "128",
      converter = Count.class,
      description = "Rows of a worker's update in the forecast (${DEFAULT-VALUE}).")
  private long batchSize;

  @Option(
      names = "--network",
      defaultValue = "1.25e9",
      description = "Bytes a second of each machine's network in the forecast (${DEFAULT-VALUE}).")
  private double network;

  /**
   * What the measurements say of what is sent, for each number that is summed.
   *
   * @param leafBytes of a task's result in a shuffle
   * @param sumBytes of a sum in a shuffle
   */
  record Sizes(double leafBytes, double sumBytes) {}

  /**
   * One epoch.
   *
   * @param localSteps H, updates between two aggregations
   * @param round seconds of one aggregation
   * @param update seconds of one update
   * @param updates of a worker
   * @param leastLocalSteps the least H with which aggregation takes at most a tenth of the time
   */
  record Epoch(
      long workers,
      long parameters,
      int localSteps,
      double round,
      double update,
      long updates,
      double leastLocalSteps) {
    double aggregationSeconds() {
      return Math.ceil((double) updates / localSteps) * round;
    }

    double seconds() {
      return updates * update + aggregationSeconds();
    }

    double share() {
      return aggregationSeconds() / seconds();
    }
  }

  /** Every number of workers with every size of network. */
  List<Epoch> epochs(CostModel model, Sizes sizes, double flops) {
    Check.that(network > 0, "--network must be > 0, got %s", network);
    List<Epoch> epochs = new ArrayList<>();
    for (long w : workers) {
      for (long n : parameters) {
        epochs.add(epoch(model, sizes, flops, Math.toIntExact(w), Math.toIntExact(n)));
      }
    }
    return epochs;
  }

  private Epoch epoch(CostModel model, Sizes sizes, double flops, int workers, int weights) {
    int[] shards = new int[workers];
    Arrays.fill(shards, Math.toIntExact((rows + workers - 1) / workers));
    DataLayout layout = new DataLayout(1, shards, 0);
    int batch = Math.toIntExact(batchSize);
    int localSteps = AutoLocalSteps.choose(layout, batch, weights, SLOTS).localSteps();
    double update = 6.0 * weights * batch / flops;
    double sync = round(model, sizes, workers, weights, 1);
    double local = round(model, sizes, workers, weights, 1 + SLOTS);
    double most = SHARE / (1 - SHARE); // of aggregation, for a second of updates
    double least = sync <= most * update ? 1 : Math.max(2, Math.ceil(local / (most * update)));
    return new Epoch(
        workers,
        weights,
        localSteps,
        localSteps == 1 ? sync : local,
        update,
        (shards[0] + batchSize - 1) / batchSize,
        least);
  }

  /**
   * One aggregation: what the model says of its work, and the way of the busiest machine's bytes
   * through the network, which the model hasn't seen.
   *
   * @param copies numbers that a task returns for each weight
   */
  private double round(CostModel model, Sizes sizes, int workers, int weights, int copies) {
    double numbers = (double) copies * weights;
    double state = FLOAT * (1.0 + SLOTS) * weights;
    long leaf = (long) (FLOAT * numbers);
    List<Integer> levels = TreeShape.of(workers, leaf, leaf, DEPTH, TreeShape.SMALL_BYTES).levels();
    // blocks of the broadcast follow each other from executor to executor
    double hops = Math.ceil(Math.log(workers + 1) / Math.log(2)) - 1;
    double travels = state + hops * Math.min(state, BLOCK);
    double result = levels.isEmpty() ? leaf : 2.0 * leaf; // a finished sum is of doubles
    double busiest = state; // a local session has the broadcast at hand, an executor reads it
    int tasks = workers;
    int below = workers;
    double size = numbers * sizes.leafBytes;
    for (int level : levels) {
      double read = Math.ceil((double) below / level) * size;
      travels += read;
      busiest += size + read; // written by one task and read, with others, by another
      size = numbers * sizes.sumBytes;
      tasks += level;
      below = level;
    }
    double received = below * result;
    travels += received;
    busiest += result;
    return model.seconds(new Work(tasks, levels.size(), state, received, busiest))
        + travels / network;
  }

  /** The assumptions, in words. */
  String assumptions(double flops) {
    return String.format(
        Locale.ROOT,
        "%,d rows an epoch, batches of %d rows a worker, Adam, one task and one core of %.1f GFLOP/s a worker"
            + " (measured: the training loop), %.2f GB/s of network a machine, localSteps as MLPClassifier chooses",
        rows,
        batchSize,
        1e-9 * flops,
        1e-9 * network);
  }
}
