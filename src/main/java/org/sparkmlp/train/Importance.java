package org.sparkmlp.train;

import org.sparkmlp.backend.LossSums;
import org.sparkmlp.data.Shard;
import org.sparkmlp.nn.Topology;

/**
 * How much each weight matters to a task: the diagonal of the empirical Fisher information, b_i =
 * Σ_r w_r (∂l_r/∂θ_i)² / Σ_r w_r, the mean over rows of the squared gradient of each row's own loss
 * l_r, which is −log p(label | features) for the losses that have a likelihood. The labels are the
 * data's own ("empirical"), not drawn from the model. The state is the flat vector of weights.
 *
 * <p>Squares are of single rows, not of batches: {@link org.sparkmlp.nn.Network#squareGradients}.
 * Sums over shards are exact.
 *
 * @param rowsAtOnce rows that go through the network together
 */
public record Importance(Topology topology, String backend, int rowsAtOnce)
    implements Program<float[], RoundResult> {
  /** The importance of each weight on the training rows of {@code objective}; one round. */
  public static float[] of(
      Objective objective, Topology topology, String backend, float[] weights) {
    Importance program =
        new Importance(topology, backend, topology.rowsAtOnce(FullBatch.ROWS_AT_ONCE));
    RoundResult result = objective.round(program, weights);
    float[] importance = new float[topology.size()];
    if (!result.vector().quotient(result.scale(), importance)) {
      throw new DivergenceException(
          "the squared gradients aren't finite floats: scale the features to about -1..1 (StandardScaler, MinMaxScaler)");
    }
    return importance;
  }

  @Override
  public RoundResult empty() {
    return new RoundResult();
  }

  @Override
  public RoundResult run(float[] weights, Shard shard, Workspaces workspaces) {
    Shard.Rows rows = shard.training();
    if (rows.count() == 0) {
      return empty();
    }
    return workspaces.with(
        topology,
        backend,
        rowsAtOnce,
        workspace -> {
          long start = System.nanoTime();
          workspace.network.setWeights(weights);
          double[] squares = new double[topology.size()];
          double weight = ShardPass.square(workspace.network, rows, squares);
          return new RoundResult(
              ExactSum.of(squares, Slices.ends(topology, 1)),
              new LossSums(),
              weight,
              rows.count(),
              8L * squares.length,
              System.nanoTime() - start);
        });
  }
}
