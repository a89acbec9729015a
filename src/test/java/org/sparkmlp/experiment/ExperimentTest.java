package org.sparkmlp.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.IdxFiles;
import org.sparkmlp.PackedCopies;
import org.sparkmlp.SparkSessions;

class ExperimentTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private JsonNode run(String config, String output, Progress progress, String... overrides)
      throws IOException {
    Path file = folder.resolve("x.conf");
    Files.writeString(file, config);
    Experiment experiment =
        Experiment.prepare(
            file.toString(),
            List.of(overrides),
            folder.resolve(output).toString(),
            new Configuration());
    experiment.run(SparkSessions::shared, progress);
    return JSON.readTree(folder.resolve(output).resolve("results.json").toFile());
  }

  /** What is in a folder, sorted. */
  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static final String DIGITS =
      """
      data { format = digits }
      stages = [ { class = MinMaxScaler, params { inputCol = features, outputCol = scaled } } ]
      model { featuresCol = scaled, hiddenLayers = [32], stepSize = 0.01, maxIter = 6, numShards = 2, seed = 1 }
      search { grid { batchSize = [16, 64], learningRateSchedule = [constant, cosine] }, folds = 2, parallelism = 2 }
      """;

  @Test
  void resultsFollowTheSchema() throws IOException {
    JsonNode results = run(DIGITS, "out", Progress.NONE);
    assertThat(results.fieldNames())
        .toIterable()
        .containsExactly(
            "recordVersion",
            "experiment",
            "seed",
            "versions",
            "metric",
            "largerIsBetter",
            "search",
            "cells",
            "best",
            "test",
            "training",
            "seconds",
            "environment",
            "data",
            "testDetails");
    assertThat(results.get("recordVersion").asInt()).isEqualTo(1);
    assertThat(results.get("largerIsBetter").asBoolean()).isTrue();
    assertThat(results.get("search").toString())
        .isEqualTo("{\"kind\":\"grid\",\"folds\":2,\"parallelism\":2}");
    assertThat(results.get("experiment").asText()).isEqualTo("x");
    assertThat(results.get("seed").asLong()).isEqualTo(1);
    assertThat(results.get("versions").get("spark").asText()).isEqualTo("4.1.0");
    assertThat(results.get("metric").asText()).isEqualTo("accuracy");
    assertThat(results.get("cells")).hasSize(4);
    double bestMean = 0;
    for (JsonNode cell : results.get("cells")) {
      assertThat(cell.fieldNames())
          .toIterable()
          .containsExactly(
              "number",
              "params",
              "rank",
              "mean",
              "std",
              "standardError",
              "folds",
              "rung",
              "resource",
              "distinguishable",
              "pValue",
              "difference",
              "differenceStandardError",
              "seconds");
      double a = cell.get("folds").get(0).asDouble();
      double b = cell.get("folds").get(1).asDouble();
      assertThat(a).isBetween(0.5, 1.0);
      assertThat(cell.get("mean").asDouble()).isCloseTo((a + b) / 2, within(1e-12));
      assertThat(cell.get("std").asDouble())
          .isCloseTo(Math.abs(a - b) / Math.sqrt(2), within(1e-12));
      assertThat(cell.get("standardError").asDouble())
          .isCloseTo(Math.abs(a - b) / 2, within(1e-12));
      boolean best = cell.get("rank").asInt() == 1;
      assertThat(cell.get("pValue").isNull()).isEqualTo(best);
      assertThat(cell.get("distinguishable").asBoolean())
          .isEqualTo(!best && cell.get("pValue").asDouble() < 0.05);
      assertThat(cell.get("seconds").asDouble()).isPositive();
      bestMean = Math.max(bestMean, cell.get("mean").asDouble());
    }
    assertThat(results.get("best").get("mean").asDouble()).isEqualTo(bestMean);
    assertThat(results.get("best").get("params").size()).isEqualTo(2);
    JsonNode training = results.get("training");
    assertThat(training.get("epochs")).hasSize(6);
    assertThat(training.get("epochs").get(5).get("loss").asDouble())
        .isLessThan(training.get("epochs").get(0).get("loss").asDouble());
    assertThat(training.get("backend").asText()).isEqualTo("openblas");
    assertThat(training.get("numShards").asInt()).isEqualTo(2);
    assertThat(training.get("localSteps").asInt()).isPositive();
    assertThat(training.get("rounds").asInt()).isEqualTo(6);
    assertThat(training.get("bytesAggregated").asLong()).isPositive();
    assertThat(training.get("rowsPerSecond").asDouble()).isPositive();
    assertThat(training.get("seconds").asDouble()).isPositive();
    // the folder: whole files only
    assertThat(names(folder.resolve("out")))
        .containsExactly("cells", "config.conf", "model", "results.json", "run.json");
    assertThat(names(folder.resolve("out/cells")))
        .containsExactly("0001.json", "0002.json", "0003.json", "0004.json");
    theRecordsOfCellsFollowTheSchema(results);
    theDetailsOfTheTestFollowTheSchema(results);
    assertThat(Files.readString(folder.resolve("out/config.conf"))).contains("hiddenLayers");
    // the saved model gives the recorded accuracy on the held-out rows
    ExperimentConfig config =
        new ConfigReader(new Inputs(new Configuration()))
            .read(folder.resolve("out/config.conf").toString(), List.of(), null);
    DataReader.Parts parts =
        new DataReader(SparkSessions.shared(), new Inputs(new Configuration())).read(config.data());
    assertThat(parts.train().count() + parts.test().count()).isEqualTo(1797);
    assertThat(parts.test().count()).isBetween(300L, 420L);
    PipelineModel model = PipelineModel.load(folder.resolve("out/model").toString());
    assertThat(
            new MulticlassClassificationEvaluator()
                .setMetricName("accuracy")
                .evaluate(model.transform(parts.test())))
        .isEqualTo(results.get("test").get("accuracy").asDouble())
        .isGreaterThan(0.8);
  }

  private static void theDetailsOfTheTestFollowTheSchema(JsonNode results) {
    assertThat(results.at("/environment/master").asText()).startsWith("local[");
    JsonNode data = results.get("data");
    long rows = data.get("testRows").asLong();
    assertThat(data.get("trainingRows").asLong() + rows).isEqualTo(1797);
    assertThat(data.get("numFeatures").asInt()).isEqualTo(64);
    assertThat(data.get("numClasses").asInt()).isEqualTo(10);
    assertThat(data.get("image")).hasToString("{\"width\":8,\"height\":8}");
    JsonNode details = results.get("testDetails");
    assertThat(details.fieldNames())
        .toIterable()
        .containsExactly(
            "labels",
            "confusion",
            "classes",
            "calibration",
            "expectedCalibrationError",
            "misclassified");
    long right = 0;
    long all = 0;
    for (JsonNode pair : details.get("confusion")) {
      all += pair.get("rows").asLong();
      right += pair.get("label").equals(pair.get("prediction")) ? pair.get("rows").asLong() : 0;
    }
    assertThat(all).isEqualTo(rows);
    assertThat(right / (double) all).isEqualTo(results.at("/test/accuracy").asDouble());
    assertThat(details.get("misclassified"))
        .hasSize((int) Math.min(40, all - right))
        .allMatch(
            one -> java.util.Base64.getDecoder().decode(one.get("pixels").asText()).length == 64);
  }

  private void theRecordsOfCellsFollowTheSchema(JsonNode results) throws IOException {
    JsonNode run = JSON.readTree(folder.resolve("out/run.json").toFile());
    assertThat(run.fieldNames())
        .toIterable()
        .containsExactly(
            "recordVersion",
            "experiment",
            "command",
            "started",
            "config",
            "seed",
            "metric",
            "largerIsBetter",
            "search",
            "cells",
            "rows");
    assertThat(run.get("command").asText())
        .startsWith("bin/spark-mlp run " + folder.resolve("x.conf"));
    assertThat(run.get("rows").get("count").asLong()).isBetween(1300L, 1600L);
    for (int i = 0; i < 4; i++) {
      JsonNode cell = JSON.readTree(folder.resolve("out/cells/000" + (i + 1) + ".json").toFile());
      assertThat(cell.fieldNames())
          .toIterable()
          .containsExactly("recordVersion", "number", "params", "fits");
      assertThat(cell.get("params"))
          .isEqualTo(results.get("cells").get(i).get("params"))
          .isEqualTo(run.get("cells").get(i).get("params"));
      assertThat(cell.get("fits")).hasSize(2);
      for (int fold = 0; fold < 2; fold++) {
        JsonNode fit = cell.get("fits").get(fold);
        assertThat(fit.fieldNames())
            .toIterable()
            .containsExactly("rung", "fold", "resource", "metric", "seconds", "training");
        assertThat(fit.get("fold").asInt()).isEqualTo(fold + 1);
        assertThat(fit.get("metric")).isEqualTo(results.get("cells").get(i).get("folds").get(fold));
        assertThat(fit.get("training").get("epochs")).hasSize(6);
        assertThat(fit.get("training").fieldNames())
            .toIterable()
            .containsExactlyElementsOf(() -> results.get("training").fieldNames());
      }
    }
  }

  /** The tables of two runs: all of the records but what was measured in seconds. */
  static List<String> table(JsonNode results) {
    List<String> rows = new ArrayList<>();
    for (JsonNode cell : results.get("cells")) {
      rows.add(((ObjectNode) cell.deepCopy()).without("seconds").toString());
    }
    rows.add(results.get("best").toString());
    rows.add(results.get("test").toString());
    return rows;
  }

  private static final String HALVING =
      """
      data { format = digits }
      model { hiddenLayers = [16], stepSize = 0.01, maxIter = 4, numShards = 2, seed = 1 }
      search {
        kind = halving
        grid { batchSize = [16, 64], learningRateSchedule = [constant, cosine], stepSize = [0.01, 1e30] }
        folds = 2, parallelism = 2, factor = 2
      }
      """;

  /** Ended after each of some numbers of fits, a search goes on and finds the same. */
  @Test
  void aRunThatWasEndedGoesOnAndFindsTheSame() throws IOException {
    JsonNode whole = run(HALVING, "whole", Progress.NONE);
    assertThat(whole.get("cells").get(0).get("rung").asInt()).isPositive();
    assertThat(whole.get("cells")).anyMatch(cell -> cell.has("error"));
    AtomicInteger fits = new AtomicInteger();
    Path output = folder.resolve("ended");
    Progress ending =
        new Progress() {
          @Override
          public void onFit(Fit fit, double metric, double seconds) {
            if (fits.incrementAndGet() % 5 == 0) {
              throw new IllegalStateException("the end of it");
            }
          }
        };
    assertThatThrownBy(() -> run(HALVING, "ended", ending)).hasMessage("the end of it");
    Files.writeString(output.resolve("cells/_tmp-0001.json"), "{ half of");
    for (int i = 0; i < 20 && !Files.exists(output.resolve("results.json")); i++) {
      try {
        Experiment.resume(output.toString(), new Configuration())
            .run(SparkSessions::shared, ending);
      } catch (IllegalStateException e) {
        assertThat(e).hasMessage("the end of it");
      }
    }
    JsonNode resumed = JSON.readTree(output.resolve("results.json").toFile());
    assertThat(table(resumed)).isEqualTo(table(whole));
    assertThat(fits.get()).as("each fit once, the last one as often as it takes").isLessThan(40);
    assertThat(names(output))
        .containsExactly("cells", "config.conf", "model", "results.json", "run.json");
    assertThat(names(output.resolve("cells"))).noneMatch(name -> name.startsWith("_tmp"));
    assertThat(resumed.get("experiment").asText()).isEqualTo("x");
  }

  @Test
  void aRunGoesOnWithTheSameRowsAndWholeRecordsOnly() throws IOException {
    Path csv = folder.resolve("rows.csv");
    List<String> lines = new ArrayList<>(List.of("a,b,label"));
    Random random = new Random(4);
    for (int i = 0; i < 120; i++) {
      lines.add(i % 2 + random.nextGaussian() + "," + random.nextGaussian() + "," + i % 2);
    }
    Files.write(csv, lines);
    String config =
        """
        data { format = csv, path = %s, features = "*" }
        model { hiddenLayers = [4], maxIter = 1, numShards = 1, seed = 1 }
        search { grid { batchSize = [8, 16] }, folds = 2 }
        """
            .formatted(quoted(csv));
    run(config, "out", Progress.NONE);
    Path output = folder.resolve("out");
    Files.writeString(output.resolve("cells/0002.json"), "{ \"recordVersion\": 1, \"num");
    assertThatThrownBy(() -> resume(output))
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("the record cells/0002.json of")
        .hasMessageContaining("is damaged");
    Files.writeString(output.resolve("cells/0002.json"), "{ \"recordVersion\": 7 }");
    assertThatThrownBy(() -> resume(output))
        .hasMessageContaining("has recordVersion 7, but this program knows 1");
    String whole = Files.readString(output.resolve("cells/0001.json"));
    for (String damaged :
        List.of(
            "",
            "[]",
            whole.replace("batchSize\" : 8", "batchSize\" : 16").replace("\"metric\"", "\"m\""),
            whole
                .replace("batchSize\" : 8", "batchSize\" : 16")
                .replace("fold\" : 2", "fold\" : 7"))) {
      Files.writeString(output.resolve("cells/0002.json"), damaged);
      assertThatThrownBy(() -> resume(output))
          .isInstanceOf(ConfigProblem.class)
          .hasMessageContaining("the record cells/0002.json of")
          .hasMessageContaining("is damaged")
          .hasMessageEndingWith("remove it");
    }
    Files.writeString(output.resolve("cells/0002.json"), whole);
    assertThatThrownBy(() -> resume(output)).hasMessageContaining("is of other params");
    Files.delete(output.resolve("cells/0002.json"));
    aRunDoesNotGoOnWithAnotherConfig(output);
    resume(output);
    assertThat(output.resolve("cells/0002.json")).exists();
    lines.add("1.5,2.5,1");
    Files.write(csv, lines);
    assertThatThrownBy(() -> resume(output))
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("can't go on: its training rows were");
    assertThatThrownBy(() -> resume(folder.resolve("nothing")))
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("it has no config.conf");
  }

  /** Its table would mix fits of two experiments. */
  private static void aRunDoesNotGoOnWithAnotherConfig(Path output) throws IOException {
    Path file = output.resolve("config.conf");
    String before = Files.readString(file);
    Files.writeString(
        file, before + "\nmodel.maxIter = 3, search.metric = logLoss, search.parallelism = 2");
    assertThatThrownBy(() -> resume(output))
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining(
            "can't go on: its config.conf was changed since it began: model.maxIter was 1, but now it is 3;"
                + " search.metric was not set, but now it is \"logLoss\"; begin a new run")
        .hasMessageNotContaining("parallelism");
    Files.writeString(file, before + "\nsearch.parallelism = 2");
    resume(output);
    Files.writeString(file, before);
    Path run = output.resolve("run.json");
    String record = Files.readString(run);
    for (String damaged : List.of("", record.substring(0, 200))) {
      Files.writeString(run, damaged);
      assertThatThrownBy(() -> resume(output))
          .isInstanceOf(ConfigProblem.class)
          .hasMessageContaining("can't go on: its run.json is damaged; begin a new run");
    }
    Files.writeString(run, record.replace("recordVersion\" : 1", "recordVersion\" : 2"));
    assertThatThrownBy(() -> resume(output)).hasMessageContaining("has recordVersion 2");
    Files.writeString(run, record);
  }

  private static void resume(Path output) throws IOException {
    Experiment.resume(output.toString(), new Configuration())
        .run(SparkSessions::shared, Progress.NONE);
  }

  /** What can't be written ends the search with a sentence that tells how to go on. */
  @Test
  void aFolderThatCannotBeWrittenToIsSaidAndCanBeResumed() throws IOException {
    AtomicInteger fits = new AtomicInteger();
    Path cells = folder.resolve("out/cells");
    Progress blocking =
        new Progress() {
          @Override
          public void onFit(Fit fit, double metric, double seconds) {
            if (fits.incrementAndGet() == 3) { // in the place of the record to come
              try {
                Files.createDirectories(cells.resolve("0004.json/x"));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }
          }
        };
    assertThatThrownBy(() -> run(DIGITS, "out", blocking, "search.parallelism=1"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("cells/0004.json can't be written to " + folder.resolve("out"))
        .hasMessageContaining("bin/spark-mlp run --resume " + folder.resolve("out"));
    Files.delete(cells.resolve("0004.json/x"));
    Files.delete(cells.resolve("0004.json"));
    resume(folder.resolve("out"));
    assertThat(folder.resolve("out/results.json")).exists();
  }

  @Test
  void aRandomSearchDrawsItsCells() throws IOException {
    JsonNode results =
        run(
            """
            data { format = digits }
            model { hiddenLayers = [16], maxIter = 2, numShards = 2, seed = 1 }
            search {
              kind = random, trials = 3, folds = 2, parallelism = 3
              grid { learningRateSchedule = [constant, cosine] }
              distributions { stepSize = "logUniform(1e-3, 0.1)" }
            }
            """,
            "out",
            Progress.NONE);
    assertThat(results.get("search").get("kind").asText()).isEqualTo("random");
    assertThat(results.get("cells")).hasSize(3);
    for (JsonNode cell : results.get("cells")) {
      assertThat(cell.get("params").get("stepSize").asDouble()).isBetween(1e-3, 0.1);
      assertThat(cell.get("params").get("learningRateSchedule").asText())
          .isIn("constant", "cosine");
      assertThat(cell.get("mean").asDouble()).isPositive();
    }
  }

  @Test
  void resultsDoNotDependOnTheOrderOfRows() throws IOException {
    Dataset<Row> digits =
        new DataReader(SparkSessions.shared(), new Inputs(new Configuration()))
            .all(new DataConfig("digits", "", "label", List.of("features"), java.util.Map.of(), 0));
    List<String> lines = new ArrayList<>();
    for (Row row : digits.limit(600).collectAsList()) {
      double[] pixels = row.<org.apache.spark.ml.linalg.Vector>getAs("features").toArray();
      StringBuilder line = new StringBuilder();
      for (double pixel : pixels) {
        line.append(pixel).append(',');
      }
      lines.add(line.append(row.<Double>getAs("label")).toString());
    }
    StringBuilder header = new StringBuilder();
    for (int j = 0; j < 64; j++) {
      header.append("p").append(j).append(',');
    }
    List<List<JsonNode>> results = new ArrayList<>();
    List<Double> logLosses = new ArrayList<>();
    for (String name : List.of("a", "b")) {
      Collections.shuffle(lines, new Random(name.hashCode()));
      List<String> file = new ArrayList<>(List.of(header + "label"));
      file.addAll(lines);
      Path csv = folder.resolve(name + ".csv");
      Files.write(csv, file);
      JsonNode result =
          run(
              """
              data { format = csv, path = %s, features = "*" }
              model { hiddenLayers = [16], maxIter = 3, numShards = 3, seed = 1, stepSize = 0.01 }
              search { grid { batchSize = [8, 32] }, folds = 3 }
              """
                  .formatted(quoted(csv)),
              name,
              Progress.NONE);
      List<JsonNode> metrics = new ArrayList<>();
      result.get("cells").forEach(cell -> metrics.add(cell.get("folds")));
      ObjectNode test = (ObjectNode) result.get("test");
      logLosses.add(test.remove("logLoss").asDouble());
      metrics.add(result.get("test"));
      results.add(metrics);
    }
    assertThat(results.get(0)).isEqualTo(results.get(1));
    // a float product rounds by where a row lies in its batch of prediction
    assertThat(logLosses.get(0)).isCloseTo(logLosses.get(1), within(1e-6));
  }

  /** A stage that needs no fitting runs once, before the search; the saved model has it too. */
  @Test
  void theCellsOfAFoldShareTheirRowsIfNoStageIsFitted() throws IOException {
    String config =
        """
        data { format = digits }
        stages = [ { class = %s, params { inputCol = features, outputCol = scaled } } ]
        model { featuresCol = scaled, hiddenLayers = [32], stepSize = 0.01, maxIter = 2, numShards = 2, seed = 1 }
        search { grid { batchSize = [16, 64, 128] }, folds = 2 }
        """;
    try (PackedCopies copies = new PackedCopies()) {
      JsonNode results = run(config.formatted("Normalizer"), "before", Progress.NONE);
      assertThat(copies.count())
          .as("training and validation of each fold, and all for the best cell")
          .isEqualTo(2 * 2 + 1);
      Dataset<Row> test =
          new DataReader(SparkSessions.shared(), new Inputs(new Configuration()))
              .read(
                  new ConfigReader(new Inputs(new Configuration()))
                      .read(folder.resolve("x.conf").toString(), List.of(), null)
                      .data())
              .test();
      PipelineModel model = PipelineModel.load(folder.resolve("before/model").toString());
      assertThat(model.stages()).hasSize(2);
      assertThat(
              new MulticlassClassificationEvaluator()
                  .setMetricName("accuracy")
                  .evaluate(model.transform(test)))
          .isEqualTo(results.get("test").get("accuracy").asDouble());
    }
    try (PackedCopies copies = new PackedCopies()) {
      run(config.formatted("MaxAbsScaler"), "within", Progress.NONE);
      assertThat(copies.count()).as("fitted on each fold, cell by cell").isEqualTo(2 * 3 + 1);
    }
    try (PackedCopies copies = new PackedCopies()) {
      run(
          config.formatted("Normalizer"),
          "varied",
          Progress.NONE,
          "search.grid.stage0={p=[1.0,2.0]}");
      assertThat(copies.count()).as("the grid varies the stage").isEqualTo(2 * 6 + 1);
    }
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  private static String quoted(Path path) {
    return '"' + path.toString() + '"';
  }

  @Test
  void aFailedCellIsARecordAndTheSearchGoesOn() throws IOException {
    List<String> failures = Collections.synchronizedList(new ArrayList<>());
    List<Progress.Fit> fits = Collections.synchronizedList(new ArrayList<>());
    List<Integer> announced = new ArrayList<>();
    Progress progress =
        new Progress() {
          @Override
          public void onStart(int all) {
            announced.add(all);
          }

          @Override
          public void onFit(Fit fit, double metric, double seconds) {
            fits.add(fit);
            assertThat(Double.isNaN(metric)).isEqualTo(fit.isFinal());
          }

          @Override
          public void onRound(
              Fit fit, double share, int epoch, int epochs, double loss, double rowsPerSecond) {
            assertThat(share).isBetween(0.0, 1.0);
            assertThat(epoch).isBetween(1, epochs);
            assertThat(rowsPerSecond).isPositive();
          }

          @Override
          public void onFailure(Fit fit, String error) {
            failures.add(fit.params() + ": " + error);
          }
        };
    String config =
        """
        data { format = digits }
        model { solver = sgd, loss = meanSquaredError, activation = identity, hiddenLayers = [8], maxIter = 20, numShards = 2 }
        search { grid { stepSize = [1e-5, 1e6] }, folds = 2 }
        """;
    JsonNode results = run(config, "out", progress);
    JsonNode good = results.get("cells").get(0);
    JsonNode bad = results.get("cells").get(1);
    assertThat(good.has("error")).isFalse();
    assertThat(bad.get("error").asText()).startsWith("training diverged in epoch");
    assertThat(bad.get("folds")).allMatch(JsonNode::isNull);
    assertThat(bad.get("mean").isNull()).isTrue();
    assertThat(results.get("best").get("params").get("stepSize").asDouble()).isEqualTo(1e-5);
    assertThat(failures)
        .hasSize(2)
        .allMatch(line -> line.startsWith("stepSize=1000000: training diverged"));
    assertThat(announced).containsExactly(5);
    assertThat(fits).hasSize(3);
    assertThat(fits.get(2).isFinal()).isTrue();
    assertThatThrownBy(() -> run(config, "none", Progress.NONE, "search.grid.stepSize=[1e5,1e6]"))
        .hasMessageContaining(
            "every cell of the search has failed, this one with: training diverged");
    assertThat(names(folder.resolve("none"))).containsExactly("cells", "config.conf", "run.json");
  }

  @Test
  void withoutASearchTheModelIsTrainedAndTested() throws IOException {
    JsonNode results =
        run(
            "data { format = digits }, model { hiddenLayers = [16], maxIter = 5, stepSize = 0.01 }",
            "out",
            Progress.NONE);
    assertThat(results.get("cells")).isEmpty();
    assertThat(results.get("best").get("mean").isNull()).isTrue();
    assertThat(results.get("test").get("accuracy").asDouble()).isGreaterThan(0.3);
    assertThat(results.get("training").get("epochs")).hasSize(5);
  }

  @Test
  void anEarlierRunIsReplacedAndOtherFilesAreNot() throws IOException {
    String config = "data { format = digits }, model { hiddenLayers = [4], maxIter = 1 }";
    run(config, "out", Progress.NONE);
    Files.createDirectories(folder.resolve("out/_tmp-model"));
    run(config, "out", Progress.NONE, "model.maxIter=2");
    assertThat(names(folder.resolve("out")))
        .containsExactly("config.conf", "model", "results.json", "run.json");
    Files.writeString(folder.resolve("out/thesis.txt"), "precious");
    assertThatThrownBy(() -> run(config, "out", Progress.NONE))
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("holds 'thesis.txt', which no run has made; choose another folder");
    assertThat(Files.readString(folder.resolve("out/thesis.txt"))).isEqualTo("precious");
  }

  @Test
  void readsIdxAndLibsvm() throws IOException {
    Path idx = folder.resolve("idx");
    IdxFiles.write(idx);
    String model = "model { hiddenLayers = [8], maxIter = 40, stepSize = 0.02, batchSize = 16 }\n";
    JsonNode results =
        run(
            "data { format = idx, path = " + quoted(idx) + " }\n" + model,
            "idx-out",
            Progress.NONE);
    assertThat(results.get("test").get("accuracy").asDouble()).isGreaterThan(0.95);
    Random random = new Random(2);
    StringBuilder libsvm = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      int label = i % 2;
      libsvm
          .append(label)
          .append(" 1:")
          .append(label + random.nextGaussian() * 0.1)
          .append(" 3:1\n");
    }
    Path file = folder.resolve("rows.libsvm");
    Files.writeString(file, libsvm);
    JsonNode other =
        run(
            "data { format = libsvm, label = y, path = " + quoted(file) + " }\n" + model,
            "libsvm-out",
            Progress.NONE);
    assertThat(other.get("test").get("accuracy").asDouble()).isGreaterThan(0.95);
  }

  @Test
  void predictionAppliesASavedModel() throws IOException {
    run(
        "data { format = digits }, model { hiddenLayers = [16], maxIter = 5, stepSize = 0.01 }",
        "out",
        Progress.NONE);
    Path input = folder.resolve("in.parquet");
    Dataset<Row> rows =
        new DataReader(SparkSessions.shared(), new Inputs(new Configuration()))
            .all(new DataConfig("digits", "", "label", List.of("features"), java.util.Map.of(), 0))
            .limit(100);
    rows.write().parquet(input.toString());
    PipelineModel model = PipelineModel.load(folder.resolve("out/model").toString());
    for (String format : List.of("parquet", "json", "csv")) {
      String output = folder.resolve("predicted-" + format).toString();
      Prediction prediction =
          Prediction.prepare(
              folder.resolve("out/model").toString(),
              input.toString(),
              output,
              null,
              format,
              List.of("features"),
              java.util.Map.of(),
              new Configuration());
      assertThat(prediction.run(SparkSessions.shared())).isEqualTo(100);
      Dataset<Row> written =
          SparkSessions.shared().read().option("header", true).format(format).load(output);
      assertThat(written.columns()).contains("label", "features", "probability", "prediction");
      assertThat(written.selectExpr("cast(prediction as double)").collectAsList())
          .containsExactlyInAnyOrderElementsOf(
              model.transform(rows).select("prediction").collectAsList());
    }
    assertThatThrownBy(
            () ->
                Prediction.prepare(
                    folder.resolve("nothing").toString(),
                    folder.resolve("in.xls").toString(),
                    folder.resolve("out").toString(),
                    null,
                    "cvs",
                    List.of("features"),
                    java.util.Map.of(),
                    new Configuration()))
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContainingAll(
            "--format: the name " + folder.resolve("in.xls") + " doesn't tell the format",
            "--output-format must be one of parquet, json, csv, got 'cvs'; did you mean 'csv'?",
            "--input: there is no " + folder.resolve("in.xls"),
            "--model: there is no saved model at " + folder.resolve("nothing"),
            "--output: " + folder.resolve("out") + " exists already");
  }
}
