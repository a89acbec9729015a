package org.sparkmlp.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PlasticityStudyTest {
  private static final String SMALL =
      """
      hiddenLayers = [32], activation = relu, batchSize = 32, epochs = 4, seeds = 2
      solver = adam, stepSize = 0.01, schedule = linear, tasks = 2, lambdas = [0, 1, 1000], choosingSeeds = 1
      """;

  private final StudyRun study = StudyRun.of("plasticity");

  @Test
  void forgettingIsTheBestAccuracyBeforeLessTheLast() {
    double[][] matrix = {{0.9, 0.1, 0.1}, {0.95, 0.8, 0.1}, {0.5, 0.6, 0.7}};
    assertThat(Plasticity.forgetting(matrix))
        .isCloseTo(((0.95 - 0.5) + (0.8 - 0.6)) / 2, Offset.offset(1e-12));
  }

  @Test
  void tasksHavePixelsInOrdersOfTheirOwn() {
    int[] all = IntStream.range(0, Digits.INPUTS).toArray();
    int[] one = PermutedDigits.order(1, 1);
    assertThat(PermutedDigits.order(1, 2)).isNotEqualTo(one);
    assertThat(PermutedDigits.order(2, 1)).isNotEqualTo(one);
    assertThat(one).isNotEqualTo(all).isEqualTo(PermutedDigits.order(1, 1));
    Arrays.sort(one);
    assertThat(one).isEqualTo(all);
  }

  @Test
  void whatHoldsWeightsKeepsTheFirstTask() {
    JsonNode results = study.records(Settings.of(SMALL)).get("found").get("results");
    Plasticity.Runs free = Plasticity.Runs.of(results.get(0), 1, 3);
    Plasticity.Runs weak = Plasticity.Runs.of(results.get(1), 1, 3);
    Plasticity.Runs held = Plasticity.Runs.of(results.get(2), 1, 3);
    assertThat(held.after(0, 0)).as("nothing holds the first").isEqualTo(free.after(0, 0));
    for (int seed = 0; seed < 3; seed++) {
      assertThat(held.firstTask()[seed]).isGreaterThan(free.firstTask()[seed]);
      assertThat(held.forgetting()[seed]).isLessThan(free.forgetting()[seed]);
    }
    assertThat(weak.firstTask())
        .as("a λ that is small does something")
        .isNotEqualTo(free.firstTask());
  }

  /** The seeds that the page tells have nothing to do with the choice of λ. */
  @Test
  void otherSeedsChooseThanThoseThatAreTold() {
    ObjectNode records = (ObjectNode) study.records(Settings.of(SMALL));
    JsonNode results = records.get("found").get("results");
    for (int i = 0; i < 3; i++) {
      for (int seed = 1; seed <= 3; seed++) {
        // λ = 1 is best for seed 3 alone
        double accuracy = seed == 3 ? (i == 1 ? 0.9 : 0.4) : i == 1 ? 0.5 + 0.01 * seed : 0.8;
        ArrayNode last =
            (ArrayNode) results.get(i).get("runs").get(seed - 1).get("accuracy").get(1);
        last.removeAll().add(accuracy).add(accuracy);
      }
    }
    assertThat(study.markdown(study.page(records)))
        .contains("With λ = 1, chosen on seed 3, the network ends with 51.50 % ± 0.50 %")
        .contains("with λ = 0 it ends with 80.00 % ± 0.00 %")
        .contains(
            "The difference is -28.50 points (95 % confidence interval -34.85 points to -22.15 points).")
        .contains("better is λ = 0 and 1000");
    for (int i = 1; i < 3; i++) {
      ((ArrayNode) results.get(i).get("runs").get(2).get("accuracy").get(1))
          .removeAll()
          .add(0.1)
          .add(0.1);
    }
    assertThat(study.markdown(study.page(records)))
        .contains("On seed 3 no λ above 0 was better than 0");
  }

  @Test
  void trainingThatDivergesIsSaidToHaveDoneSo() {
    JsonNode records =
        study.records(
            Settings.of(
                SMALL.replace("[0, 1, 1000]", "[0, 1e30]").replace("epochs = 4", "epochs = 1")));
    assertThat(records.get("found").get("results").get(1).get("runs").get(0).get("error").asText())
        .contains("diverged");
    assertThat(study.markdown(study.page(records)))
        .contains("Training diverged for at least one seed with λ = 1.0e+30")
        .contains("On seed 3 no λ above 0 was better than 0")
        .doesNotContain("NaN");
  }

  @Test
  void lambdasBeginWithNone() {
    assertThatThrownBy(() -> study.records(Settings.of(SMALL.replace("[0, 1, 1000]", "[1, 1000]"))))
        .hasMessageContaining("lambdas must rise from 0");
    assertThatThrownBy(() -> study.records(Settings.of(SMALL.replace("1, 1000]", "10, 5]"))))
        .hasMessageContaining("got [0.0, 10.0, 5.0]");
  }
}
