package org.sparkmlp.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Seeds;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;

class WeightImportanceTest {
  private static Topology topology(int... layers) {
    return new Topology(layers, Activations.RELU, Losses.SOFTMAX_CROSS_ENTROPY, true);
  }

  /** Two inputs, two hidden units, two outputs, by hand. */
  @Test
  void gedeonsMeasureByHand() {
    float[] weights = {
      1, -3, // from input 1
      3, 1, // from input 2
      100, -100, // biases don't count
      2, 1, // from hidden unit 1
      -2, 3, // from hidden unit 2
      7, 7
    };
    // shares of inputs in hidden units: 1/4 3/4, 3/4 1/4; of hidden units in outputs: 1/2 1/4, 1/2
    // 3/4
    // Q = input 1: 1/8 + 3/8, 1/16 + 9/16; input 2: 3/8 + 1/8, 3/16 + 3/16
    double first = (0.5 + 0.625) / 2;
    assertThat(WeightImportance.of(topology(2, 2, 2), weights))
        .containsExactly(new double[] {first, 1 - first}, within(1e-12));
  }

  @Test
  void withoutHiddenLayersItIsTheMeanShareInTheOutputs() {
    float[] weights = {1, 0, 1, 0, 2, 4, 9, 9};
    assertThat(WeightImportance.of(topology(3, 2), weights))
        .containsExactly(new double[] {0.5 * 1 / 4, 0.5 * 1 / 4, 0.5 * 2 / 4 + 0.5}, within(1e-7))
        .satisfies(v -> assertThat(Arrays.stream(v).sum()).isCloseTo(1, within(1e-12)));
  }

  @Test
  void sharesSumToOneThroughAnyDepthAndUnusedInputsHaveNone() {
    Random random = Seeds.random("Gedeon's measure");
    Topology deep = topology(5, 7, 6, 4, 3);
    float[] weights = Seeds.floats(random, deep.size());
    Arrays.fill(weights, 2 * 7, 3 * 7, 0); // all that leaves input 2
    double[] importances = WeightImportance.of(deep, weights);
    assertThat(Arrays.stream(importances).sum()).isCloseTo(1, within(1e-12));
    assertThat(importances[2]).isZero();
    assertThat(importances[0]).isPositive();
  }

  @Test
  void allPiecesOfAMaxoutUnitCount() {
    Topology maxout =
        new Topology(
            new int[] {2, 2, 1},
            org.sparkmlp.function.Activations.parse("maxout(2)"),
            Losses.BINARY_CROSS_ENTROPY,
            true);
    float[] weights = {
      1, 0, 2, 3, // from input 1: first pieces of both units, then second ones
      1, 4, 0, 1, // from input 2
      0, 0, 0, 0,
      1, 3, 0 // of the units in the output
    };
    // shares of input 1: (1 + 2) / 4 and (0 + 3) / 8
    double first = 0.25 * 3 / 4 + 0.75 * 3 / 8;
    assertThat(WeightImportance.of(maxout, weights))
        .containsExactly(new double[] {first, 1 - first}, within(1e-12));
  }

  @Test
  void whereNothingCountsAllCountTheSame() {
    assertThat(WeightImportance.of(topology(4, 3, 2), new float[topology(4, 3, 2).size()]))
        .containsExactly(0.25, 0.25, 0.25, 0.25);
  }
}
