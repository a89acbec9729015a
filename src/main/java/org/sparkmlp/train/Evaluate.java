package org.sparkmlp.train;

import java.util.stream.IntStream;
import org.sparkmlp.backend.LossSums;
import org.sparkmlp.data.Shard;
import org.sparkmlp.nn.Topology;

/**
 * Sums over the validation rows of every shard: of losses, of rows predicted right, and those that
 * a metric needs besides. The state is the flat vector of weights.
 *
 * @param rowsAtOnce rows that go through the network together
 */
record Evaluate(Topology topology, String backend, int rowsAtOnce, ValidationMetric metric)
    implements Program<float[], RoundResult> {
  @Override
  public RoundResult empty() {
    return new RoundResult();
  }

  @Override
  public RoundResult run(float[] weights, Shard shard, Workspaces workspaces) {
    int rows = shard.validation().count();
    if (rows == 0) {
      return empty();
    }
    return workspaces.with(
        topology,
        backend,
        rowsAtOnce,
        workspace -> {
          long start = System.nanoTime();
          LossSums losses = new LossSums();
          MetricSums sums = metric.sums(topology);
          workspace.network.setWeights(weights);
          if (DevicePass.serves(workspace, shard, topology)) {
            try (DevicePass pass = DevicePass.ofValidation(workspace, shard)) {
              pass.evaluate(sums);
              losses.add(pass.losses()[0]);
            }
          } else {
            ShardPass.evaluate(workspace.network, shard.validation(), losses, sums);
          }
          double[] numbers = sums == null ? new double[0] : sums.numbers();
          return new RoundResult(
              exact(numbers), losses, 0, rows, 8L * numbers.length, System.nanoTime() - start);
        });
  }

  /** Each number on grids of its own. */
  private static ExactSum exact(double[] numbers) {
    return numbers.length == 0
        ? ExactSum.empty()
        : ExactSum.of(numbers, IntStream.rangeClosed(1, numbers.length).toArray());
  }
}
