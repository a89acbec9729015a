package org.sparkmlp.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.sparkmlp.function.Activations;
import org.sparkmlp.nn.Topology;

class DepthStudyTest {
  private static final String SETTINGS =
      """
      hiddenLayers = [1, 4], activation = relu, solver = adam, stepSizes = [0.01], seeds = 3, tuningSeeds = 1
      digits { budgets = [800], losses = [1, 1e-9], epochs = 3, batchSize = 32 }
      folds { inputs = 1, folds = 2, rows = 60, budgets = [40], losses = [0.6], epochs = 2, batchSize = 10 }
      ridges { inputs = 2, units = 2, rows = 60, budgets = [40], losses = [0.6], epochs = 2, batchSize = 10 }
      """;

  private static DepthTask task(String name) {
    return DepthTask.all(Settings.of(SETTINGS)).stream()
        .filter(task -> task.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void widthsAreThoseWithTheNearestNumberOfParameters() {
    DepthTask digits = task("digits");
    for (int depth = 1; depth <= 6; depth++) {
      for (int budget : new int[] {500, 1234, 20_000}) {
        Topology network = digits.network(depth, Activations.RELU, budget);
        int units = network.units(1);
        assertThat(network.depth()).isEqualTo(depth + 1);
        assertThat(network.size()).isEqualTo(parameters(depth, units));
        int off = Math.abs(network.size() - budget);
        assertThat(off).isLessThanOrEqualTo(Math.abs(parameters(depth, units + 1) - budget));
        assertThat(off).isLessThanOrEqualTo(Math.abs(parameters(depth, units - 1) - budget));
      }
    }
  }

  private static int parameters(int depth, int units) {
    return 65 * units + (depth - 1) * (units + 1) * units + (units + 1) * 10;
  }

  @Test
  void foldsAlternateTheirClasses() {
    // twice folded, [-1, 1] has two teeth: above one half in two quarters of its length
    DepthTask.Data data = task("folds").data().apply(1);
    assertThat(data.training().count()).isEqualTo(60);
    assertThat(data.test().count()).isEqualTo(60);
    for (int i = 0; i < 60; i++) {
      double x = (data.test().features().get(i)[0] + 1) / 2;
      boolean tooth = Math.abs(x - 0.25) < 0.125 || Math.abs(x - 0.75) < 0.125;
      assertThat(data.test().classes().get(i)).as("at %s", x).isEqualTo(tooth ? 1 : 0);
    }
  }

  @Test
  void seedsHaveRowsOfTheirOwnAndTheirClassesAreAsFrequent() {
    DepthTask.Data one = task("ridges").data().apply(1);
    assertThat(one.training().features().get(0))
        .isNotEqualTo(task("ridges").data().apply(2).training().features().get(0))
        .isEqualTo(task("ridges").data().apply(1).training().features().get(0));
    assertThat(one.training().classes().stream().mapToInt(Integer::intValue).sum())
        .isBetween(15, 45);
  }

  @Test
  void aLossIsReachedWhereItIsFirst() {
    double[] losses = {2, 0.5, 0.7, 0.1, Double.NaN};
    assertThat(DepthStudy.arrival(losses, 3)).isEqualTo(1);
    assertThat(DepthStudy.arrival(losses, 0.6)).isEqualTo(2);
    assertThat(DepthStudy.arrival(losses, 0.1)).isEqualTo(4);
    assertThat(DepthStudy.arrival(losses, 0.01)).isNaN();
  }

  @Test
  void verdictsFollowTheRecords() {
    StudyRun study = StudyRun.of("depth");
    ObjectNode records = (ObjectNode) study.records(Settings.of(SETTINGS));
    JsonNode fit = records.get("found").get("results").get(0).get("fits").get(0);
    double[] epochs = Records.numbers(fit.get("epochs"));
    assertThat(epochs[1]).as("no network has a loss of 1e-9").isNaN();
    double lowest = fit.get("lowest").asDouble();
    assertThat(epochs[0] <= 3).as("to 1, with %s in the end", lowest).isEqualTo(lowest <= 1);

    lowest(records, 0, 0.1, 0.2, 0.3); // shallow
    lowest(records, 1, 0.011, 0.019, 0.031); // deep
    assertThat(study.markdown(study.page(records)))
        .contains(
            "- digits: confirmed at about 800 parameters (4 × 8: 0.0186 against 0.182 of 1 × 11");
    lowest(records, 1, 1.1, 1.9, 3.1);
    assertThat(study.markdown(study.page(records)))
        .contains("- digits: refuted at about 800 parameters");
    lowest(records, 1, 0.01, 0.2, 3);
    assertThat(study.markdown(study.page(records)))
        .contains("- digits: not clear at about 800 parameters");
  }

  private static void lowest(ObjectNode records, int result, double... losses) {
    JsonNode fits = records.get("found").get("results").get(result).get("fits");
    for (int i = 0; i < losses.length; i++) {
      ((ObjectNode) fits.get(i)).put("lowest", losses[i]);
    }
  }

  @Test
  void wrongSettingsAreNamed() {
    refused("hiddenLayers = [1, 4]", "hiddenLayers = [4, 1]", "hiddenLayers must ascend");
    refused("hiddenLayers = [1, 4]", "hiddenLayers = [1]", "hiddenLayers needs at least two");
    refused("budgets = [800]", "budgets = [800, 100]", "digits.budgets must ascend");
    refused("losses = [1, 1e-9]", "losses = [1, 2]", "digits.losses must descend");
    refused("budgets = [800]", "budgets = [30]", "digits.budgets: 30 parameters are too few");
  }

  private static void refused(String old, String wrong, String message) {
    Settings settings = Settings.of(SETTINGS.replace(old, wrong));
    assertThatThrownBy(() -> new DepthStudy().prepare(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
