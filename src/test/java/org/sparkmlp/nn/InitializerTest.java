package org.sparkmlp.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;

class InitializerTest {
  private static Topology topology(String activation) {
    return new Topology(
        new int[] {300, 200, 4}, Activations.parse(activation), Losses.SOFTMAX_CROSS_ENTROPY, true);
  }

  @ParameterizedTest
  @CsvSource({
    "glorotUniform, relu, 0.004",
    "glorotNormal,  relu, 0.004",
    "heUniform,     tanh, 0.0066666667",
    "heNormal,      tanh, 0.0066666667",
    "auto,          relu, 0.0066666667",
    "auto,          tanh, 0.004",
    "auto,          sigmoid, 0.004",
    "he,            tanh, 0.0066666667",
    "glorot,        relu, 0.004"
  })
  void varianceOfTheFirstLayerIsTheFormulas(String spec, String activation, double variance) {
    Topology topology = topology(activation);
    float[] weights = Initializer.parse(spec).weights(topology, 7);
    double mean = 0;
    double squares = 0;
    double largest = 0;
    int n = 300 * 200;
    for (int i = 0; i < n; i++) {
      mean += weights[i] / n;
      squares += (double) weights[i] * weights[i] / n;
      largest = Math.max(largest, Math.abs(weights[i]));
    }
    assertThat(mean).isCloseTo(0, within(5 * Math.sqrt(variance / n)));
    assertThat(squares).isCloseTo(variance, within(0.02 * variance));
    boolean normal = spec.endsWith("Normal");
    assertThat(largest > Math.sqrt(3 * variance)).as("beyond a uniform's limit").isEqualTo(normal);
    for (int i = n; i < n + 200; i++) {
      assertThat(weights[i]).as("bias").isZero();
    }
  }

  @Test
  void theOutputLayerIsGlorotsUnlessSaidOtherwise() {
    Topology topology = topology("relu");
    double squares = 0;
    float[] weights = Initializer.parse("auto").weights(topology, 7);
    int from = topology.slices().get(2).offset();
    for (int i = from; i < from + 800; i++) {
      squares += (double) weights[i] * weights[i] / 800;
    }
    assertThat(squares).isCloseTo(2.0 / 204, within(0.15 * 2 / 204));
  }

  @Test
  void theSeedDecidesAndNothingElse() {
    Topology topology = topology("relu");
    Initializer auto = Initializer.parse("auto");
    assertThat(auto.weights(topology, 7)).containsExactly(auto.weights(topology, 7));
    assertThat(auto.weights(topology, 8)).isNotEqualTo(auto.weights(topology, 7));
  }

  @Test
  void unknownNames() {
    assertThat(Initializer.names()).hasSize(5);
    assertThatThrownBy(() -> Initializer.parse("heNormall"))
        .hasMessageContaining("unknown weightInit 'heNormall'")
        .hasMessageContaining("did you mean 'heNormal'?");
  }
}
