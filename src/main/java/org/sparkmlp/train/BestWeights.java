package org.sparkmlp.train;

import java.util.List;

/**
 * The weights after the epoch that validation rows judge best, the first of equals.
 *
 * @param metric of validation rows after that epoch
 */
record BestWeights(int epoch, double metric, float[] weights) {
  /** The better one of {@code best}, which is null if there was none yet, and another epoch. */
  static BestWeights of(
      BestWeights best, EpochRecord epoch, float[] weights, ValidationMetric metric) {
    double value = epoch.validationMetric();
    boolean better = best == null ? !Double.isNaN(value) : metric.gain(value, best.metric) > 0;
    return better ? new BestWeights(epoch.epoch(), value, weights) : best;
  }

  /**
   * What training returns: the best weights if there are any, else the last ones, and why.
   *
   * @param best may be null
   * @param metric by which the best was kept; null if none was to be
   */
  static TrainingResult result(
      BestWeights best,
      ValidationMetric metric,
      float[] last,
      List<EpochRecord> epochs,
      Costs costs,
      String reason,
      List<Backoff> backoffs) {
    if (best == null) {
      String why =
          metric == null
              ? reason
              : reason
                  + "; validation "
                  + metric.spec()
                  + " never was a number, so the weights are the last ones";
      return new TrainingResult(last, epochs, epochs.size(), costs, why, backoffs);
    }
    String why =
        reason
            + "; the weights are those after epoch "
            + best.epoch
            + ", best by validation "
            + metric.spec();
    return new TrainingResult(best.weights, epochs, best.epoch, costs, why, backoffs);
  }

  void save(Checkpoint checkpoint, String prefix) {
    checkpoint
        .put(prefix + "weights", weights)
        .put(prefix + "epoch", epoch)
        .put(prefix + "metric", new double[] {metric});
  }

  /** Null if none was saved. */
  static BestWeights of(Checkpoint checkpoint, String prefix) {
    return checkpoint.has(prefix + "weights")
        ? new BestWeights(
            (int) checkpoint.longs(prefix + "epoch")[0],
            checkpoint.doubles(prefix + "metric")[0],
            checkpoint.floats(prefix + "weights"))
        : null;
  }
}
