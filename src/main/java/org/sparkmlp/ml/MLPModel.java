package org.sparkmlp.ml;

import org.apache.spark.ml.linalg.Vector;

/** What every fitted model tells of its network. */
public interface MLPModel extends MLPParams {
  /** For this package. */
  FittedNetwork network();

  default int numFeatures() {
    return network().topology().inputs();
  }

  /** Sizes of all layers, inputs first, outputs last. */
  default int[] layerSizes() {
    return network().topology().layers();
  }

  /**
   * All weights as one vector: layer by layer, inputs x outputs row by row, then the biases; of
   * maxout units there is an output for each piece, all first pieces before all second ones. A
   * copy. With {@code standardization} they belong to standardized features, see {@link
   * #featureMeans} and {@link #featureStds}, which aren't folded into them; of a regression they
   * predict standardized labels, if those were standardized.
   */
  default Vector weights() {
    return FlatWeights.vector(network().weights());
  }

  /**
   * Epochs (for l-bfgs, iterations) that the weights were trained for, those of the models that
   * training went on from included; 0 if that isn't known.
   */
  default int trainedEpochs() {
    return network().epochs();
  }

  /**
   * What is subtracted from each feature before the first layer: the mean of the training rows with
   * {@code standardization}, unless most of their numbers were zeros that weren't stored; else 0.
   */
  default Vector featureMeans() {
    return network().featureMeans();
  }

  /**
   * What each feature is divided by, then: the standard deviation of the training rows with {@code
   * standardization}, where 0 stands for a feature that becomes 0; else 1.
   */
  default Vector featureStds() {
    return network().featureStds();
  }

  /** Whether the model knows how it was trained; a loaded one doesn't. */
  default boolean hasSummary() {
    return network().summary() != null;
  }

  /** How the model was trained; an {@link IllegalStateException} if it doesn't know. */
  default TrainingSummary summary() {
    return TrainingSummary.known(network().summary());
  }
}
