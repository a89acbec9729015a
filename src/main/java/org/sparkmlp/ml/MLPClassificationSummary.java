package org.sparkmlp.ml;

import org.apache.spark.ml.classification.ClassificationSummary;
import org.apache.spark.ml.classification.MultilayerPerceptronClassificationSummary;
import org.apache.spark.mllib.evaluation.MulticlassMetrics;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkmlp.util.Check;

/**
 * How good a model's predictions are, by the metrics of Spark's own summaries: {@code accuracy,
 * labels, precisionByLabel, recallByLabel, fMeasureByLabel, weightedPrecision} and the others of
 * {@link ClassificationSummary}, which computes them. Rows weigh what weightCol says, if it is set
 * and the rows have it.
 */
public class MLPClassificationSummary implements MultilayerPerceptronClassificationSummary {
  private static final long serialVersionUID = 1;

  private final transient Dataset<Row> predictions;
  private final String predictionCol;
  private final String labelCol;
  private final String weightCol;
  private transient MulticlassMetrics metrics; // set by Spark

  MLPClassificationSummary(
      Dataset<Row> predictions, String predictionCol, String labelCol, String weightCol) {
    this.predictions = predictions;
    this.predictionCol = predictionCol;
    this.labelCol = labelCol;
    this.weightCol = weightCol;
    ClassificationSummary.$init$(this); // what Scala's compiler would add
  }

  /** The evaluated rows as {@code transform} gives them. */
  @Override
  public Dataset<Row> predictions() {
    return predictions;
  }

  @Override
  public String predictionCol() {
    return predictionCol;
  }

  @Override
  public String labelCol() {
    return labelCol;
  }

  /** Empty if every row weighs 1. */
  @Override
  public String weightCol() {
    return weightCol;
  }

  /**
   * The same with what is of two classes alone: areas, curves, thresholds.
   *
   * @throws IllegalArgumentException if there are more classes
   */
  public MLPBinaryClassificationSummary asBinary() {
    Check.that(
        this instanceof MLPBinaryClassificationSummary,
        "asBinary is for models of two classes, and this one has more");
    return (MLPBinaryClassificationSummary) this;
  }

  /** Scala's way to a private value of the trait. */
  @Override
  public MulticlassMetrics
      org$apache$spark$ml$classification$ClassificationSummary$$multiclassMetrics() {
    return metrics;
  }

  /** Scala's way to set it. */
  @Override
  public void
      org$apache$spark$ml$classification$ClassificationSummary$_setter_$org$apache$spark$ml$classification$ClassificationSummary$$multiclassMetrics_$eq(
          MulticlassMetrics value) {
    metrics = value;
  }
}
