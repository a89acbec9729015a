package org.sparkmlp.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkmlp.function.Activations;
import org.sparkmlp.nn.Topology;

/** What the study of batch sizes measures, and what it makes of it. */
class BatchSizeTest {
  private static final String SMALL =
      """
      hiddenLayers = [8], activation = relu, solver = sgd, batchSizes = [16, 64], stepSizes = [0.1, 0.3]
      commonStepSize = 0.1, epochs = 2, updates = 30, trainingLoss = 2, seeds = 3, noiseDraws = 1
      timing { networks = ["16-8-10", "8-8-10"], rows = 100, repeats = 3 }
      """;

  private final StudyRun study = StudyRun.of("batch-size");

  @Test
  void noiseIsThatOfRowsDrawnWithoutReplacement() {
    Topology topology = DigitFits.topology(new int[] {8}, Activations.forLayers("relu", 1));
    Digits digits = new Digits();
    RowPass pass = new RowPass(topology, digits.all().where(row -> row < 240).block(), 32);
    GradientNoise noise = new GradientNoise(pass, BatchFits.start(topology, 7));
    double ofRows = noise.ofRows();
    for (int batchSize : new int[] {1, 8, 48, 120}) {
      double expected = GradientNoise.expected(ofRows, batchSize, 240);
      assertThat(noise.of(batchSize, 40, 3) / expected)
          .as("batches of %s", batchSize)
          .isBetween(0.85, 1.15);
    }
    assertThat(noise.of(240, 1, 3)).as("all rows").isLessThan(1e-9 * ofRows);
    assertThat(noise.fullSquare()).isPositive();
  }

  @Test
  void claimsNeedMoreThanChance() {
    double[] low = {0.1, 0.2, 0.15};
    double[] high = {0.3, 0.41, 0.34};
    assertThat(Claim.less(low, high)).isEqualTo(Claim.CONFIRMED);
    assertThat(Claim.less(high, low)).isEqualTo(Claim.REFUTED);
    assertThat(Claim.less(low, low)).isEqualTo(Claim.NOT_CLEAR);
    assertThat(Claim.less(low, new double[] {0.2, 0.1, 0.2})).isEqualTo(Claim.NOT_CLEAR);
    assertThat(Claim.less(low, new double[] {1, 1, Double.NaN})).isEqualTo(Claim.NOT_CLEAR);
    assertThat(Claim.less(new double[] {1}, new double[] {2})).isEqualTo(Claim.NOT_CLEAR);
    assertThat(Claim.moreThan(1.1, new double[] {1.2, 1.3, 1.4})).isEqualTo(Claim.CONFIRMED);
    assertThat(Claim.moreThan(1.1, new double[] {0.9, 1, 1.05})).isEqualTo(Claim.REFUTED);
    assertThat(Claim.moreThan(1.1, new double[] {0.9, 1, 1.5})).isEqualTo(Claim.NOT_CLEAR);
    assertThat(Claim.together(List.of(Claim.REFUTED, Claim.REFUTED))).isEqualTo(Claim.REFUTED);
    assertThat(Claim.together(List.of(Claim.REFUTED, Claim.CONFIRMED))).isEqualTo(Claim.DEPENDS);
    assertThat(Claim.together(List.of(Claim.NOT_CLEAR, Claim.CONFIRMED)))
        .isEqualTo(Claim.NOT_CLEAR);
  }

  @Test
  void updatesAreEqualAndEpochsAre() {
    JsonNode found = study.records(Settings.of(SMALL)).get("found");
    for (JsonNode result : found.get("results")) {
      int batchSize = result.get("batchSize").asInt();
      int each = (1437 + batchSize - 1) / batchSize;
      int updates = result.get("updates").asInt();
      if (result.get("equal").asText().equals("epochs")) {
        assertThat(updates).isEqualTo(2 * each);
      } else {
        assertThat(updates).isBetween(30, 30 + each - 1);
      }
    }
  }

  @Test
  void verdictsFollowTheRecords() {
    ObjectNode records = (ObjectNode) study.records(Settings.of(SMALL));
    times(records, 1e-3, 2e-3, 4e-3);
    assertThat(page(records))
        .contains("| time of an update without parallelism | faster / slower | confirmed |")
        .contains(
            "| time of an update with parallelism | same / same, if the batch isn't too large | refuted |")
        .contains("| time of an epoch | slower / faster | confirmed |")
        .contains("| gradient | noisy / stable | confirmed |")
        .contains("already 64 rows take longer");
    times(records, 1e-3, 1e-3, 1e-3);
    assertThat(page(records))
        .contains("| time of an update without parallelism | faster / slower | refuted |")
        .contains(
            "| time of an update with parallelism | same / same, if the batch isn't too large | confirmed |");
    // 7 updates an epoch against 1
    times(records, 1e-3, 4e-3, 7e-3);
    assertThat(page(records)).contains("| time of an epoch | slower / faster | refuted |");

    losses(records, "epochs", 0.1, 0.4);
    losses(records, "updates", 0.2, 0.5);
    assertThat(page(records)).contains("| optimization | better / worse | confirmed |");
    losses(records, "updates", 0.5, 0.2);
    assertThat(page(records))
        .contains(
            "| optimization | better / worse | depends on the conditions (equal epochs: confirmed; equal updates: refuted) |")
        .contains("training loss after equal updates: 0.5 ± 0 / 0.2 ± 0");

    accuracies(records, 0.99, 0.95, 0.7, 0.69);
    assertThat(page(records))
        .contains("test accuracy, equal epochs (the large batch is underfitted): confirmed")
        .contains("gap, equal epochs: refuted")
        .contains(
            "Batches of 1437 are underfitted here: their training accuracy is 70.00 % ± 0.00 %")
        .contains("gap after equal epochs: 4.00 % ± 0.00 % / 1.00 % ± 0.00 %");
    accuracies(records, 0.99, 0.95, 0.99, 0.9);
    assertThat(page(records))
        .contains("| generalization | better / worse | confirmed |")
        .doesNotContain("underfitted");
  }

  private String page(JsonNode records) {
    return study.markdown(study.page(records));
  }

  /** Of an update, by batch size, with one, two or three ways. */
  private static void times(JsonNode records, double... updateSeconds) {
    int i = 0;
    for (JsonNode one : records.get("found").get("times")) {
      double seconds = updateSeconds[i++ % updateSeconds.length] * one.get("updates").asInt();
      for (UpdateTimes.Way way : UpdateTimes.Way.values()) {
        ArrayNode all = (ArrayNode) one.get(way.member());
        all.removeAll().add(seconds).add(seconds).add(seconds);
      }
    }
  }

  /** Of the smallest batch and the largest one, with differences that a test can be made of. */
  private static void losses(JsonNode records, String equal, double small, double large) {
    for (JsonNode result : records.get("found").get("results")) {
      if (result.get("equal").asText().equals(equal)) {
        double loss = result.get("batchSize").asInt() == 16 ? small : large;
        for (JsonNode fit : result.get("fits")) {
          ((ArrayNode) fit.get("training")).set(0, loss);
        }
      }
    }
  }

  /** Of the smallest batch on training and test rows, then of the others. */
  private static void accuracies(JsonNode records, double... each) {
    for (JsonNode result : records.get("found").get("results")) {
      int at = result.get("batchSize").asInt() == 16 ? 0 : 2;
      for (JsonNode fit : result.get("fits")) {
        ((ArrayNode) fit.get("training")).set(1, each[at]);
        ((ArrayNode) fit.get("test")).set(1, each[at + 1]);
      }
    }
  }

  @Test
  void aStepSizeThatDivergesIsARecordToo() {
    JsonNode records =
        study.records(Settings.of(SMALL.replace("commonStepSize = 0.1", "commonStepSize = 1e30")));
    assertThat(page(records)).contains("diverged").doesNotContain("NaN");
  }

  @Test
  void wrongSettingsAreNamed() {
    assertThatThrownBy(() -> study.records(Settings.of(SMALL.replace("[16, 64]", "[64, 16]"))))
        .hasMessageContaining("batchSizes must rise and be below 100")
        .hasMessageContaining("[64, 16]");
    assertThatThrownBy(() -> study.records(Settings.of(SMALL.replace("[16, 64]", "[16, 100]"))))
        .hasMessageContaining("batchSizes must rise and be below 100");
    assertThatThrownBy(() -> study.records(Settings.of(SMALL.replace("16-8-10", "16"))))
        .hasMessageContaining("timing.networks must be units by layer as in 64-64-10, got 16");
  }

  @Test
  void allWaysOfAnUpdateMakeTheSameOne() {
    UpdateTimes times = new UpdateTimes("16-8-10", DigitFits.optimizer("momentum"), 50);
    for (int batchSize : new int[] {1, 7, 50}) {
      List<float[]> ways = times.weights(batchSize);
      assertThat(ways).hasSize(UpdateTimes.Way.values().length);
      double moved = distance(ways.get(0), times.start());
      assertThat(moved).isPositive();
      for (float[] way : ways) {
        assertThat(distance(way, ways.get(0))).isLessThan(1e-3 * moved);
      }
    }
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.pow(a[i] - b[i], 2);
    }
    return Math.sqrt(sum);
  }
}
