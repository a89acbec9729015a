package org.sparkmlp.ml;

import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.sparkmlp.nn.Scores;

/**
 * The columns of a classifier, as far as they are wanted: raw prediction, probability, prediction.
 *
 * @param thresholds of the classes, or null
 */
record ClassColumns(
    Scores scores, boolean raw, boolean probability, boolean prediction, double[] thresholds)
    implements BatchPredictor.Outputs {
  @Override
  public int count() {
    return (raw ? 1 : 0) + (probability ? 1 : 0) + (prediction ? 1 : 0);
  }

  @Override
  public void write(Row row, BatchPredictor.Computed computed, Object[] values, int at) {
    double[] rawScores = scores.raw(computed.logits(), computed.logitsAt());
    double[] probabilities = rawScores.clone();
    scores.probabilityInPlace(probabilities);
    int i = at;
    if (raw) {
      values[i++] = Vectors.dense(rawScores);
    }
    if (probability) {
      values[i++] = Vectors.dense(probabilities);
    }
    if (prediction) {
      values[i] = Scores.prediction(rawScores, probabilities, thresholds);
    }
  }
}
