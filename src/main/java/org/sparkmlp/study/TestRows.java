package org.sparkmlp.study;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.nn.ReferenceNetwork;
import org.sparkmlp.nn.Topology;

/**
 * Rows that training doesn't see, and how a network does on them, in double.
 *
 * @param pixels rows x inputs
 * @param classes rows x classes, one-hot
 */
record TestRows(DMatrixRMaj pixels, DMatrixRMaj classes) {
  private static final String BACKEND = "auto";

  /** Share of the rows whose largest logit is that of their class. */
  double accuracy(Topology topology, float[] weights) {
    DMatrixRMaj logits = network(topology).logits(doubles(weights), pixels);
    int right = 0;
    for (int i = 0; i < logits.numRows; i++) {
      right += classes.get(i, largest(logits, i)) == 1 ? 1 : 0;
    }
    return (double) right / logits.numRows;
  }

  /** The mean loss. */
  double loss(Topology topology, float[] weights) {
    double[] rowWeights = new double[pixels.numRows];
    Arrays.fill(rowWeights, 1.0 / pixels.numRows);
    return network(topology).loss(doubles(weights), pixels, classes, rowWeights, null);
  }

  private static ReferenceNetwork network(Topology topology) {
    return new ReferenceNetwork(topology, Backends.doubles(BACKEND));
  }

  private static int largest(DMatrixRMaj matrix, int row) {
    int best = 0;
    for (int k = 1; k < matrix.numCols; k++) {
      best = matrix.get(row, k) > matrix.get(row, best) ? k : best;
    }
    return best;
  }

  private static double[] doubles(float[] values) {
    double[] same = new double[values.length];
    for (int i = 0; i < same.length; i++) {
      same[i] = values[i];
    }
    return same;
  }
}
