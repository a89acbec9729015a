package org.sparkmlp.ml;

import java.io.Serializable;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/** What {@link MLPMultiOutputRegressor} and its model share besides columns and training. */
public interface MLPMultiOutputParams extends MLPColumns {
  /** The params of this stage. */
  Holder multiOutput();

  @Override
  default Names columns() {
    return multiOutput().columns;
  }

  default BooleanParam autoencoder() {
    return multiOutput().autoencoder;
  }

  default Param<String> errorCol() {
    return multiOutput().errorCol;
  }

  default Param<String> encodedCol() {
    return multiOutput().encodedCol;
  }

  default IntParam encodeLayer() {
    return multiOutput().encodeLayer;
  }

  default boolean getAutoencoder() {
    return (Boolean) getOrDefault(autoencoder());
  }

  default String getErrorCol() {
    return getOrDefault(errorCol());
  }

  default String getEncodedCol() {
    return getOrDefault(encodedCol());
  }

  default int getEncodeLayer() {
    return (Integer) getOrDefault(encodeLayer());
  }

  /** The params themselves. */
  final class Holder implements Serializable {
    private static final long serialVersionUID = 1;

    final Names columns;
    final BooleanParam autoencoder;
    final Param<String> errorCol;
    final Param<String> encodedCol;
    final IntParam encodeLayer;

    Holder(Params owner) {
      columns =
          new Names(
              owner,
              "name of the column of labels: vectors, or arrays of numbers, of the same size",
              "name of the output column of predictions, vectors; empty: none");
      autoencoder =
          new BooleanParam(
              owner,
              "autoencoder",
              "whether the features are the labels too, so that the network learns to reproduce them through its hidden"
                  + " layers; labelCol has no use then");
      errorCol =
          new Param<>(
              owner,
              "errorCol",
              "name of the output column of an autoencoder's reconstruction error: the mean of ((x' - x)/σ)² over the"
                  + " features x of a row and their reconstructions x', with σ of standardizeLabel, or 1 without it;"
                  + " empty: none");
      encodedCol =
          new Param<>(
              owner,
              "encodedCol",
              "name of the output column of what the hidden layer encodeLayer computes for a row, a vector; empty: none");
      encodeLayer =
          new IntParam(
              owner,
              "encodeLayer",
              "number of the hidden layer that encodedCol shows (>= 1); 0: the narrowest, the first of several",
              Rules.intAtLeast("encodeLayer", 0));
      owner.setDefault(autoencoder, false);
      owner.setDefault(errorCol, "");
      owner.setDefault(encodedCol, "");
      owner.setDefault(encodeLayer, 0);
    }
  }
}
