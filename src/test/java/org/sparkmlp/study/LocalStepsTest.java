package org.sparkmlp.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.sparkmlp.SparkSessions;

/** What the study of local steps measures, and what it makes of it. */
class LocalStepsTest {
  private static final String SMALL =
      """
      data { training = 200, test = 50, features = 4, classes = 3, units = 4 }
      shards = [2], localSteps = ["1", "3", epoch, auto], outerMomentum = [0]
      hiddenLayers = [6], activation = relu, solver = adam, stepSize = 0.01, batchSize = 20, epochs = 2
      seeds = 3, accuracy = 0.9
      """;

  private final StudyRun study = StudyRun.of("local-steps");

  @BeforeAll
  static void openSession() {
    SparkSessions.shared();
  }

  @Test
  void roundsAreThoseOfTheSetting() {
    JsonNode results = study.records(Settings.of(SMALL)).get("found").get("results");
    assertThat(results).hasSize(4);
    assertThat(results.get(0).get("rounds").asInt()).as("10 updates an epoch").isEqualTo(20);
    assertThat(results.get(1).get("rounds").asInt()).isBetween(4, 8);
    assertThat(results.get(2).get("rounds").asInt()).as("one an epoch").isEqualTo(2);
    assertThat(results.get(3).get("rounds").asInt()).as("auto, of so few rows").isEqualTo(2);
    assertThat(results.get(3).get("fits"))
        .as("auto is that number of local steps")
        .isEqualTo(results.get(2).get("fits"));
    for (JsonNode result : results) {
      assertThat(result.get("fits")).hasSize(3);
      assertThat(result.get("epochSeconds")).hasSize(3);
    }
  }

  @Test
  void wordsFollowTheRecords() {
    ObjectNode records = (ObjectNode) study.records(Settings.of(SMALL));
    JsonNode results = records.get("found").get("results");
    put(results.get(0), 4, 0.6, 0.91);
    put(results.get(1), 2, 0.6, 0.81);
    put(results.get(2), 1, 0.92, 0.95);
    put(results.get(3), 1, 0.5, 0.9101);
    assertThat(study.markdown(study.page(records)))
        .contains("take 8 s and end with a test accuracy of 91.00 %")
        .contains(
            "The fastest, localSteps = epoch (momentum 0) with 2 aggregations, take 2 s: 4 times as fast")
        .contains(
            "lower with 3 (momentum 0); higher with epoch (momentum 0) and auto (momentum 0).")
        .contains("90.00 % is reached soonest with localSteps = epoch (momentum 0): after 1 s")
        .contains("against 8 s with 1");
    for (JsonNode result : results) {
      put(result, 1, 0.5, 0.6);
    }
    assertThat(study.markdown(study.page(records)))
        .contains("not told apart with 3 (momentum 0), epoch (momentum 0) and auto (momentum 0).")
        .contains("None reaches an accuracy of 90.00 % with every seed.")
        .contains("Spark ran in one process (local mode, local[");
    ((ObjectNode) records.get("found")).put("master", "spark://host:7077");
    assertThat(study.markdown(study.page(records)))
        .contains("Spark's master: spark://host:7077.")
        .doesNotContain("local mode");
  }

  /** Seconds of an epoch and accuracies after each of two, the same but for the seed's luck. */
  private static void put(JsonNode result, double seconds, double first, double second) {
    for (int i = 0; i < result.get("fits").size(); i++) {
      ((ArrayNode) result.get("epochSeconds").get(i)).removeAll().add(seconds).add(seconds);
      ((ArrayNode) result.get("fits").get(i).get("accuracy")).removeAll().add(first).add(second);
    }
  }

  @Test
  void rowsAreTheSameEverywhereAndHaveAllClasses() {
    TeacherRows rows = new TeacherRows(500, 0, 20, 5, 8);
    Map<Integer, Integer> counts = new TreeMap<>();
    for (int i = 0; i < 500; i++) {
      counts.merge(rows.label(rows.row(i)), 1, Integer::sum);
    }
    assertThat(counts).hasSize(5);
    assertThat(counts.values()).allMatch(count -> count > 20);
    assertThat(rows.row(3)).isEqualTo(new TeacherRows(10, 0, 20, 5, 8).row(3));
  }

  @Test
  void wrongSettingsAreNamed() {
    assertThatThrownBy(() -> study.records(Settings.of(SMALL.replace("\"3\"", "\"0\""))))
        .hasMessageContaining(
            "localSteps must be numbers from 1 to 1048576, 'epoch' or 'auto', got 0");
    assertThatThrownBy(() -> study.records(Settings.of(SMALL.replace("\"1\", ", ""))))
        .hasMessageContaining("localSteps must begin with 1");
    assertThatThrownBy(
            () -> study.records(Settings.of(SMALL.replace("shards = [2]", "shards = [1]"))))
        .hasMessageContaining("shards must be at least 2");
    assertThatThrownBy(
            () ->
                study.records(
                    Settings.of(SMALL.replace("outerMomentum = [0]", "outerMomentum = [1]"))))
        .hasMessageContaining("outerMomentum must be numbers of at least 0 and below 1, got 1.0");
  }
}
