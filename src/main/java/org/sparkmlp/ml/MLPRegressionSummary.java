package org.sparkmlp.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.mllib.evaluation.RegressionMetrics;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.Tuple3;

/**
 * How good a model's predictions of values are, by the metrics of Spark's regression summaries,
 * which {@link RegressionMetrics} computes when the first is asked for. With y the labels, ŷ the
 * predictions and means over rows by their weights:
 *
 * <pre>{@code
 * meanSquaredError  = mean (y - ŷ)²
 * meanAbsoluteError = mean |y - ŷ|
 * r2                = 1 - Σ (y - ŷ)² / Σ (y - mean y)²
 * explainedVariance = mean (ŷ - mean y)²
 * }</pre>
 */
public final class MLPRegressionSummary {
  private final Dataset<Row> predictions;
  private final RegressionMetrics metrics;

  /**
   * @param weightCol empty if every row weighs 1
   */
  MLPRegressionSummary(
      Dataset<Row> predictions, String predictionCol, String labelCol, String weightCol) {
    this.predictions = predictions;
    JavaRDD<Tuple3<Object, Object, Object>> rows =
        predictions
            .select(
                col(predictionCol),
                col(labelCol).cast("double"),
                weightCol.isEmpty() ? lit(1.0) : col(weightCol).cast("double"))
            .javaRDD()
            .map(row -> new Tuple3<>(row.getDouble(0), row.getDouble(1), row.getDouble(2)));
    this.metrics = new RegressionMetrics(rows.rdd());
  }

  /** The evaluated rows as {@code transform} gives them. */
  public Dataset<Row> predictions() {
    return predictions;
  }

  public double meanSquaredError() {
    return metrics.meanSquaredError();
  }

  public double rootMeanSquaredError() {
    return metrics.rootMeanSquaredError();
  }

  public double meanAbsoluteError() {
    return metrics.meanAbsoluteError();
  }

  public double r2() {
    return metrics.r2();
  }

  public double explainedVariance() {
    return metrics.explainedVariance();
  }
}
