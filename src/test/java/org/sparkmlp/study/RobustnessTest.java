package org.sparkmlp.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkmlp.function.Loss;
import org.sparkmlp.nn.Topology;

class RobustnessTest {
  private static final String SMALL =
      """
      initialPoints {
        hiddenLayers = [8], activation = relu, solver = momentum, stepSize = 0.05, schedule = linear
        batchSize = 64, epochs = 1, dropout = 0.5, points = 4
      }
      maxout {
        functions = [square, absolute, exponential], pieces = [2, 3, 4], points = 41, solver = adam, stepSize = 0.02
        schedule = cosine, batchSize = 8, epochs = 100, starts = 3
      }
      losses {
        hiddenLayers = [8], activation = relu, solver = sgd, schedule = constant, batchSize = 64, epochs = 3
        stepSizes = [0.1, 1], accuracies = [0.1, 0.95], seeds = 2, choosingSeeds = 1, biases = [0, 2, 8], wrongBias = 4
      }
      """;

  private final StudyRun study = StudyRun.of("robustness");

  /** Figures of SciPy's levene(center="median"), chi2.ppf and t.interval. */
  @Test
  void spreadsAreJudgedAsSciPyDoes() {
    double[] a = {8.88, 9.12, 9.04, 8.98, 9.00, 9.08, 9.01, 8.85, 9.06, 8.99};
    double[] b = {8.88, 8.95, 9.29, 9.44, 9.15, 9.58, 8.36, 9.18, 8.67, 9.05};
    Offset<Double> near = Offset.offset(1e-9);
    assertThat(Spread.sameVariance(new Spread(a), new Spread(b))).isCloseTo(0.009364737716, near);
    assertThat(new Spread(a).deviation()).isCloseTo(0.083990740230, near);
    assertThat(new Spread(a).low()).isCloseTo(0.05777179, Offset.offset(1e-7));
    assertThat(new Spread(a).high()).isCloseTo(0.15333435, Offset.offset(1e-7));
    assertThat(new Spread(b).quantile(0.25)).isCloseTo(8.8975, near);
    assertThat(new Spread(b).quantile(0)).isEqualTo(8.36);
    Paired difference = Paired.of(a, b);
    assertThat(difference.difference()).isCloseTo(-0.054, near);
    assertThat(difference.low()).isCloseTo(-0.3188259468, near);
    assertThat(difference.high()).isCloseTo(0.2108259468, near);
    assertThat(difference.isToldApart()).isFalse();
  }

  /** In closed form: k pieces of x² leave 2 / (√45 k²), the third Legendre polynomial of each. */
  @Test
  void theLeastErrorOfPiecesIsKnownForTheSquare() {
    double[] x = MaxoutFits.places(601);
    double[] y = Arrays.stream(x).map(Convex.SQUARE::at).toArray();
    double[] least = Convex.leastErrors(x, y, 6);
    for (int k = 1; k <= 6; k++) {
      assertThat(least[k - 1] * Math.sqrt(45) * k * k / 2)
          .as("%d pieces", k)
          .isCloseTo(1, Offset.offset(0.02));
    }
    double[] bent = Arrays.stream(x).map(Convex.ABSOLUTE::at).toArray();
    assertThat(Convex.leastErrors(x, bent, 2)[0]).isGreaterThan(0.1);
    assertThat(Convex.leastErrors(x, bent, 2)[1]).isCloseTo(0, Offset.offset(1e-7));
  }

  @Test
  void noMaxoutUnitIsBetterThanItsPiecesAllow() {
    JsonNode found = study.records(Settings.of(SMALL)).get("found").get("maxout");
    assertThat(found.get("fits")).hasSize(9);
    for (JsonNode fit : found.get("fits")) {
      double least = fit.get("leastError").asDouble();
      double[] errors = Records.numbers(fit.get("errors"));
      assertThat(Arrays.stream(errors)).hasSize(3).allMatch(error -> error >= least - 1e-6);
      assertThat(Arrays.stream(Records.numbers(fit.get("piecesUsed"))))
          .allMatch(used -> used >= 1 && used <= fit.get("pieces").asInt());
      // the curve is that of the best start
      Convex function = Convex.parse(fit.get("function").asText());
      double[] x = Records.numbers(found.get("x"));
      double[] best = Records.numbers(fit.get("best"));
      double squares = 0;
      for (int i = 0; i < x.length; i++) {
        squares += Math.pow(best[i] - function.at(x[i]), 2) / x.length;
      }
      assertThat(Math.sqrt(squares))
          .isCloseTo(Arrays.stream(errors).min().getAsDouble(), Offset.offset(1e-5));
    }
  }

  @ParameterizedTest
  @EnumSource
  void squaredErrorsHaveTheGradientOfTheirValue(LossComparison.Kind kind) {
    Loss loss = kind.loss();
    double[] z = {0.3, -1.2, 2, 0.1};
    double[] y = {0, 0, 0, 1};
    double[] gradient = new double[4];
    loss.gradient(z, y, gradient);
    double h = 1e-6;
    for (int k = 0; k < 4; k++) {
      double[] up = z.clone();
      double[] down = z.clone();
      up[k] += h;
      down[k] -= h;
      assertThat(gradient[k])
          .isCloseTo((loss.value(up, y) - loss.value(down, y)) / (2 * h), Offset.offset(1e-8));
    }
  }

  @Test
  void aBeginningThatIsSureAndWrongHasNoGradientForSquaredErrorOfProbabilities() {
    Digits digits = new Digits();
    DMatrixRMaj pixels = digits.pixels(100);
    DMatrixRMaj classes = digits.classes(100);
    for (LossComparison.Kind kind : LossComparison.Kind.values()) {
      Topology topology = new Topology(new int[] {64, 10}, java.util.List.of(), kind.loss(), true);
      double usual =
          LossComparison.norm(topology, LossComparison.start(topology, 1, 0), pixels, classes);
      double sure =
          LossComparison.norm(topology, LossComparison.start(topology, 1, 20), pixels, classes);
      boolean plateau =
          kind.words().equals("squared error, softmax")
              || kind.words().equals("squared error, sigmoid");
      assertThat(sure / usual)
          .as(kind.words())
          .matches(ratio -> plateau ? ratio < 1e-4 : ratio > 0.5);
    }
  }

  @Test
  void otherRecordsOtherWords() {
    ObjectNode records = (ObjectNode) study.records(Settings.of(SMALL));
    JsonNode results = records.get("found").get("initialPoints").get("results");
    set(results.get(0), "accuracy", 0.9, 0.95, 0.8, 0.85);
    set(results.get(1), "accuracy", 0.9, 0.95, 0.8, 0.85);
    set(results.get(0), "loss", 0.2, 0.6, 0.1, 0.7);
    set(results.get(1), "loss", 0.3, 0.3001, 0.3002, 0.3);
    assertThat(study.markdown(study.page(records)))
        .contains(
            "Initial points: dropout changes nothing that can be told in the spread of accuracy, and narrows that of loss.");
    set(results.get(0), "loss", 0.3, 0.3001, 0.3002, 0.3);
    set(results.get(1), "loss", 0.2, 0.6, 0.1, 0.7);
    assertThat(study.markdown(study.page(records))).contains("and widens that of loss");
    set(results.get(1), "accuracy", Double.NaN, Double.NaN, Double.NaN, 0.85);
    set(results.get(1), "loss", Double.NaN, Double.NaN, Double.NaN, 0.85);
    assertThat(study.markdown(study.page(records)))
        .contains("Training diverged from so many that nothing can be said of the spread")
        .doesNotContain("NaN");
  }

  private static void set(JsonNode result, String member, double... values) {
    ((ObjectNode) result).set(member, Records.numbers(values));
  }

  @Test
  void onlyInitialWeightsDiffer() {
    JsonNode results =
        study.records(Settings.of(SMALL)).get("found").get("initialPoints").get("results");
    assertThat(results).hasSize(4);
    for (JsonNode result : results) {
      assertThat(Arrays.stream(Records.numbers(result.get("loss"))).distinct().count())
          .isEqualTo(4);
    }
    // of both kinds the seed that is fixed in the other isn't among those compared
    assertThat(results.get(0).get("loss")).isNotEqualTo(results.get(2).get("loss"));
  }

  @Test
  void epochsThatNoSeedReachedAreSaidToBeMissing() {
    ObjectNode records = (ObjectNode) study.records(Settings.of(SMALL));
    for (JsonNode result : records.get("found").get("losses").get("results")) {
      for (JsonNode fit : result.get("usual").get("fits")) {
        ((ArrayNode) fit.get("accuracy")).removeAll().add(0.05).add(0.2).add(0.3);
      }
    }
    assertThat(study.markdown(study.page(records)))
        .containsPattern(
            "\\| cross-entropy, softmax \\| [0-9.]+ \\| 2 ± 0 \\| never \\| 30.00 % ± 0.00 % \\|")
        .containsPattern(
            "squared error, softmax, less cross-entropy, softmax \\| \\+0.00 points \\(.*\\| 0 \\(0 to 0\\) \\| – ");
  }

  @Test
  void wrongSettingsAreNamed() {
    assertThatThrownBy(() -> study.records(Settings.of(SMALL.replace("[square,", "[sqare,"))))
        .hasMessageContaining(
            "there is no function 'sqare'; there are square, absolute, exponential")
        .hasMessageContaining("did you mean");
    assertThatThrownBy(() -> study.records(Settings.of(SMALL.replace("[2, 3, 4]", "[1, 3]"))))
        .hasMessageContaining("pieces must be at least 2, got 1");
    assertThatThrownBy(
            () -> study.records(Settings.of(SMALL.replace("dropout = 0.5", "dropout = 1"))))
        .hasMessageContaining("initialPoints.dropout");
    assertThatThrownBy(() -> study.records(Settings.of(SMALL.replace("[0, 2, 8]", "[2, 8]"))))
        .hasMessageContaining("losses.biases must begin with 0");
  }
}
