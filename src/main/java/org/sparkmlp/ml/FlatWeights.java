package org.sparkmlp.ml;

import java.util.Arrays;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.util.Check;

/** The flat vector of weights, as Spark's type and as ours. */
final class FlatWeights {
  private FlatWeights() {}

  /**
   * The floats nearest to the numbers given.
   *
   * @param name what the error calls them
   */
  static float[] of(String name, Vector given, Topology topology) {
    Check.that(
        given.size() == topology.size(),
        "%s has %d numbers, but layers %s have %d weights",
        name,
        given.size(),
        Arrays.toString(topology.layers()),
        topology.size());
    float[] weights = new float[given.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) given.apply(i);
      Check.that(
          Float.isFinite(weights[i]),
          "%s[%d] is %s; finite floats are needed",
          name,
          i,
          given.apply(i));
    }
    return weights;
  }

  static Vector vector(float[] weights) {
    double[] values = new double[weights.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = weights[i];
    }
    return Vectors.dense(values);
  }
}
