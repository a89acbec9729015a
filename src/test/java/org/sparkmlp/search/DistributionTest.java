package org.sparkmlp.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.ml.param.ParamPair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlp.ml.MLPClassifier;

class DistributionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "uniform(2, 4)           | 2.0  | 3.0  | 4.0",
        "logUniform(0.01, 1)     | 0.01 | 0.1  | 1.0",
        "integer(2, 4)           | 2    | 3    | 4",
        "logInteger(1, 100)      | 1    | 10   | 100",
        "choice(a, 7, cosine)    | a    | 7    | cosine"
      })
  void theBeginningTheMiddleAndTheEnd(String text, String first, String middle, String last) {
    Distribution distribution = Distribution.parse(text);
    String[] values = {
      distribution.at(0), distribution.at(0.5), distribution.at(Math.nextDown(1.0))
    };
    for (int i = 0; i < 3; i++) {
      String expected = new String[] {first, middle, last}[i];
      if (expected.matches("[\\d.]+")) {
        assertThat(Double.parseDouble(values[i]))
            .isCloseTo(Double.parseDouble(expected), org.assertj.core.api.Assertions.within(1e-9));
      } else {
        assertThat(values[i]).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "uniform(1)        | takes two numbers",
        "uniform(2, 1)     | low must be less than high, got 2.0 and 1.0",
        "uniform(a, b)     | is not a number",
        "logUniform(0, 1)  | low must be above 0",
        "integer(1.5, 3)   | must be whole numbers",
        "logInteger(1, 2.5)| must be whole numbers",
        "choice()          | nothing to choose from",
        "unifrom(1, 2)     | did you mean",
        "uniform(low=1, high=2) | have no names"
      })
  void whatCannotBeDrawnFrom(String text, String message) {
    assertThatThrownBy(() -> Distribution.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void valuesHaveTheTypeOfTheirParamAndAreCheckedBeforeAnyFit() {
    MLPClassifier mlp = new MLPClassifier();
    ParamPair<?> size = Draws.parse("batchSize=logInteger(4, 64)").of(mlp).pair(1, 0, 0);
    assertThat(size.value()).isInstanceOf(Integer.class);
    assertThat((Integer) size.value()).isBetween(4, 64);
    assertThat(Draws.parse("stepSize = uniform(1, 2)").of(mlp).pair(1, 0, 0).value())
        .isInstanceOf(Double.class);
    assertThat(Draws.parse("standardization = choice(true)").of(mlp).pair(1, 0, 0).value())
        .isEqualTo(true);
    assertThat(Draws.parse("seed = integer(1, 9)").of(mlp).pair(1, 0, 0).value())
        .isInstanceOf(Long.class);
    assertThatThrownBy(() -> Draws.parse("batchSize = integer(0, 8)").of(mlp))
        .hasMessageContaining("batchSize must be at least 1, got 0");
    assertThatThrownBy(() -> Draws.parse("batchSize = uniform(1, 8)").of(mlp))
        .hasMessageContaining("batchSize must be a whole number, got 1.0");
    assertThatThrownBy(() -> Draws.parse("solver = choice(adam, adamm)").of(mlp))
        .hasMessageContaining("adamm");
    assertThatThrownBy(() -> Draws.parse("hiddenLayers = choice(3)").of(mlp))
        .hasMessageContaining("give its values in estimatorParamMaps");
    assertThatThrownBy(() -> Draws.parse("stepsize = uniform(1, 2)").of(mlp))
        .hasMessageContaining("did you mean 'stepSize'?");
    assertThatThrownBy(() -> Draws.parse("uniform(1, 2)"))
        .hasMessageContaining("is not of the form");
    assertThatThrownBy(() -> new RandomSearch().setDistributions("a = choice(1)", "a = choice(2)"))
        .hasMessageContaining("'a' twice");
  }

  @Test
  void drawsDependOnSeedCellAndPlaceAlone() {
    Draws.Draw draw = Draws.parse("stepSize = uniform(0, 1)").of(new MLPClassifier());
    Set<Object> values = new TreeSet<>();
    for (int cell = 0; cell < 100; cell++) {
      values.add(draw.pair(5, cell, 0).value());
      values.add(draw.pair(5, cell, 1).value());
      values.add(draw.pair(6, cell, 0).value());
    }
    assertThat(values).hasSize(300);
    assertThat(draw.pair(5, 3, 0).value()).isEqualTo(draw.pair(5, 3, 0).value());
  }

  @Test
  void givenMapsAllComeBeforeAnyAgain() {
    int[] once = Draws.places(3, 10, true, 1);
    assertThat(once).containsExactlyInAnyOrder(0, 1, 2);
    int[] again = Draws.places(3, 7, false, 1);
    assertThat(again).hasSize(7);
    assertThat(Arrays.copyOf(again, 3)).containsExactlyInAnyOrder(0, 1, 2);
    assertThat(Arrays.copyOfRange(again, 3, 6)).containsExactlyInAnyOrder(0, 1, 2);
    assertThat(Draws.places(3, 2, true, 1)).hasSize(2);
  }
}
