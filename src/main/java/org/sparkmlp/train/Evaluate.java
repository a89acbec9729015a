package org.sparkmlp.train;

import org.sparkmlp.backend.LossSums;
import org.sparkmlp.data.Shard;
import org.sparkmlp.nn.Topology;

/**
 * Loss and accuracy sums over the validation rows of every shard. The state is the flat vector of
 * weights.
 *
 * @param rowsAtOnce rows that go through the network together
 */
record Evaluate(Topology topology, String backend, int rowsAtOnce)
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
          LossSums sums = new LossSums();
          workspace.network.setWeights(weights);
          ShardPass.evaluate(workspace.network, shard.validation(), sums);
          return new RoundResult(ExactSum.empty(), sums, 0, rows, 0, System.nanoTime() - start);
        });
  }
}
