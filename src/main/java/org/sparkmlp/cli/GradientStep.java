package org.sparkmlp.cli;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.backend.LossSums;
import org.sparkmlp.data.Shard;
import org.sparkmlp.nn.Network;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.train.ExactSum;
import org.sparkmlp.train.Mergeable;
import org.sparkmlp.train.Program;
import org.sparkmlp.train.Workspaces;

/**
 * A gradient of the first rows of every shard, as a synchronous step computes it, in a sum of one
 * kind or the other. The trainer's own step returns exact sums only.
 */
abstract class GradientStep<R extends Mergeable<R>> implements Program<float[], R> {
  private static final long serialVersionUID = 1;

  /** Networks of this JVM that no task uses at the moment. */
  private static final Queue<Network> IDLE = new ConcurrentLinkedQueue<>();

  private final Topology topology;
  private final int rows;

  GradientStep(Topology topology, int rows) {
    this.topology = topology;
    this.rows = rows;
  }

  /** One shard's part of the sum. */
  abstract R leaf(float[] gradient);

  /** The gradient that the driver updates with. */
  abstract float[] read(R sum);

  @Override
  public R run(float[] weights, Shard shard, Workspaces workspaces) {
    Network network = IDLE.poll();
    if (network == null || !network.topology().equals(topology) || network.capacity() != rows) {
      network = new Network(topology, Backends.get(Backends.AUTO), rows);
    }
    network.setWeights(weights);
    int n = Math.min(rows, shard.training().count());
    for (int i = 0; i < n; i++) {
      network.load(i, shard.training().blockOf(i), shard.training().placeOf(i));
    }
    network.differentiate(n, false, new LossSums());
    float[] gradient = new float[topology.size()];
    network.getGradient(gradient);
    IDLE.add(network);
    return leaf(gradient);
  }

  /** In exact sums, a slice an input of a layer or its biases, as in training. */
  static final class Exact extends GradientStep<ExactSum> {
    private static final long serialVersionUID = 1;

    private final int[] slices;

    Exact(Topology topology, int rows) {
      super(topology, rows);
      slices =
          topology.slices().stream()
              .flatMapToInt(
                  slice ->
                      IntStream.rangeClosed(1, slice.rows())
                          .map(row -> slice.offset() + row * slice.columns()))
              .toArray();
    }

    @Override
    public ExactSum empty() {
      return ExactSum.empty();
    }

    @Override
    ExactSum leaf(float[] gradient) {
      return ExactSum.of(gradient, 1, slices);
    }

    @Override
    float[] read(ExactSum sum) {
      int size = slices[slices.length - 1];
      double[] total = new double[size];
      sum.total(total);
      float[] gradient = new float[size];
      for (int i = 0; i < size; i++) {
        gradient[i] = (float) total[i];
      }
      return gradient;
    }
  }

  /** In floats. */
  static final class Plain extends GradientStep<FloatSum> {
    private static final long serialVersionUID = 1;

    Plain(Topology topology, int rows) {
      super(topology, rows);
    }

    @Override
    public FloatSum empty() {
      return new FloatSum(new float[0]);
    }

    @Override
    FloatSum leaf(float[] gradient) {
      return new FloatSum(gradient);
    }

    @Override
    float[] read(FloatSum sum) {
      return sum.values();
    }
  }
}
