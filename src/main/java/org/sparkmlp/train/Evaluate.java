package org.sparkmlp.train;

import java.util.stream.IntStream;
import org.sparkmlp.backend.LossSums;
import org.sparkmlp.data.Shard;
import org.sparkmlp.nn.Topology;

/**
 * Sums over the rows of every shard: of losses, of rows predicted right, and those that a metric
 * needs besides. The state is the flat vector of weights.
 *
 * @param rowsAtOnce rows that go through the network together
 * @param ofValidation whether it is the rows for validation that are judged, or those for training
 */
public record Evaluate(
    Topology topology,
    String backend,
    int rowsAtOnce,
    ValidationMetric metric,
    boolean ofValidation)
    implements Program<float[], RoundResult> {
  private static final int ROWS_AT_ONCE = 256;

  /** Of the rows for validation. */
  Evaluate(Topology topology, String backend, int rowsAtOnce, ValidationMetric metric) {
    this(topology, backend, rowsAtOnce, metric, true);
  }

  /**
   * The metric of all rows of {@code objective}, none of which are for validation; one round.
   *
   * @return NaN where it has none
   */
  public static double of(
      Objective objective,
      Topology topology,
      String backend,
      float[] weights,
      ValidationMetric metric) {
    Evaluate program =
        new Evaluate(topology, backend, topology.rowsAtOnce(ROWS_AT_ONCE), metric, false);
    return metric.value(objective.round(program, weights), topology);
  }

  @Override
  public RoundResult empty() {
    return new RoundResult();
  }

  @Override
  public RoundResult run(float[] weights, Shard shard, Workspaces workspaces) {
    Shard.Rows rows = ofValidation ? shard.validation() : shard.training();
    if (rows.count() == 0) {
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
          if (ofValidation && DevicePass.serves(workspace, shard, topology)) {
            try (DevicePass pass = DevicePass.ofValidation(workspace, shard)) {
              pass.evaluate(sums);
              losses.add(pass.losses()[0]);
            }
          } else {
            ShardPass.evaluate(workspace.network, rows, losses, sums);
          }
          double[] numbers = sums == null ? new double[0] : sums.numbers();
          return new RoundResult(
              exact(numbers),
              losses,
              0,
              rows.count(),
              8L * numbers.length,
              System.nanoTime() - start);
        });
  }

  /** Each number on grids of its own. */
  private static ExactSum exact(double[] numbers) {
    return numbers.length == 0
        ? ExactSum.empty()
        : ExactSum.of(numbers, IntStream.rangeClosed(1, numbers.length).toArray());
  }
}
