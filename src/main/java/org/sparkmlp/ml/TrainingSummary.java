package org.sparkmlp.ml;

import java.util.List;
import org.sparkmlp.train.Backoff;
import org.sparkmlp.train.Costs;
import org.sparkmlp.train.EpochRecord;

/**
 * How training went: what a model knows until it is saved.
 *
 * @param epochs one record an epoch (for l-bfgs, an iteration): losses, accuracies, learning rate,
 *     seconds
 * @param stopReason why training ended
 * @param backoffs returns to earlier weights with a tenth of the learning rate, after the loss had
 *     ceased to be finite (onDivergence = backoff); the epochs given up aren't among {@code epochs}
 * @param backend what the shards computed on
 * @param numShards parts that the rows were dealt into
 * @param localSteps updates between two aggregations; 0 for l-bfgs
 * @param localStepsReason why that many
 * @param rows training rows
 * @param validationRows rows marked by validationIndicatorCol
 * @param packingSeconds reading and packing the DataFrame; about 0 where another fit of a search
 *     had packed the same rows
 * @param packedBytes size of the packed rows
 * @param costs rounds, rows a second, seconds of computing and aggregating, bytes aggregated
 */
public record TrainingSummary(
    List<EpochRecord> epochs,
    String stopReason,
    List<Backoff> backoffs,
    String backend,
    int numShards,
    int localSteps,
    String localStepsReason,
    long rows,
    long validationRows,
    double packingSeconds,
    long packedBytes,
    Costs costs) {

  /**
   * The objective of each epoch, as Spark's summaries have it: the mean training loss (under
   * dropout, if there is any) and the penalty of regParam.
   */
  public double[] objectiveHistory() {
    return epochs.stream().mapToDouble(EpochRecord::loss).toArray();
  }

  /**
   * Mean validation loss after each epoch, without dropout and penalty; NaN without validation
   * rows.
   */
  public double[] validationHistory() {
    return epochs.stream().mapToDouble(EpochRecord::validationLoss).toArray();
  }

  /** Learning rate at the beginning of each epoch; NaN for l-bfgs. */
  public double[] learningRates() {
    return epochs.stream().mapToDouble(EpochRecord::learningRate).toArray();
  }

  /** Epochs or iterations done. */
  public int totalIterations() {
    return epochs.size();
  }
}
