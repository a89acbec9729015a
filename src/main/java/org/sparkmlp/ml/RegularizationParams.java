package org.sparkmlp.ml;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sparkmlp.nn.Dropout;
import org.sparkmlp.nn.Regularization;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.util.Check;

/** The params of regularisation as what training knows. */
final class RegularizationParams {
  private RegularizationParams() {}

  /** Checks that hiddenDropout fits the number of hidden layers. */
  static void check(MLPParams p, int hiddenLayers) {
    double[] shares = p.getHiddenDropout();
    boolean one = shares.length == 1;
    Check.that(
        (one && (hiddenLayers > 0 || shares[0] == 0)) || shares.length == hiddenLayers,
        "hiddenDropout = %s has %d shares, but there are %d hidden layers; give one share for all of them, or one a"
            + " layer",
        Arrays.toString(shares),
        shares.length,
        hiddenLayers);
  }

  static Regularization read(MLPParams p, Topology topology) {
    int hiddenLayers = topology.depth() - 1;
    check(p, hiddenLayers);
    double[] shares = p.getHiddenDropout();
    List<Double> hidden = new ArrayList<>();
    for (int l = 0; l < hiddenLayers; l++) {
      hidden.add(shares.length == 1 ? shares[0] : shares[l]);
    }
    Dropout dropout = new Dropout(p.getInputDropout(), hidden);
    return new Regularization(
        p.getRegParam(),
        p.getRegParam() == 0 ? 0 : p.getElasticNetParam(), // it has nothing to divide
        p.getWeightDecay(),
        dropout.isOff() ? Dropout.NONE : dropout,
        p.getMaxNorm(),
        p.getGradientClipNorm(),
        p.getGradientClipValue());
  }
}
