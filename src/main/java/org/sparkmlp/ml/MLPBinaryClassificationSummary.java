package org.sparkmlp.ml;

import org.apache.spark.ml.classification.BinaryClassificationSummary;
import org.apache.spark.mllib.evaluation.BinaryClassificationMetrics;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * How good the predictions of two classes are: {@code areaUnderROC, roc, pr, fMeasureByThreshold,
 * precisionByThreshold, recallByThreshold} of Spark's {@link BinaryClassificationSummary} besides.
 * The score is the probability of class 1.
 */
public final class MLPBinaryClassificationSummary extends MLPClassificationSummary
    implements BinaryClassificationSummary {
  private static final long serialVersionUID = 1;

  private final String probabilityCol;
  private transient BinaryClassificationMetrics metrics; // both are set by Spark
  private transient SparkSession session;

  MLPBinaryClassificationSummary(
      Dataset<Row> predictions,
      String probabilityCol,
      String predictionCol,
      String labelCol,
      String weightCol) {
    super(predictions, predictionCol, labelCol, weightCol);
    this.probabilityCol = probabilityCol;
    BinaryClassificationSummary.$init$(this); // what Scala's compiler would add
  }

  @Override
  public String scoreCol() {
    return probabilityCol;
  }

  /** Scala's way to a private value of the trait. */
  @Override
  public BinaryClassificationMetrics
      org$apache$spark$ml$classification$BinaryClassificationSummary$$binaryMetrics() {
    return metrics;
  }

  /** Likewise. */
  @Override
  public SparkSession
      org$apache$spark$ml$classification$BinaryClassificationSummary$$sparkSession() {
    return session;
  }

  /** Scala's way to set it. */
  @Override
  public void
      org$apache$spark$ml$classification$BinaryClassificationSummary$_setter_$org$apache$spark$ml$classification$BinaryClassificationSummary$$binaryMetrics_$eq(
          BinaryClassificationMetrics value) {
    metrics = value;
  }

  /** Likewise. */
  @Override
  public void
      org$apache$spark$ml$classification$BinaryClassificationSummary$_setter_$org$apache$spark$ml$classification$BinaryClassificationSummary$$sparkSession_$eq(
          SparkSession value) {
    session = value;
  }
}
