package org.sparkmlp.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;

class WideningTest {
  private static Topology topology(Activation activation, int... layers) {
    return new Topology(layers, activation, Losses.SOFTMAX_CROSS_ENTROPY, true);
  }

  private static final Topology NARROW = topology(Activations.RELU, 1, 2, 2);

  private static final float[] WEIGHTS = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

  @Test
  void oldWeightsAreCopiedAndNewOnesKept() {
    Topology wide = topology(Activations.RELU, 1, 2, 3);
    float[] into = {-1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12, -13};
    Widening.copy("the model", NARROW, WEIGHTS, wide, into);
    assertThat(into).containsExactly(1, 2, 3, 4, 5, 6, -7, 7, 8, -10, 9, 10, -13);
  }

  @Test
  void anEqualNetworkTakesAll() {
    float[] into = new float[10];
    Widening.copy("the model", NARROW, WEIGHTS, topology(Activations.RELU, 1, 2, 2), into);
    assertThat(into).containsExactly(WEIGHTS);
  }

  @Test
  void otherNetworksAreRefusedByName() {
    Topology values =
        new Topology(new int[] {1, 2, 2}, Activations.RELU, Losses.MEAN_SQUARED_ERROR, false);
    for (Topology other :
        new Topology[] {
          topology(Activations.TANH, 1, 2, 2),
          topology(Activations.RELU, 1, 3, 2),
          topology(Activations.RELU, 2, 2, 2),
          topology(Activations.RELU, 1, 2, 2, 2),
          topology(Activations.RELU, 1, 2),
          topology(Activations.RELU, 1, 2, 1),
          values
        }) {
      assertThatThrownBy(
              () -> Widening.copy("the model", NARROW, WEIGHTS, other, new float[other.size()]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll(
              "the model is a network [1, 2, 2] relu softmaxCrossEntropy",
              "this fit is of a network " + other,
              "more outputs");
    }
  }
}
