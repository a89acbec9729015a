package org.sparkmlp.ml;

import java.io.Serializable;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.shared.HasProbabilityCol;

/** What {@link MLPMultiLabelClassifier} and its model share besides columns and training. */
public interface MLPMultiLabelParams extends MLPColumns, HasProbabilityCol {
  /** The params of this stage. */
  Holder multiLabel();

  @Override
  default Names columns() {
    return multiLabel().columns;
  }

  @Override
  default Param<String> probabilityCol() {
    return multiLabel().probability;
  }

  /** Scala's way to set the param of the trait; this one is made by {@link Holder} instead. */
  @Override
  default void org$apache$spark$ml$param$shared$HasProbabilityCol$_setter_$probabilityCol_$eq(
      Param<String> param) {}

  default DoubleParam threshold() {
    return multiLabel().threshold;
  }

  default double getThreshold() {
    return (Double) getOrDefault(threshold());
  }

  /** The params themselves. */
  final class Holder implements Serializable {
    private static final long serialVersionUID = 1;

    final Names columns;
    final Param<String> probability;
    final DoubleParam threshold;

    Holder(Params owner) {
      columns =
          new Names(
              owner,
              "name of the column of labels: arrays of label ids 0, 1, 2, ..., in any order, which may be empty",
              "name of the output column of predictions, arrays of label ids in rising order; empty: none");
      probability =
          new Param<>(
              owner,
              "probabilityCol",
              "name of the output column of probabilities, a vector with one for each label id; empty: none");
      threshold =
          new DoubleParam(
              owner,
              "threshold",
              "a label id is predicted if its probability is larger than this (0 to 1)",
              Rules.unitInterval("threshold"));
      owner.setDefault(probability, "probability");
      owner.setDefault(threshold, 0.5);
    }
  }
}
