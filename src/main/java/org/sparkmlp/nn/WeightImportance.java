package org.sparkmlp.nn;

import java.util.Arrays;

/**
 * How much each input counts, read off the weights: Gedeon's measure.
 *
 * <p>The share of unit i in unit j of the next layer is P_ij = |w_ij| / Σ_i |w_ij|, the biases left
 * out. Shares multiply along a path and add up over paths, so that of input i in output k is Q_ik =
 * (P_1 P_2 ... P_L)_ik, and the importance of input i is the mean of Q_ik over all outputs: numbers
 * &gt;= 0 that sum to 1.
 *
 * <p>Source: Gedeon, Data mining of inputs: analysing magnitude and functional measures,
 * International Journal of Neural Systems 8 (2), 1997, whose P_jk is of one hidden layer; carried
 * on through all layers here. (H2O's variable importances stop at the second layer of weights, and
 * are scaled so that the largest is 1.)
 *
 * <p>Of a maxout unit the weights of all pieces count together.
 *
 * <p>Weights say something about inputs of about equal spread alone: scale them before training.
 */
public final class WeightImportance {
  private WeightImportance() {}

  /** The importance of each input; all equal if no weight leads from any input to an output. */
  public static double[] of(Topology topology, float[] weights) {
    double[] shares = new double[topology.outputs()];
    Arrays.fill(shares, 1);
    for (int l = topology.depth(); l >= 1; l--) {
      shares = back(topology, l, weights, shares);
    }
    double sum = Arrays.stream(shares).sum();
    for (int i = 0; i < shares.length; i++) {
      shares[i] = sum > 0 ? shares[i] / sum : 1.0 / shares.length;
    }
    return shares;
  }

  /** Hands the shares of a layer's outputs on to its inputs. */
  private static double[] back(Topology topology, int l, float[] weights, double[] shares) {
    int offset = topology.weightsOffset(l);
    int inputs = topology.units(l - 1);
    int columns = topology.sums(l); // those of unit j are j, j + units, ...
    int units = shares.length;
    double[] sums = new double[units];
    for (int i = 0; i < inputs; i++) {
      for (int c = 0; c < columns; c++) {
        sums[c % units] += Math.abs(weights[offset + i * columns + c]);
      }
    }
    double[] before = new double[inputs];
    for (int i = 0; i < inputs; i++) {
      for (int c = 0; c < columns; c++) {
        int j = c % units;
        if (sums[j] > 0) { // a unit without inputs is a constant
          before[i] += shares[j] * Math.abs(weights[offset + i * columns + c]) / sums[j];
        }
      }
    }
    return before;
  }
}
