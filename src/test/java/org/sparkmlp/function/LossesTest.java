package org.sparkmlp.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.JavaCopy;

class LossesTest {
  /** Every one, and those with arguments also with others than by default. */
  static Stream<String> specs() {
    return Stream.concat(
        Losses.names().stream(),
        Stream.of(
            "softmaxCrossEntropy(labelSmoothing=0.25)",
            "huber(delta=0.5)",
            "quantile(tau=0.9)",
            "tweedie(p=1.1)",
            "tweedie(p=1.9)"));
  }

  @ParameterizedTest
  @MethodSource("specs")
  void theGradientIsTheSlopeInEveryOutput(String spec) {
    Loss loss = Losses.parse(spec);
    double[] y = {0.25, 0.75, 0};
    double h = 1e-5;
    for (double[] z : new double[][] {{0.1, 0.3, -0.2}, {-2.1, 1, 3}, {4, -3, 0.6}}) {
      double[] gradient = new double[3];
      loss.gradient(z, y, gradient);
      for (int k = 0; k < 3; k++) {
        double[] up = z.clone();
        double[] down = z.clone();
        up[k] += h;
        down[k] -= h;
        double slope = (loss.value(up, y) - loss.value(down, y)) / (2 * h);
        assertThat(gradient[k]).as(spec).isCloseTo(slope, within(1e-8));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void specsMakeTheSameAgainAndSoDoesSerialization(String spec) throws Exception {
    Loss loss = Losses.parse(spec);
    assertThat(Losses.parse(loss.spec())).isEqualTo(loss).hasSameHashCodeAs(loss);
    assertThat(JavaCopy.of(loss)).isEqualTo(loss);
  }

  @Test
  void namesAndAliases() {
    assertThat(Losses.names()).hasSize(10);
    assertThat(Losses.parse("sigmoidCrossEntropy")).isEqualTo(Losses.BINARY_CROSS_ENTROPY);
    assertThat(Losses.parse("squaredError")).isEqualTo(Losses.MEAN_SQUARED_ERROR);
    assertThat(Losses.parse("softmaxCrossEntropy")).isEqualTo(Losses.SOFTMAX_CROSS_ENTROPY);
    assertThat(Losses.namesForClasses())
        .containsExactly("softmaxCrossEntropy", "binaryCrossEntropy", "hinge", "meanSquaredError");
  }

  @ParameterizedTest
  @CsvSource({
    "absoluteError, 3, 1, 2",
    "huber, 1.5, 1, 0.125",
    "huber, 4, 1, 2.5",
    "huber(2), 4, 1, 4",
    "quantile(0.9), 1, 3, 1.8",
    "quantile(0.9), 3, 1, 0.2",
    "poisson, 0, 2, 1",
    "gamma, 0, 2, 2",
    "tweedie, 0, 2, 6",
    "hinge, 0.25, 1, 0.75",
    "hinge, 0.25, 0, 1.25",
    "hinge, 3, 1, 0"
  })
  void values(String spec, double z, double y, double value) {
    assertThat(Losses.parse(spec).value(new double[] {z}, new double[] {y}))
        .isCloseTo(value, within(1e-14));
  }

  @ParameterizedTest
  @CsvSource({
    "softmaxCrossEntropy, 0.5 0.5",
    "binaryCrossEntropy, 0.8807970779778823 0.8807970779778823",
    "hinge, 1 1",
    "meanSquaredError, 2 2",
    "absoluteError, 2 2",
    "huber, 2 2",
    "quantile, 2 2",
    "poisson, 7.38905609893065 7.38905609893065",
    "gamma, 7.38905609893065 7.38905609893065",
    "tweedie, 7.38905609893065 7.38905609893065"
  })
  void links(String spec, String predicted) {
    double[] out = new double[2];
    Losses.parse(spec).link(new double[] {2, 2}, out);
    double[] expected = Arrays.stream(predicted.split(" ")).mapToDouble(Double::valueOf).toArray();
    assertThat(out).containsExactly(expected, within(1e-15));
  }

  @Test
  void hingeIsHalfSureOnTheBorder() {
    double[] p = new double[3];
    new Hinge().link(new double[] {0, -0.5, -7}, p);
    assertThat(p).containsExactly(0.5, 0.25, 0);
  }

  /** Where the loss is a number, so are its parts. */
  @ParameterizedTest
  @ValueSource(
      strings = {"poisson", "gamma", "tweedie", "softmaxCrossEntropy", "binaryCrossEntropy"})
  void farLogitsGiveNoNaN(String spec) {
    Loss loss = Losses.parse(spec);
    double y = spec.equals("gamma") ? 1e-3 : 0;
    for (double z : new double[] {-1e4, -800, -100, 100, 500, 800, 1e4}) {
      double[] gradient = new double[1];
      loss.gradient(new double[] {z}, new double[] {y}, gradient);
      assertThat(gradient[0]).as("%s at %s", spec, z).isNotNaN();
      assertThat(loss.value(new double[] {z}, new double[] {y})).isNotNaN();
    }
    double[] gradient = new double[1];
    loss.gradient(new double[] {-600}, new double[] {y}, gradient);
    assertThat(gradient[0]).isFinite();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "softmaxCrossEntropy | 1.5  | softmaxCrossEntropy needs targets from 0 to 1, got 1.5",
        "binaryCrossEntropy  | -1   | binaryCrossEntropy needs targets from 0 to 1, got -1.0",
        "hinge               | 0.5  | hinge needs targets 0 or 1, got 0.5",
        "poisson             | -0.5 | poisson needs targets >= 0, got -0.5",
        "gamma               | 0    | gamma needs targets > 0, got 0.0",
        "tweedie             | -3   | tweedie needs targets >= 0, got -3.0",
        "poisson             | NaN  | poisson needs targets >= 0, got NaN"
      })
  void targetsThatALossCannotTake(String spec, double y, String problem) {
    assertThat(Losses.parse(spec).problem(y)).isEqualTo(problem);
  }

  @ParameterizedTest
  @CsvSource({
    "softmaxCrossEntropy, 0.5",
    "binaryCrossEntropy, 1",
    "hinge, 0",
    "poisson, 0",
    "gamma, 1e-9",
    "tweedie, 0",
    "huber, -5",
    "quantile, -5",
    "absoluteError, -5",
    "meanSquaredError, -5"
  })
  void targetsThatALossCanTake(String spec, double y) {
    assertThat(Losses.parse(spec).problem(y)).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "softmaxCrossEntropy(1) | softmaxCrossEntropy: labelSmoothing must be in [0, 1), got 1.0",
        "huber(0)               | huber: delta must be a finite number > 0, got 0.0",
        "quantile(1)            | quantile: tau must be greater than 0 and less than 1, got 1.0",
        "tweedie(2)             | tweedie: p must be greater than 1 and less than 2, got 2.0; take poisson for 1, gamma for 2",
        "poisson(1)             | poisson takes none",
        "hubber                 | unknown loss 'hubber'"
      })
  void badSpecs(String spec, String message) {
    assertThatThrownBy(() -> Losses.parse(spec))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
