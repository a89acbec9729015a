package org.sparkmlp.ml;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.cluster.Columns;
import org.sparkmlp.cluster.RowSource;
import org.sparkmlp.cluster.ShardedRows;
import org.sparkmlp.cluster.SparkObjective;
import org.sparkmlp.cluster.Survey;
import org.sparkmlp.cluster.Targets;
import org.sparkmlp.data.Holdout;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.train.Importance;
import org.sparkmlp.util.Check;

/** How much each weight of a model matters to the task of a DataFrame, and to those before. */
final class TaskImportance {
  private TaskImportance() {}

  /** The importance on these rows plus what the network knows of earlier tasks. */
  static float[] of(
      MLPParams params,
      String labelCol,
      FittedNetwork network,
      int numClasses,
      Dataset<?> dataset) {
    Check.that(
        !dataset.isStreaming(),
        "importance can't be had of a streaming DataFrame; write it to files first");
    Topology topology = network.topology();
    String backend = Backends.get(params.getBackend()).name();
    Columns columns = Fit.columns(params, labelCol);
    RowSource source = RowSource.own(dataset, columns);
    Survey survey =
        source.survey(new Survey.Question(Targets.classes(numClasses), 0, Holdout.NONE, 0));
    ShardedRows.Packing packing =
        new ShardedRows.Packing(
            topology.inputs(),
            Targets.classes(numClasses),
            Fit.numShards(params, dataset, survey),
            params.getBlockSize(),
            network.scaling(),
            source.numbersOfRow(topology.inputs(), network.scaling()),
            Holdout.NONE,
            List.of());
    float[] importance =
        source.with(
            packing,
            survey,
            rows ->
                Importance.of(
                    new SparkObjective(rows, params.getAggregationDepth(), 8L * topology.size()),
                    topology,
                    backend,
                    network.weights()));
    for (int i = 0; network.importance() != null && i < importance.length; i++) {
      importance[i] += network.importance()[i];
    }
    return importance;
  }
}
