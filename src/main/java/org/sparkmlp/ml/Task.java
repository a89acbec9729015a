package org.sparkmlp.ml;

import org.apache.spark.sql.Dataset;
import org.sparkmlp.cluster.Survey;
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

  /**
   * The number of classes now that labels have been looked at.
   *
   * @param outputs of the network that training goes on from, or 0
   */
  int numClasses(int knownClasses, Survey survey, int outputs);

  /** The network to train. */
  Topology topology(int numFeatures, int numClasses);

  M model(ModelFormat.Saved trained, TrainingSummary summary);
}
