package org.sparkmlp.ml;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.sparkmlp.cluster.Survey;
import org.sparkmlp.cluster.Targets;
import org.sparkmlp.nn.Topology;

/**
 * In what the fits of different Estimators differ: what the label says, which outputs the network
 * has, and which model is made of it.
 *
 * @param <M> the model
 */
interface Task<M> {
  /** The column that labels are in. */
  String labelCol();

  /** What labels are, as far as it can be known without looking at all rows. */
  Targets targets(Dataset<?> dataset);

  /**
   * What labels are, now that all have been looked at.
   *
   * @param outputs of the network that training goes on from, or 0
   */
  Targets targets(Targets asked, Survey survey, int outputs);

  /** How many classes, from 0 on, to sum the weights of; 0 if nobody asks. */
  default int countedClasses(int knownClasses) {
    return 0;
  }

  /** What the weight of a training row is multiplied with, by its class; empty for none. */
  default List<Double> classWeights(int numClasses, Survey survey) {
    return List.of();
  }

  /** The network to train. */
  Topology topology(int numFeatures, Targets targets);

  M model(FittedNetwork network, Targets targets);
}
