package org.sparkmlp.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlp.JavaCopy;

class ActivationsTest {
  /** Every one, and those with arguments also with others than by default. */
  static Stream<String> specs() {
    return Stream.concat(
        Activations.names().stream(),
        Stream.of("leakyrelu(a=0.2)", "elu(alpha=2.5)", "maxout(pieces=4)"));
  }

  @ParameterizedTest
  @MethodSource("specs")
  void theDerivativeIsTheSlope(String spec) {
    Activation f = Activations.parse(spec);
    for (double z = -6.05; z < 6; z += 0.1) {
      double h = 1e-4;
      double slope =
          (8 * f.value(z + h) - 8 * f.value(z - h) - f.value(z + 2 * h) + f.value(z - 2 * h))
              / (12 * h);
      double input = f.needsInput() ? z : Double.NaN;
      assertThat(f.derivative(input, f.value(z)))
          .as("%s at %s", spec, z)
          .isCloseTo(slope, within(1e-10));
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void specsMakeTheSameAgainAndSoDoesSerialization(String spec) throws Exception {
    Activation f = Activations.parse(spec);
    assertThat(Activations.parse(f.spec())).isEqualTo(f).hasSameHashCodeAs(f);
    assertThat(JavaCopy.of(f)).isEqualTo(f);
    assertThat(JavaCopy.of(f).value(-0.7)).isEqualTo(f.value(-0.7));
  }

  @ParameterizedTest
  @CsvSource({
    "selu, 1, 1.0507009873554805",
    "selu, -1, -1.1113307378125625",
    "gelu, 1, 0.8413447460685429",
    "gelu, -9, 0",
    "gelu, 12, 12",
    "silu, 2, 1.7615941559557649",
    "softplus, 0, 0.6931471805599453",
    "softplus, 1000, 1000",
    "softplus, -1000, 0",
    "softsign, -3, -0.75",
    "hardtanh, -3, -1",
    "hardtanh, 0.25, 0.25",
    "leakyrelu, -100, -1",
    "elu(2), -1000, -2"
  })
  void values(String spec, double z, double value) {
    assertThat(Activations.parse(spec).value(z)).isCloseTo(value, within(1e-14));
  }

  @Test
  void kinksAreAsInPyTorch() {
    assertThat(Activations.RELU.derivative(0, 0)).isZero();
    assertThat(new LeakyRelu(0.1).derivative(0, 0)).isEqualTo(0.1);
    assertThat(Activations.HARDTANH.derivative(1, 1)).isZero();
    assertThat(Activations.HARDTANH.derivative(-1, -1)).isZero();
  }

  @Test
  void onlyWhatCannotBeToldFromTheOutputNeedsTheInput() {
    assertThat(Activations.names().stream().filter(name -> Activations.parse(name).needsInput()))
        .containsExactly("gelu", "silu");
    assertThat(Activations.names().stream().filter(n -> Activations.parse(n).pieces() > 1))
        .containsExactly("maxout");
    assertThat(Activations.parse("swish")).isSameAs(Activations.SILU);
    assertThat(Activations.names()).hasSize(13);
  }

  @Test
  void oneForAllHiddenLayersOrOneForEach() {
    assertThat(Activations.forLayers("relu", 3)).hasSize(3).containsOnly(Activations.RELU);
    assertThat(Activations.forLayers("relu", 0)).isEmpty();
    List<Activation> three = Activations.forLayers("relu, elu(alpha=2) ,maxout(3)", 3);
    assertThat(three).containsExactly(Activations.RELU, new Elu(2), new Maxout(3));
    assertThat(Activations.specs(three)).isEqualTo("relu, elu(alpha=2.0), maxout(pieces=3)");
    assertThat(Activations.forLayers(Activations.specs(three), 3)).isEqualTo(three);
    assertThat(Activations.specs(Activations.forLayers("tanh, tanh", 2))).isEqualTo("tanh");
    assertThat(Activations.forLayers(Activations.specs(List.of()), 0)).isEmpty();
    assertThatThrownBy(() -> Activations.forLayers("relu, tanh", 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "activation = 'relu, tanh' names 2 activations, but there are 3 hidden layers; give one for all of them, or"
                + " one for each");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "leakyrelu(-0.1)     | leakyrelu: a must be a finite number >= 0, got -0.1",
        "leakyrelu(a=NaN)    | leakyrelu: a must be a finite number >= 0, got NaN",
        "elu(0)              | elu: alpha must be a finite number > 0, got 0.0",
        "maxout(1)           | maxout: pieces must be at least 2, got 1",
        "maxout(2.5)         | pieces must be a whole number, got 2.5",
        "gelu(1)             | gelu takes none",
        "leakyrelu(alpha=1)  | leakyrelu has no argument 'alpha'; it takes a",
        "sillu               | unknown activation 'sillu'",
        "relu,               | a name or a value was expected at position 6, found the end"
      })
  void badSpecs(String spec, String message) {
    assertThatThrownBy(() -> Activations.parseList(spec))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
