package org.sparkmlp.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a report says and is made of; ReportBrowserTest looks at it in a browser. */
class RunReportTest {
  private static final List<String> SCHEDULES = List.of("constant", "linear", "cosine");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static RunFiles grid() {
    return SampleRuns.grid("digits", SCHEDULES, 3, 12);
  }

  /** What a reader sees, without tags, scripts and style. */
  private static String words(String html) {
    return html.replaceAll("(?s)<(script|style)[^>]*>.*?</\\1>", "")
        .replaceAll("<[^>]*>", " ")
        .replaceAll("\\s+", " ")
        .replace("&#x27;", "'")
        .replace("&lt;", "<");
  }

  private static JsonNode specs(String html) throws Exception {
    Matcher script =
        Pattern.compile("<script type=\"application/json\" id=\"charts\">(.*?)</script>")
            .matcher(html);
    assertThat(script.find()).isTrue();
    return MAPPER.readTree(script.group(1));
  }

  private static JsonNode chart(String html, String title) throws Exception {
    for (JsonNode spec : specs(html)) {
      if (spec.get("title").asText().equals(title)) {
        return spec;
      }
    }
    throw new AssertionError("there is no chart " + title);
  }

  @Test
  void theAnswerComesFirst() {
    String words = words(RunReport.html(grid()));
    assertThat(words)
        .contains("Best: schedule constant with batch size 4 .")
        .contains(
            "97.5 % of the held-out rows are classified right (95 % sure: 95.5 to 98.6 %; 400 rows).")
        .contains(
            "Is it surely the best? No: of 9 combinations, 3 others can't be told from it by 3 folds.")
        .contains("Ruled out, whatever it is combined with: schedule cosine.")
        .contains(
            "Every batch size that was tried has a combination among the best: this search doesn't decide between them.")
        .contains("Cross-validated accuracy 97.8 % \u00b1 0.23 points (standard error)")
        .contains("Not told from the best 3 of 8 others")
        .contains("What to try next")
        .contains("bin/spark-mlp run conf/digits.conf model.numShards=4 -- --master 'local[2]'");
    assertThat(words.indexOf("Best:")).isLessThan(words.indexOf("a dot is a fold"));
  }

  @Test
  void chartsHoldTheNumbersOfTheRecords() throws Exception {
    RunFiles files = grid();
    String html = RunReport.html(files);
    JsonNode heat = chart(html, "Accuracy (%) by schedule and batch size");
    assertThat(heat.at("/y/categories")).hasToString("[\"constant\",\"linear\",\"cosine\"]");
    assertThat(heat.at("/x/categories")).hasToString("[\"4\",\"8\",\"16\"]");
    assertThat(heat.at("/values/2/1").asDouble()).isCloseTo(0.98 - 0.002 * 8, within(1e-9));
    assertThat(heat.at("/labels/0/0").asText()).isEqualTo("\u2605 97.80");
    assertThat(heat.at("/labels/1/0").asText()).isEqualTo("\u25cf 97.20");
    assertThat(heat.at("/labels/2/2").asText()).isEqualTo("96.20");
    JsonNode loss = chart(html, "Training loss");
    assertThat(loss.get("series")).hasSize(9);
    JsonNode first = loss.at("/series/0");
    assertThat(first.get("name").asText()).isEqualTo("#1 constant \u00b7 4");
    assertThat(first.get("weight").asText()).isEqualTo("strong");
    double mean = 0;
    for (JsonNode fit : MAPPER.readTree(files.cells().get(0)).get("fits")) {
      mean += fit.at("/training/epochs/6/loss").asDouble() / 3;
    }
    assertThat(first.at("/y/6").asDouble()).isCloseTo(mean, within(1e-5));
    // colour by schedule, line by batch size
    assertThat(loss.at("/series/3/colour").asInt()).isEqualTo(1);
    assertThat(loss.at("/series/4/dash").asInt()).isEqualTo(1);
    JsonNode confusion = chart(html, "Confusion matrix");
    assertThat(confusion.at("/labels/0/0").asText()).isEqualTo("130");
    assertThat(confusion.at("/values/0/0").isNull()).as("what is right has no colour").isTrue();
    assertThat(confusion.at("/values/0/1").asDouble()).isCloseTo(3 / 133.0, within(1e-6));
    JsonNode calibration = chart(html, "Calibration");
    assertThat(calibration.at("/series/1/y/1").asDouble()).isEqualTo(0.985);
    assertThat(html)
        .contains("<img src=\"data:image/png;base64,")
        .contains("a 1 that was taken for a 0");
  }

  @Test
  void itIsOneFileThatLoadsNothing() {
    String html = RunReport.html(grid());
    // the license of ECharts names addresses, and SVG its namespace: nothing is an address to load
    assertThat(html.replaceAll("(?s)<script>.*?</script>", ""))
        .doesNotContainPattern("(src|href)=\"(?!#|data:image/png;base64,)")
        .doesNotContain("url(", "@import");
    assertThat(html)
        .contains("Licensed to the Apache Software Foundation")
        .contains("default-src &#x27;none&#x27;");
  }

  @Test
  void itIsAPureFunctionOfTheRecords() {
    assertThat(RunReport.html(grid())).isEqualTo(RunReport.html(grid()));
  }

  @Test
  void nothingInTheRecordsBecomesMarkup() throws Exception {
    String html = RunReport.html(SampleRuns.evil());
    assertThat(Pattern.compile("<script").matcher(html).results().count())
        .as("ours: the numbers, ECharts, our own")
        .isEqualTo(Pattern.compile("<script").matcher(RunReport.html(grid())).results().count());
    String rest = html.replaceAll("(?s)<script[^>]*>.*?</script>", "");
    assertThat(rest).doesNotContain("<img src=x", "onerror=\"", "</script>");
    assertThat(specs(html).toString()).contains("window.hacked");
    assertThat(Comparison.html(List.of(SampleRuns.evil(), SampleRuns.evil())))
        .doesNotContain("<img src=x");
  }

  @Test
  void failedCellsAreShownWithTheirErrors() throws Exception {
    RunFiles files = grid();
    ObjectNode results = (ObjectNode) MAPPER.readTree(files.results());
    ObjectNode cell = (ObjectNode) results.at("/cells/5");
    cell.put("error", "training diverged in epoch 3");
    cell.putNull("mean");
    cell.putNull("distinguishable");
    String html = RunReport.html(SampleRuns.with(files, results.toString()));
    assertThat(words(html))
        .contains("failed training diverged in epoch 3")
        .contains(
            "1 combination failed, the first (schedule linear, batch size 16) with: training diverged");
    assertThat(chart(html, "Accuracy (%) by schedule and batch size").at("/labels/1/2").asText())
        .isEqualTo("failed");
  }

  /** As after halving: what was given up earlier isn't said to be worse. */
  @Test
  void cellsThatWereNotComparedAreNotJudged() throws Exception {
    RunFiles files = grid();
    ObjectNode results = (ObjectNode) MAPPER.readTree(files.results());
    for (int i = 2; i < 9; i++) {
      ((ObjectNode) results.at("/cells/" + i)).putNull("distinguishable");
    }
    ((ObjectNode) results.at("/cells/1")).put("distinguishable", true);
    assertThat(words(RunReport.html(SampleRuns.with(files, results.toString()))))
        .contains("each of those that came as far (1) is worse by more than chance")
        .contains("7 others were given up earlier and not compared with it.")
        .contains("Not told from the best 0 of 1 other")
        .doesNotContain("every other combination is worse");
    ((ObjectNode) results.at("/cells/1")).put("distinguishable", false);
    assertThat(words(RunReport.html(SampleRuns.with(files, results.toString()))))
        .contains(
            "No: of 2 combinations that came as far, 1 other can't be told from it by 3 folds.")
        .contains("7 others were given up earlier and not compared with it.")
        .doesNotContain("The comparison is of fits");
    for (int i = 0; i < 2; i++) {
      ((ObjectNode) results.at("/cells/" + i)).put("resource", 0.2);
    }
    assertThat(words(RunReport.html(SampleRuns.with(files, results.toString()))))
        .contains("compared with it. The comparison is of fits with 20 % of a whole fit.");
    ((ObjectNode) results.get("search")).put("resource", "maxIter");
    assertThat(words(RunReport.html(SampleRuns.with(files, results.toString()))))
        .contains("The comparison is of fits with 20 % of the epochs.")
        .contains("(standard error), with 20 % of the epochs");
    ((ObjectNode) results.get("search")).put("resource", "rows");
    // where the best came further, alone
    ((ObjectNode) results.at("/cells/0")).put("resource", 1);
    ((ObjectNode) results.at("/cells/1")).put("difference", 0.0123);
    ((ObjectNode) results.at("/cells/1")).put("distinguishable", true);
    assertThat(words(RunReport.html(SampleRuns.with(files, results.toString()))))
        .contains("is behind by 1.23 points.")
        .contains("The comparison is of fits with 45 % of the rows for 45 % of the epochs.")
        .contains("20 % is 45 % of the rows for 45 % of the epochs.");
  }

  /** Cheaper, but not worse by more than a standard error; no advice that can do nothing. */
  @Test
  void adviceFollowsItsRules() throws Exception {
    RunFiles grid = grid();
    List<String> cells = new ArrayList<>(grid.cells());
    for (int cell = 1; cell <= 2; cell++) { // the second is behind by 0.2 points, the third by 0.4
      cells.set(cell, cells.get(cell).replace("\"seconds\":1.0", "\"seconds\":0." + (4 - cell)));
    }
    ObjectNode results = (ObjectNode) MAPPER.readTree(grid.results());
    ObjectNode training = (ObjectNode) results.get("training");
    training.put("computeSeconds", 1).put("aggregationSeconds", 3);
    RunFiles files =
        new RunFiles(grid.folder(), results.toString(), grid.run(), cells, grid.config());
    assertThat(words(RunReport.html(files)))
        .contains(
            "is behind by no more than a standard error (0.20 points), and a fit takes 0.3 s instead of 1.0 s: take it")
        .contains(
            "75 % of the training time went into rounds between the shards: fewer numShards may make it faster.");
    training.put("rounds", 2 * training.get("rounds").asInt());
    assertThat(words(RunReport.html(SampleRuns.with(files, results.toString()))))
        .contains("shards: larger localSteps or fewer numShards may");
  }

  @Test
  void halfRecordsGiveASentence() throws Exception {
    RunFiles files = grid();
    // not finished
    String words =
        words(
            RunReport.html(
                new RunFiles("x", null, files.run(), files.cells().subList(0, 4), null)));
    assertThat(words)
        .contains("This run has not finished: there is no results.json")
        .contains("Best so far:")
        .contains("All combinations");
    // a cell with one fold of three, though with the best metric
    ObjectNode one = (ObjectNode) MAPPER.readTree(files.cells().get(3));
    ArrayNode fits = (ArrayNode) one.get("fits");
    fits.remove(2);
    fits.remove(1);
    ((ObjectNode) fits.get(0)).put("metric", 0.99);
    assertThat(
            words(
                RunReport.html(
                    new RunFiles(
                        "x",
                        null,
                        files.run(),
                        List.of(files.cells().get(0), one.toString()),
                        null))))
        .contains("Best so far: schedule constant with batch size 4");
    assertThat(
            words(
                RunReport.html(
                    new RunFiles("x", null, files.run(), List.of(one.toString()), null))))
        .contains("Best so far: schedule linear with batch size 4");
    // nothing but the beginning
    assertThat(words(RunReport.html(new RunFiles("x", null, files.run(), List.of(), null))))
        .contains("No combination has ended well so far.");
    // cut off in the middle
    String half = files.results().substring(0, files.results().length() / 2);
    assertThat(words(RunReport.html(SampleRuns.with(files, half))))
        .contains("The file results.json is not whole, so it is left out.")
        .contains("This run has not finished");
    String cell = files.cells().get(0);
    RunFiles broken =
        new RunFiles(
            "x",
            files.results(),
            null,
            List.of(cell.substring(0, 100), "[]", "", files.cells().get(1)),
            null);
    assertThat(words(RunReport.html(broken))).contains("A file in cells/ is not whole");
    // of a later version
    ObjectNode later = (ObjectNode) MAPPER.readTree(files.results());
    later.put("recordVersion", 7);
    assertThat(words(RunReport.html(SampleRuns.with(files, later.toString()))))
        .contains("These records are of version 7, and this report knows version 1");
    // every member missing, or of another type
    ObjectNode all = (ObjectNode) MAPPER.readTree(files.results());
    for (var field : all.properties()) {
      String member = field.getKey();
      for (String value :
          List.of("", "null", "17", "\"text\"", "[1, \"a\", null]", "{\"a\": {}}")) {
        ObjectNode changed = all.deepCopy();
        if (value.isEmpty()) {
          changed.remove(member);
        } else {
          changed.set(member, MAPPER.readTree(value));
        }
        assertThat(RunReport.html(SampleRuns.with(files, changed.toString())))
            .as(member + " = " + value)
            .contains("</html>");
      }
    }
  }

  /** Records as they were before they had a version. */
  @Test
  void oldRecordsAreShown() throws Exception {
    String old =
        """
        {"experiment": "old", "seed": 1, "versions": {"spark": "4.1.0"}, "metric": "logLoss",
         "cells": [{"params": {"stepSize": 0.1}, "mean": 0.3, "std": 0.02, "folds": [0.28, 0.32], "seconds": 2.0},
                   {"params": {"stepSize": 0.3}, "mean": 0.2, "std": 0.02, "folds": [0.18, 0.22], "seconds": 2.5}],
         "best": {"params": {"stepSize": 0.3}, "mean": 0.2},
         "test": {"accuracy": 0.9, "logLoss": 0.21}, "training": {"epochs": []}}
        """;
    String html = RunReport.html(new RunFiles("out/old", old, null, List.of(), null));
    assertThat(words(html))
        .contains("Best: step size 0.3 .")
        .contains("These records don't say which combinations are surely worse than the best.")
        .contains("These records have no details by class.")
        .contains(
            "The best step size, 0.3, is the largest that was tried: search on, with stepSize = 0.9 too.");
    JsonNode points = chart(html, "Log loss by step size").at("/series/0");
    assertThat(points.get("y")).hasToString("[0.3,0.2]");
    assertThat(points.at("/errors/0").asDouble()).isCloseTo(0.02 / Math.sqrt(2), within(1e-6));
    String single =
        RunReport.html(
            new RunFiles(
                "one",
                "{\"experiment\": \"one\", \"cells\": [], \"test\": {\"accuracy\": 0.5}}",
                null,
                List.of(),
                null));
    assertThat(words(single)).contains("A single model, trained without a search.");
  }

  @Test
  void runsAreCompared() throws Exception {
    RunFiles one = grid();
    ObjectNode results = (ObjectNode) MAPPER.readTree(one.results());
    ((ObjectNode) results.get("test")).put("accuracy", 0.9);
    RunFiles two =
        new RunFiles("b", results.toString(), null, one.cells(), "model { maxIter = 5 }");
    String html = Comparison.html(List.of(two, one));
    assertThat(words(html))
        .contains("2 runs compared")
        .contains("Best on held-out rows: digits (digits) . 97.5 %")
        .contains("Its 95 % interval lies above that of every other run.")
        .contains("model.maxIter 5 40");
    assertThat(chart(html, "Accuracy on held-out rows (%)").at("/series/0/y"))
        .hasToString("[90,97.5]");
    ((ObjectNode) results.get("test")).put("accuracy", 0.974);
    assertThat(words(Comparison.html(List.of(SampleRuns.with(one, results.toString()), one))))
        .contains("overlap with its own");
  }

  @Test
  void intervalsAreWilsons() {
    // R: prop.test(81, 263, correct = FALSE), the example of Newcombe (1998), table I
    assertThat(Verdict.interval(81 / 263.0, 263))
        .containsExactly(new double[] {0.2553, 0.3662}, within(5e-5));
    assertThat(Verdict.interval(0, 20)).containsExactly(new double[] {0, 0.1611}, within(5e-5));
  }

  @TempDir Path folder;

  @Test
  void foldersAreRead() throws Exception {
    RunFiles files = grid();
    Files.writeString(folder.resolve("results.json"), files.results());
    Files.createDirectories(folder.resolve("cells"));
    Files.writeString(folder.resolve("cells/0001.json"), files.cells().get(0));
    Files.writeString(folder.resolve("cells/_tmp-0002.json"), "{");
    RunFiles read = RunFiles.read(folder.toString(), new Configuration());
    assertThat(read.results()).isEqualTo(files.results());
    assertThat(read.cells()).containsExactly(files.cells().get(0));
    assertThat(read.run()).isNull();
    Path report = folder.resolve("report.html");
    ReportFile.write(report.toString(), "old", new Configuration());
    ReportFile.write(report.toString(), "new", new Configuration());
    assertThat(report).hasContent("new");
    try (var names = Files.list(folder)) {
      assertThat(names.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("results.json", "cells", "report.html");
    }
    assertThatThrownBy(
            () -> ReportFile.write(report.getParent().toString(), "new", new Configuration()))
        .hasMessageEndingWith("it is a folder; give the name of a file");
    assertThatThrownBy(
            () -> ReportFile.write(report + "/x/report.html", "new", new Configuration()))
        .hasMessageContaining("the report can't be written to " + report + "/x/report.html");
    assertThatThrownBy(() -> RunFiles.read(folder + "/cells", new Configuration()))
        .isInstanceOf(FileNotFoundException.class)
        .hasMessageContaining("has neither results.json nor run.json");
    assertThatThrownBy(() -> RunFiles.read(folder + "/none", new Configuration()))
        .hasMessageContaining("there is no folder");
  }
}
