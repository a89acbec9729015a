package org.sparkmlp.ml;

import java.io.Serializable;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.shared.HasFeaturesCol;
import org.apache.spark.ml.param.shared.HasLabelCol;
import org.apache.spark.ml.param.shared.HasPredictionCol;

/**
 * The columns of stages that can't be Spark's predictors, since these insist on a number as label
 * and prediction. Spark's own params, by its traits, so that whoever looks for these finds them.
 */
public interface MLPColumns extends MLPParams, HasFeaturesCol, HasLabelCol, HasPredictionCol {
  /** The params of this stage. */
  Names columns();

  @Override
  default Param<String> featuresCol() {
    return columns().features;
  }

  @Override
  default Param<String> labelCol() {
    return columns().label;
  }

  @Override
  default Param<String> predictionCol() {
    return columns().prediction;
  }

  @Override
  default String getFeaturesCol() {
    return getOrDefault(featuresCol());
  }

  /** Scala's way to set the param of the trait; this one is made by {@link Names} instead. */
  @Override
  default void org$apache$spark$ml$param$shared$HasFeaturesCol$_setter_$featuresCol_$eq(
      Param<String> param) {}

  /** See above. */
  @Override
  default void org$apache$spark$ml$param$shared$HasLabelCol$_setter_$labelCol_$eq(
      Param<String> param) {}

  /** See above. */
  @Override
  default void org$apache$spark$ml$param$shared$HasPredictionCol$_setter_$predictionCol_$eq(
      Param<String> param) {}

  /** The params themselves. */
  final class Names implements Serializable {
    private static final long serialVersionUID = 1;

    final Param<String> features;
    final Param<String> label;
    final Param<String> prediction;

    /**
     * @param labelDoc what labels are
     * @param predictionDoc what predictions are
     */
    Names(Params owner, String labelDoc, String predictionDoc) {
      features = new Param<>(owner, "featuresCol", "features column name");
      label = new Param<>(owner, "labelCol", labelDoc);
      prediction = new Param<>(owner, "predictionCol", predictionDoc);
      owner.setDefault(features, "features");
      owner.setDefault(label, "label");
      owner.setDefault(prediction, "prediction");
    }
  }

  /**
   * The setters of an Estimator.
   *
   * @param <T> the Estimator
   */
  interface Setters<T> extends MLPColumns, MLPParams.Setters<T> {
    default T setFeaturesCol(String value) {
      set(featuresCol(), value);
      return self();
    }

    default T setLabelCol(String value) {
      set(labelCol(), value);
      return self();
    }

    default T setPredictionCol(String value) {
      set(predictionCol(), value);
      return self();
    }
  }
}
