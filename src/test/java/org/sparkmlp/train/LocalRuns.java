package org.sparkmlp.train;

import java.util.List;

/** Training without Spark, for tests of other packages. */
public final class LocalRuns {
  private LocalRuns() {}

  /**
   * The weights that a {@link LocalObjective} gives.
   *
   * @param labelsAndWeights two numbers a row
   */
  public static float[] train(
      List<float[]> features,
      List<float[]> labelsAndWeights,
      int numShards,
      Plan plan,
      float[] start) {
    try (LocalObjective objective = objective(features, labelsAndWeights, numShards)) {
      return train(objective, plan, start);
    }
  }

  /** What {@link #train(LocalObjective, Plan, float[])} trains on; the caller closes. */
  public static LocalObjective objective(
      List<float[]> features, List<float[]> labelsAndWeights, int numShards) {
    Rows rows = new Rows(features.get(0).length);
    for (int i = 0; i < features.size(); i++) {
      rows.add(features.get(i), labelsAndWeights.get(i)[0], labelsAndWeights.get(i)[1], false);
    }
    return rows.objective(numShards, 64);
  }

  public static float[] train(LocalObjective objective, Plan plan, float[] start) {
    return new Trainer(objective, plan, TrainingListener.NONE).train(start).weights();
  }
}
