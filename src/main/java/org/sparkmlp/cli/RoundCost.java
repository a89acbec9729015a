package org.sparkmlp.cli;

import java.util.List;
import org.sparkmlp.cli.CostModel.Work;
import org.sparkmlp.cli.StageMeter.Stage;

/**
 * What a round was seen to cost.
 *
 * @param rounds that were measured
 * @param seconds from the call of the trainer until it has made its update
 * @param compute seconds of the slowest task's training
 * @param alone seconds in which no stage runs: what the driver does while all executors wait
 * @param allocated bytes, by the driver
 * @param stages of one of the rounds
 */
record RoundCost(
    int partitions,
    int parameters,
    int rounds,
    double seconds,
    double compute,
    double alone,
    double allocated,
    List<Stage> stages) {

  /** What the model of costs is made of. */
  Work work(int cores) {
    return new Work(
        stages.stream().mapToInt(Stage::tasks).sum(),
        stages.size() - 1,
        4.0 * (1 + ClusterForecast.SLOTS) * parameters,
        received(),
        stages.stream().mapToDouble(stage -> stage.busiest(cores)).sum());
  }

  /** Bytes that the driver gets from the tasks of the last stage. */
  double received() {
    return stages.get(stages.size() - 1).returned();
  }

  /** Bytes that travel between executors. */
  double shuffled() {
    return stages.stream().mapToDouble(Stage::written).sum();
  }
}
