package org.sparkmlp.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.optim.Adam;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Sgd;

/** Small runs of each study; and the pages in docs, which must be those of their records. */
class StudyTest {
  private static final Path DOCS = Path.of("docs/studies");

  private static final String DESCENT =
      """
      line { start = 1, updates = 10, rates = [0.01, 0.3, 1.1] }
      valley {
        start = [-4, 1], curvature = 25, updates = 40, rates = [0.001, 0.07, 0.09]
        solvers = [sgd, adam], solverRates = [0.07, 0.3]
      }
      """;

  @TempDir Path folder;

  private static String tiny(String study) {
    String network =
        "hiddenLayers = [8], activation = relu, batchSize = 64, epochs = 2, seeds = 2\n";
    return switch (study) {
      case "gradient-descent" -> DESCENT;
      case "vanishing-gradient" ->
          """
          activations = [sigmoid, relu], hiddenLayers = [2, 6], units = 8, rows = 50, seeds = 2
          training { solver = momentum, stepSize = 0.03, batchSize = 64, epochs = 1 }
          """;
      case "schedules" ->
          network
              + "solver = adam, stepSizes = [0.01], schedules = [constant, \"warmup(1ep).then(cosine)\"]";
      case "optimizers" ->
          network
              + """
              schedule = constant, solvers = [sgd, adam], stepSizes = [0.001, 0.03]
              warmup { solvers = [adam], schedules = [constant, warmup(1ep)], stepSize = 0.05, epochs = 2, updates = 30, seeds = 2 }
              """;
      case "depth" ->
          """
          hiddenLayers = [1, 3], activation = relu, solver = adam, stepSizes = [0.003, 0.01], seeds = 2, tuningSeeds = 1
          digits { budgets = [300], losses = [2, 0.001], epochs = 2, batchSize = 64 }
          folds { inputs = 1, folds = 1, rows = 100, budgets = [20, 60], losses = [0.6], epochs = 3, batchSize = 10 }
          ridges { inputs = 2, units = 2, rows = 100, budgets = [30], losses = [0.6], epochs = 3, batchSize = 10 }
          """;
      case "regularisation" ->
          """
          hiddenLayers = [8], activation = relu, solver = adam, stepSize = 0.01, batchSize = 16, epochs = 10, seeds = 2
          rows = [40], folds = 2
          variants = [none, "dropout(0.5)", "l2(0.1)", "l2(1)", "earlyStopping(2), maxout(2)"]
          """;
      case "plasticity" ->
          network
              + """
              solver = momentum, stepSize = 0.05, schedule = linear
              tasks = 3, lambdas = [0, 100], choosingSeeds = 1
              """;
      case "robustness" ->
          """
          initialPoints {
            hiddenLayers = [8], activation = relu, solver = momentum, stepSize = 0.05, schedule = linear
            batchSize = 64, epochs = 2, dropout = 0.5, points = 3
          }
          maxout {
            functions = [square, absolute], pieces = [2, 3], points = 21, solver = adam, stepSize = 0.02
            schedule = cosine, batchSize = 32, epochs = 20, starts = 2
          }
          losses {
            hiddenLayers = [8], activation = relu, solver = sgd, schedule = constant, batchSize = 64, epochs = 2
            stepSizes = [0.1, 1], accuracies = [0.1, 0.95], seeds = 2, choosingSeeds = 1, biases = [0, 8], wrongBias = 4
          }
          """;
      case "batch-size" ->
          """
          hiddenLayers = [8], activation = relu, solver = sgd, batchSizes = [16, 256], stepSizes = [0.03, 0.3]
          commonStepSize = 0.1, epochs = 2, updates = 12, trainingLoss = 2, seeds = 2, noiseDraws = 1
          timing { networks = ["16-8-10"], rows = 300, repeats = 2 }
          """;
      case "local-steps" ->
          """
          data { training = 300, test = 60, features = 5, classes = 3, units = 4 }
          shards = [2, 3], localSteps = ["1", "4", epoch, auto], outerMomentum = [0, 0.5]
          hiddenLayers = [8], activation = relu, solver = adam, stepSize = 0.01, batchSize = 25, epochs = 2
          seeds = 2, accuracy = 0.3
          """;
      default -> throw new AssertionError("no small run of the study " + study);
    };
  }

  /** Studies of Spark use this session. */
  @BeforeAll
  static void openSession() {
    SparkSessions.shared();
  }

  private Path config(String text) throws Exception {
    return Files.writeString(folder.resolve("study.conf"), text);
  }

  private static JsonNode found(String study) {
    return StudyRun.of(study).records(Settings.of(tiny(study))).get("found");
  }

  @ParameterizedTest
  @MethodSource("org.sparkmlp.study.Studies#names")
  void aSmallRunWritesRecordsAndAPageOfThem(String name) throws Exception {
    StudyRun study = StudyRun.of(name);
    Path output = folder.resolve("out");
    Path page = study.prepare(config(tiny(name)), output).run();
    String text = Files.readString(page);
    assertThat(text).startsWith("# ").contains("bin/spark-mlp study " + name);
    assertThat(text).doesNotContain("NaN", "null", "\u0001");
    String records = Files.readString(output.resolve(name + ".json"));
    JsonNode read = Records.parse(records, name);
    assertThat(Records.text(read)).as("records survive a round trip").isEqualTo(records);
    assertThat(read.get("settings")).isEqualTo(Settings.of(tiny(name)).json());
    for (String figure : study.page(read).figures().keySet()) {
      assertThat(text).contains("(" + study.file(figure) + ")");
      assertThat(output.resolve(study.file(figure))).content().startsWith("<svg");
    }
    List<String> written = new ArrayList<>(List.of(name + ".json", name + ".md", "figures"));
    if (study.html(read).isPresent()) {
      written.add(name + ".html");
      assertThat(text).contains("(" + name + ".html)");
    }
    try (var files = Files.list(output)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(written);
    }

    Files.delete(page);
    study.page(output);
    assertThat(page).as("made of the records alone").content().isEqualTo(text);
  }

  @ParameterizedTest
  @MethodSource("org.sparkmlp.study.Studies#names")
  void thePageInDocsIsThatOfItsRecordsAndSettings(String name) throws Exception {
    StudyRun study = StudyRun.of(name);
    JsonNode records = Records.parse(Files.readString(DOCS.resolve(name + ".json")), name);
    StudyPage page = study.page(records);
    assertThat(DOCS.resolve(name + ".md"))
        .as("make it anew: bin/spark-mlp study %s --page --output docs/studies", name)
        .content()
        .isEqualTo(study.markdown(page));
    study
        .html(records)
        .ifPresent(html -> assertThat(DOCS.resolve(name + ".html")).content().isEqualTo(html));
    Path config = Path.of("conf/studies", name + ".conf");
    assertThat(records.get("settings"))
        .as("measure anew: bin/spark-mlp study %s --output docs/studies", name)
        .isEqualTo(Settings.read(config).json());
    for (var figure : page.figures().entrySet()) {
      assertThat(DOCS.resolve(study.file(figure.getKey())))
          .content()
          .isEqualTo(StudyRun.svg(figure.getValue()));
    }
  }

  @Test
  void descentFollowsTheFormula() {
    double[] x = Descent.path(new Sgd(), 0.3, new double[] {1}, 5, (w, g) -> g[0] = 2 * w[0])[0];
    for (int t = 0; t <= 5; t++) {
      assertThat(x[t]).isCloseTo(Math.pow(0.4, t), within(1e-6));
    }
  }

  @Test
  void descentIsTheOptimizersDefinition() {
    Optimizer adam = new Adam(0.9, 0.999, 1e-8);
    double[] x = Descent.path(adam, 0.1, new double[] {1}, 20, (w, g) -> g[0] = 2 * w[0])[0];
    double w = 1;
    double[] slots = new double[2];
    for (int t = 1; t <= 20; t++) {
      w = adam.update(w, 2 * w, slots, adam.coefficients(0.1, t));
      assertThat(x[t]).isCloseTo(w, within(1e-4));
    }
  }

  private static org.assertj.core.data.Offset<Double> within(double distance) {
    return org.assertj.core.data.Offset.offset(distance);
  }

  @Test
  void ratesAreJudgedByTheirRecords() {
    ObjectNode records = (ObjectNode) StudyRun.of("gradient-descent").records(Settings.of(DESCENT));
    StudyRun study = StudyRun.of("gradient-descent");
    assertThat(study.markdown(study.page(records)))
        .contains("η = 0.01 is slow")
        .contains("η = 0.3 arrives at a thousandth of f in 4 updates.")
        .contains("η = 1.1 is too large: it diverges");
    // other records, other words
    ObjectNode line = (ObjectNode) records.get("found").get("line").get(1);
    ((ArrayNode) line.get("f")).removeAll().add(1).add(0.5).add(2);
    ((ArrayNode) line.get("x")).removeAll().add(1).add(0.7).add(1.4);
    assertThat(study.markdown(study.page(records)))
        .contains(
            "η = 0.3 is too large: it diverges; after 2 updates f is 2, at the start it was 1");
  }

  @Test
  void aRateThatJumpsOverTheValleyAndBackIsOut() {
    String one =
        DESCENT.replace("[sgd, adam]", "[adagrad]").replace("[0.07, 0.3]", "[0.1, 1, 100]");
    StudyRun study = StudyRun.of("gradient-descent");
    JsonNode records = study.records(Settings.of(one));
    JsonNode solver = records.get("found").get("solvers").get(0);
    assertThat(solver.get("tried").get(2).get("f").get(0).asDouble())
        .as("100 ends lower")
        .isLessThan(solver.get("tried").get(1).get("f").get(0).asDouble());
    assertThat(solver.get("rate").asDouble()).isEqualTo(1);
    assertThat(study.markdown(study.page(records)))
        .contains("No chosen rate is at the edge of what was tried.");
  }

  @Test
  void aChoiceAtTheEdgeOfWhatWasTriedIsSaid() {
    StudyRun study = StudyRun.of("optimizers");
    JsonNode records = study.records(Settings.of(tiny("optimizers")));
    assertThat(study.markdown(study.page(records)))
        .contains("For sgd and adam the chosen step size is at the edge of what was tried");
    // as if a larger one had been tried too
    ((ArrayNode) records.get("settings").get("stepSizes")).add(100);
    assertThat(study.markdown(study.page(records)))
        .contains("No chosen step size is at the edge of what was tried.");
  }

  @Test
  void lossesByUpdateAreThoseOfTheEpochs() {
    JsonNode beginnings = found("optimizers").get("beginnings");
    int updates = 23; // an epoch of 1437 rows in batches of at most 64
    for (JsonNode one : beginnings) {
      assertThat(one.get("rateByUpdate")).hasSize(2 * updates);
      for (JsonNode fit : one.get("fits")) {
        double[] loss = Records.numbers(fit.get("lossByUpdate"));
        assertThat(loss).hasSize(30);
        // batches are as good as equally large: of 62 rows or 63
        double mean = Arrays.stream(loss, 0, updates).average().getAsDouble();
        assertThat(mean).isCloseTo(fit.get("loss").get(0).asDouble(), within(5e-3));
        assertThat(loss[updates]).as("second epoch").isBetween(0.0, loss[0]);
      }
    }
    double[] rates = Records.numbers(beginnings.get(1).get("rateByUpdate"));
    assertThat(rates[0]).isLessThan(rates[updates - 1]);
    assertThat(rates[updates]).isCloseTo(0.05, within(1e-9));
    assertThat(Records.numbers(beginnings.get(0).get("rateByUpdate"))).containsOnly(0.05);
  }

  @Test
  void whetherWarmUpHelpsFollowsTheRecords() {
    StudyRun study = StudyRun.of("optimizers");
    JsonNode records = study.records(Settings.of(tiny("optimizers")));
    JsonNode beginnings = records.get("found").get("beginnings");
    accuracies(beginnings.get(0), 0.8, 0.7);
    accuracies(beginnings.get(1), 0.9, 0.8001);
    assertThat(study.markdown(study.page(records)))
        .contains(
            "With adam, warmup(1ep) instead of constant helps: test accuracy after 2 epochs differs by +10.01 points")
        .contains("to 0.05 at update 23, of 23 an epoch");
    accuracies(beginnings.get(1), 0.7, 0.6001);
    assertThat(study.markdown(study.page(records))).contains("instead of constant harms: ");
    accuracies(beginnings.get(1), 0.7, 0.9);
    assertThat(study.markdown(study.page(records))).contains("neither helps nor harms clearly");
  }

  /** At the end of each fit. */
  private static void accuracies(JsonNode result, double... each) {
    for (int i = 0; i < each.length; i++) {
      ArrayNode all = (ArrayNode) result.get("fits").get(i).get("accuracy");
      all.set(all.size() - 1, each[i]);
    }
  }

  @Test
  void sigmoidsGradientVanishesFaster() {
    JsonNode networks = found("vanishing-gradient").get("networks");
    double[] ratios = new double[4];
    for (int i = 0; i < 4; i++) {
      double[] norms = Records.numbers(networks.get(i).get("norms").get(0));
      assertThat(norms).hasSize(networks.get(i).get("hiddenLayers").asInt() + 1);
      ratios[i] = norms[0] / norms[norms.length - 1];
    }
    assertThat(ratios[1]).as("sigmoid, 6 layers against 2").isLessThan(0.1 * ratios[0]);
    assertThat(ratios[1]).as("6 layers, sigmoid against relu").isLessThan(0.1 * ratios[3]);
  }

  @Test
  void accuraciesOfDeepNetworksHaveTheirSpreadAndChance() {
    StudyRun study = StudyRun.of("vanishing-gradient");
    JsonNode records = study.records(Settings.of(tiny("vanishing-gradient")));
    accuracies(records.get("found").get("networks").get(1), 0.1, 0.3);
    assertThat(study.markdown(study.page(records)))
        .contains("20.00 % ± 10.00 % (10.00 % to 30.00 % by seed) at 6")
        .contains("Guessing one of 10 classes gives about 10.00 %.")
        .contains("All depths and activations have the one step size 0.03");
  }

  @Test
  void aFitThatDivergesIsARecordToo() {
    Settings settings =
        Settings.of(
            "hiddenLayers = [8], activation = relu, batchSize = 64, epochs = 2, seeds = 2\n"
                + "solver = sgd, stepSizes = [1e30], schedules = [constant]");
    StudyRun study = StudyRun.of("schedules");
    JsonNode records = study.records(settings);
    JsonNode fit = records.get("found").get("results").get(0).get("fits").get(0);
    assertThat(fit.get("error").asText()).contains("diverged");
    assertThat(study.markdown(study.page(records)))
        .contains("All variants diverged for at least one seed.")
        .contains("| constant | diverged |");
  }

  /** Times are never the same. */
  private static JsonNode withoutTimes(JsonNode records) {
    if (records instanceof ObjectNode object) {
      List<String> times = new ArrayList<>();
      object.fieldNames().forEachRemaining(name -> times.add(name));
      times.removeIf(name -> !name.endsWith("Seconds"));
      object.remove(times);
    }
    records.forEach(StudyTest::withoutTimes);
    return records;
  }

  @Test
  void sameSettingsSameRecords() {
    for (String name : Studies.names()) {
      assertThat(withoutTimes(found(name))).as(name).isEqualTo(withoutTimes(found(name)));
    }
  }

  @Test
  void wrongInputIsNamed() throws Exception {
    assertThatThrownBy(() -> StudyRun.of("schedule"))
        .hasMessageContaining(
            "there is no study 'schedule'; there are " + String.join(", ", Studies.names()))
        .hasMessageContaining("schedules");
    StudyRun study = StudyRun.of("gradient-descent");
    assertThatThrownBy(() -> study.prepare(folder.resolve("none.conf"), folder))
        .hasMessageContaining("there is no config");
    assertThatThrownBy(() -> study.prepare(config(DESCENT + "colour = red"), folder))
        .hasMessageContaining("unknown key 'colour'; known are line.rates");
    assertThatThrownBy(
            () -> study.prepare(config(DESCENT.replace("updates = 10", "updates = 0")), folder))
        .hasMessageContaining("line.updates must be at least 1, got 0");
    assertThatThrownBy(() -> study.prepare(config(DESCENT.replace("0.01, ", "-1, ")), folder))
        .hasMessageContaining("line.rates");
    assertThatThrownBy(() -> study.prepare(config(DESCENT.replace("start = 1,", "")), folder))
        .hasMessageContaining("line.start");
    assertThatThrownBy(() -> study.prepare(config(DESCENT.replace("adam", "adan")), folder))
        .hasMessageContaining("adan");
    assertThatThrownBy(() -> study.prepare(config(DESCENT.replace("adam", "l-bfgs")), folder))
        .hasMessageContaining("the solver l-bfgs chooses its steps itself");
    assertThatThrownBy(() -> study.page(folder)).hasMessageContaining("there are no records");
    Files.writeString(folder.resolve("gradient-descent.json"), "{\"recordVersion\": 9}");
    assertThatThrownBy(() -> study.page(folder)).hasMessageContaining("have version 9");
  }
}
