package org.sparkmlp.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class RegularisationStudyTest {
  private static final String SETTINGS =
      """
      hiddenLayers = [16], activation = relu, solver = adam, stepSize = 0.03, batchSize = 10, epochs = 60, seeds = 3
      rows = [40], folds = 2
      variants = [none, "l2(0.3)", "l2(30)", "earlyStopping(patience=1,fraction=0.5)"]
      """;

  @Test
  void aPenaltyKeepsTheTrainingLossUpAndStoppingEndsEarlier() {
    JsonNode results =
        StudyRun.of("regularisation").records(Settings.of(SETTINGS)).get("found").get("results");
    int stoppedAfter = 0;
    for (int seed = 0; seed < 3; seed++) {
      JsonNode none = results.get(0).get("fits").get(seed);
      JsonNode weak = results.get(1).get("fits").get(seed);
      JsonNode strong = results.get(2).get("fits").get(seed);
      JsonNode stopped = results.get(3).get("fits").get(seed);
      assertThat(weak.get("trainingLoss").asDouble())
          .isGreaterThan(none.get("trainingLoss").asDouble());
      assertThat(strong.get("trainingLoss").asDouble())
          .as("weights are about 0, biases tell how frequent classes are: about ln 10")
          .isBetween(1.5, 2.6);
      assertThat(none.get("epochs").asInt()).isEqualTo(60);
      stoppedAfter += stopped.get("epochs").asInt();
      assertThat(none.get("testLoss").asDouble())
          .isGreaterThan(none.get("trainingLoss").asDouble());
    }
    assertThat(stoppedAfter).as("epochs of all seeds").isLessThan(3 * 60);
  }

  @Test
  void wordsFollowTheRecords() {
    StudyRun study = StudyRun.of("regularisation");
    ObjectNode records = (ObjectNode) study.records(Settings.of(SETTINGS));
    set(records, 0, "trainingAccuracy", 1, 1, 1);
    set(records, 0, "testAccuracy", 0.7, 0.75, 0.8);
    set(records, 1, "heldOutLoss", 1, 1, 1); // the first strength of l2 is chosen
    set(records, 2, "heldOutLoss", 2, 2, 2);
    set(records, 1, "trainingAccuracy", 1, 1, 1);
    set(records, 1, "testAccuracy", 0.81, 0.85, 0.89);
    set(records, 3, "trainingAccuracy", 0.6, 0.7, 0.8);
    set(records, 3, "testAccuracy", 0.5, 0.56, 0.6);
    assertThat(study.markdown(study.page(records)))
        .contains("predicts 100.00 % of the training rows and 75.00 % of the test rows right")
        .contains("by a higher test accuracy: l2 (+10.00 ± 0.58)")
        .contains("by a lower one: earlyStopping (-19.67 ± 0.33)")
        .contains("Highest accuracy: l2, 85.00 %; not told apart from it: no other.")
        .contains("| l2 | higher |")
        .contains("| earlyStopping | lower |")
        .contains("| l2(0.3) | 3 of 3 |")
        .contains("| l2(30) | 0 of 3 |");
    // two seeds choose the other strength, which makes no difference
    set(records, 2, "heldOutLoss", 0.5, 0.5, 2);
    set(records, 1, "testAccuracy", 0.81, 0.85, 0.8);
    set(records, 2, "testAccuracy", 0.75, 0.7, 0.8);
    assertThat(study.markdown(study.page(records)))
        .contains("by a higher test accuracy: none of them")
        .contains("| l2 | – |")
        .contains("| l2(0.3) | 1 of 3 |")
        .contains("| l2(30) | 2 of 3 |");
  }

  private static void set(ObjectNode records, int result, String member, double... values) {
    JsonNode fits = records.get("found").get("results").get(result).get("fits");
    for (int i = 0; i < values.length; i++) {
      ((ObjectNode) fits.get(i)).put(member, values[i]);
    }
  }

  @Test
  void wrongSettingsAreNamed() {
    refused("variants = [none, ", "variants = [", "variants must begin with none");
    refused("l2(0.3)", "l3(0.3)", "unknown variant 'l3'; known are none, dropout, l2");
    refused("l2(0.3)", "l2", "l2: regParam must be a finite number > 0");
    refused("l2(0.3)", "dropout(1)", "dropout: hidden must be in [0, 1)");
    refused("l2(0.3)", "l2(1), l2(2)", "has l2 twice");
    refused("l2(0.3)", "none, l2(2)", "none goes with nothing else");
    refused("l2(0.3)", "earlyStopping(fraction=0)", "earlyStopping: fraction must be");
    refused("rows = [40]", "rows = [3]", "rows must be at least 4");
    refused("rows = [40]", "rows = [1797]", "less than 1797");
  }

  private static void refused(String old, String wrong, String message) {
    Settings settings = Settings.of(SETTINGS.replace(old, wrong));
    assertThatThrownBy(() -> new RegularisationStudy().prepare(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
