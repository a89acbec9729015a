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
    "lecunUniform,  relu, 0.0033333333",
    "lecunNormal,   relu, 0.0033333333",
    "auto,          leakyrelu, 0.0066666667",
    "auto,          elu, 0.0066666667",
    "auto,          gelu, 0.0066666667",
    "auto,          silu, 0.0066666667",
    "auto,          selu, 0.0033333333",
    "auto,          softplus, 0.004",
    "auto,          softsign, 0.004",
    "auto,          hardtanh, 0.004",
    "auto,          identity, 0.004",
    "lecun,         tanh, 0.0033333333",
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
    boolean normal = spec.endsWith("Normal") || activation.equals("selu");
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
    assertThat(Initializer.names()).hasSize(8);
    assertThatThrownBy(() -> Initializer.parse("heNormall"))
        .hasMessageContaining("unknown weightInit 'heNormall'")
        .hasMessageContaining("did you mean 'heNormal'?");
  }

  @Test
  void everyPieceOfMaxoutIsALayerOfItsOwn() {
    Topology topology = topology("maxout(3)");
    assertThat(topology.size()).isEqualTo(301 * 600 + 201 * 4);
    float[] glorot = Initializer.parse("glorotNormal").weights(topology, 7);
    double squares = 0;
    for (int i = 0; i < 300 * 600; i++) {
      squares += (double) glorot[i] * glorot[i] / (300 * 600);
    }
    assertThat(squares).as("outputs are units").isCloseTo(2.0 / 500, within(0.02 * 2 / 500));
    float[] orthogonal = Initializer.parse("orthogonal").weights(topology, 7);
    for (int piece = 0; piece < 3; piece++) {
      assertOrthonormalColumns(orthogonal, piece * 200, 300, 200, 600, 1);
    }
    assertThat(orthogonal[0]).as("pieces differ").isNotEqualTo(orthogonal[200]);
  }

  @Test
  void orthogonalIsOrthonormalInTheFewerDirections() {
    Topology topology =
        new Topology(new int[] {30, 20, 40}, Activations.RELU, Losses.SOFTMAX_CROSS_ENTROPY, true);
    float[] weights = Initializer.parse("orthogonal(gain=2)").weights(topology, 3);
    assertOrthonormalColumns(weights, 0, 30, 20, 20, 2);
    int second = topology.slices().get(2).offset();
    float[] transposed = new float[40 * 20];
    for (int i = 0; i < 20; i++) {
      for (int j = 0; j < 40; j++) {
        transposed[j * 20 + i] = weights[second + i * 40 + j];
      }
    }
    assertOrthonormalColumns(transposed, 0, 40, 20, 20, 2);
    assertThat(weights).containsExactly(Initializer.parse("orthogonal(2)").weights(topology, 3));
    assertThatThrownBy(() -> Initializer.parse("orthogonal(gain=0)"))
        .hasMessageContaining("orthogonal: gain must be a finite number > 0, got 0.0");
  }

  private static void assertOrthonormalColumns(
      float[] w, int offset, int rows, int columns, int ld, double gain) {
    for (int a = 0; a < columns; a++) {
      for (int b = a; b < columns; b++) {
        double product = 0;
        for (int i = 0; i < rows; i++) {
          product += (double) w[offset + i * ld + a] * w[offset + i * ld + b];
        }
        assertThat(product).isCloseTo(a == b ? gain * gain : 0, within(1e-5));
      }
    }
  }
}
