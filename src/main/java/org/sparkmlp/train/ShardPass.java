package org.sparkmlp.train;

import org.sparkmlp.backend.LossSums;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.data.Shard;
import org.sparkmlp.nn.Dropout;
import org.sparkmlp.nn.Network;
import org.sparkmlp.train.Workspaces.Workspace;
import org.sparkmlp.util.CounterRandom;

/** Runs stretches of a shard's rows through a network. */
final class ShardPass {
  private static final int PURPOSE = 3;

  private ShardPass() {}

  /** First row of a step's share of {@code rows}: floor(rows · step / steps). */
  static int share(int rows, int step, int steps) {
    return (int) ((long) rows * step / steps);
  }

  /**
   * First row of a step's share where one batch is taken from all shards: floor(rows · step / steps
   * + shard / numShards). The second term staggers the shards, so that each step has rows of some
   * of them where a shard has fewer rows than there are steps; for equal shards the batches are
   * those of one sequence of all rows (Hermite's identity: Σ floor(x + i/S) = floor(S x)).
   */
  static int staggeredShare(int rows, int step, int steps, int shard, int numShards) {
    return (int) (((long) rows * step + (long) steps * shard / numShards) / steps);
  }

  /**
   * Prepares for an epoch of a shard.
   *
   * @return the key of {@link #differentiate}
   */
  static int start(Workspace workspace, Plan plan, int epoch, Shard shard) {
    workspace.order.start(plan.seed(), epoch, shard.index(), shard.training().starts());
    return CounterRandom.hash(plan.seed(), PURPOSE, epoch, shard.index(), 0);
  }

  /**
   * Gradient of the loss sum over the rows at positions {@code from} to {@code to} of the
   * workspace's order.
   *
   * @param key of the epoch and shard, by {@link #start}: with a row's number it makes the key of
   *     the row's dropout
   */
  static void differentiate(
      Workspace workspace,
      Shard.Rows rows,
      int from,
      int to,
      Dropout dropout,
      int key,
      LossSums sums) {
    Network network = workspace.network;
    for (int start = from; start < to; start += network.capacity()) {
      int n = Math.min(network.capacity(), to - start);
      for (int i = 0; i < n; i++) {
        int row = workspace.order.row(start + i);
        load(network, i, rows, row);
        workspace.rowKeys[i] = CounterRandom.element(key, row);
      }
      network.differentiate(n, start > from, dropout, workspace.rowKeys, sums);
    }
  }

  /**
   * Losses of all rows.
   *
   * @param more what else to add up; may be null
   */
  static void evaluate(Network network, Shard.Rows rows, LossSums sums, MetricSums more) {
    int outputs = network.topology().outputs();
    float[] logits = new float[more == null ? 0 : network.capacity() * outputs];
    for (int start = 0; start < rows.count(); start += network.capacity()) {
      int n = load(network, rows, start);
      network.evaluate(n, sums);
      if (more != null) {
        network.logits(n, logits);
        add(logits, outputs, rows, start, n, more);
      }
    }
  }

  /** Adds rows from {@code start} on, with their logits, to what a metric needs. */
  static void add(float[] logits, int outputs, Shard.Rows rows, int start, int n, MetricSums more) {
    for (int i = 0; i < n; i++) {
      PackedBlock block = rows.blockOf(start + i);
      int row = rows.placeOf(start + i);
      int width = block.targets().length / block.rows();
      more.add(logits, i * outputs, block.targets(), row * width, block.weights()[row]);
    }
  }

  /**
   * Adds each row's squared gradient, times its weight, to {@code sums}, a batch after the other in
   * double, and returns the weight of all rows.
   */
  static double square(Network network, Shard.Rows rows, double[] sums) {
    float[] squares = new float[sums.length];
    double weight = 0;
    for (int start = 0; start < rows.count(); start += network.capacity()) {
      int n = load(network, rows, start);
      weight += network.squareGradients(n);
      network.getGradient(squares);
      for (int i = 0; i < sums.length; i++) {
        sums[i] += squares[i];
      }
    }
    return weight;
  }

  /** Loads a batch of rows from {@code start} on; returns how many. */
  private static int load(Network network, Shard.Rows rows, int start) {
    int n = Math.min(network.capacity(), rows.count() - start);
    for (int i = 0; i < n; i++) {
      load(network, i, rows, start + i);
    }
    return n;
  }

  private static void load(Network network, int i, Shard.Rows rows, int row) {
    PackedBlock block = rows.blockOf(row);
    network.load(i, block, rows.placeOf(row));
  }
}
