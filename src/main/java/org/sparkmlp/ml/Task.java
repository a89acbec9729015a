package org.sparkmlp.ml;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.sparkmlp.cluster.Survey;
import org.sparkmlp.data.Scaling;
import org.sparkmlp.nn.Topology;

/**
 * In what the fits of different Estimators differ: what the label says, which outputs the network
 * has, and which model is made of it.
 *
 * @param <M> the model
 */
interface Task<M> {
  /** The number of classes if it is known without looking at rows, else 0. */
  int knownClasses(Dataset<?> dataset);

  /** The number of classes now that labels have been looked at. */
  int numClasses(int knownClasses, Survey survey);

  /** How many classes, from 0 on, to sum the weights of; 0 if nobody asks. */
  default int countedClasses(int knownClasses) {
    return 0;
  }

  /** What the weight of a training row is multiplied with, by its class; empty for none. */
  default List<Double> classWeights(int numClasses, Survey survey) {
    return List.of();
  }

  /** The network to train. */
  Topology topology(int numFeatures, int numClasses);

  /**
   * The model.
   *
   * @param scaling by which features are standardized, or null
   */
  M model(Topology topology, Scaling scaling, float[] weights, TrainingSummary summary);
}
