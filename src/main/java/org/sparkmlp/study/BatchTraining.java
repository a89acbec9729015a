package org.sparkmlp.study;

import static org.sparkmlp.study.StudyPage.list;
import static org.sparkmlp.study.StudyPage.number;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.sparkmlp.report.Axis;
import org.sparkmlp.report.Chart;
import org.sparkmlp.report.Series;
import org.sparkmlp.util.Sample;

/** What training is like by batch size, in words and figures. */
final class BatchTraining {
  private final JsonNode settings;
  private final JsonNode found;
  private final int[] batchSizes;
  private final int small;
  private final int large;
  private final int last;

  BatchTraining(JsonNode settings, JsonNode found) {
    this.settings = settings;
    this.found = found;
    this.batchSizes =
        some("epochs", "own").stream().mapToInt(one -> one.get("batchSize").asInt()).toArray();
    this.last = batchSizes.length - 1;
    this.small = batchSizes[0];
    this.large = batchSizes[last];
  }

  /** Rising, the last one that of all rows. */
  int[] batchSizes() {
    return batchSizes;
  }

  /** What was trained, in words. */
  static String network(JsonNode settings) {
    return "a network with hidden layers of "
        + list(settings.get("hiddenLayers"))
        + " units ("
        + settings.get("activation").asText()
        + ")";
  }

  private List<JsonNode> some(String equal, String step) {
    return Records.list(found.get("results")).stream()
        .filter(
            one -> one.get("equal").asText().equals(equal) && one.get("step").asText().equals(step))
        .toList();
  }

  /** A number of each fit: of "training" and "test" loss (0) or accuracy (1). */
  private static double[] ends(JsonNode result, String rows, int which) {
    return Records.list(result.get("fits")).stream()
        .mapToDouble(fit -> Records.numbers(fit.get(rows))[which])
        .toArray();
  }

  private Claim lossClaim(String equal, String step) {
    List<JsonNode> results = some(equal, step);
    return Claim.lessByFactor(
        ends(results.get(0), "training", 0), ends(results.get(last), "training", 0));
  }

  private Claim accuracyClaim(String equal, String step) {
    List<JsonNode> results = some(equal, step);
    return Claim.less(ends(results.get(last), "test", 1), ends(results.get(0), "test", 1));
  }

  /** Training accuracy minus test accuracy, a number a seed. */
  private static double[] gaps(JsonNode result) {
    double[] training = ends(result, "training", 1);
    double[] test = ends(result, "test", 1);
    return IntStream.range(0, test.length).mapToDouble(i -> training[i] - test[i]).toArray();
  }

  /** That the gap of small batches is narrower. */
  private Claim gapClaim(String equal, String step) {
    List<JsonNode> results = some(equal, step);
    return Claim.less(gaps(results.get(0)), gaps(results.get(last)));
  }

  /** Whether large batches fit the training rows less well; told apart over seeds. */
  private boolean isUnderfitted(String equal, String step) {
    List<JsonNode> results = some(equal, step);
    return Paired.of(ends(results.get(last), "training", 1), ends(results.get(0), "training", 1))
        .isLower();
  }

  private static String loss(JsonNode result) {
    return Seeds.numbers(ends(result, "training", 0));
  }

  private static String accuracy(double[] values) {
    return Double.isNaN(Sample.mean(values)) ? "–" : Seeds.percents(values);
  }

  TextbookRow loss() {
    List<String> figures = new ArrayList<>();
    for (String equal : List.of("epochs", "updates")) {
      List<JsonNode> results = some(equal, "own");
      figures.add(
          String.format(
              "training loss after equal %s: %s / %s",
              equal, loss(results.get(0)), loss(results.get(last))));
    }
    return TextbookRow.of(
        "optimization",
        "better / worse",
        List.of(lossClaim("epochs", "own"), lossClaim("updates", "own")),
        List.of("equal epochs", "equal updates"),
        figures);
  }

  /** The test accuracy of each fit when its training loss was first down to the level. */
  private static double[] atLevel(JsonNode result) {
    return ends(result, "atLevel", 1);
  }

  private Claim levelClaim() {
    List<JsonNode> results = some("updates", "own");
    return Claim.less(atLevel(results.get(last)), atLevel(results.get(0)));
  }

  TextbookRow generalization() {
    List<String> figures = new ArrayList<>();
    for (String equal : List.of("epochs", "updates")) {
      List<JsonNode> results = some(equal, "own");
      figures.add(
          String.format(
              "test accuracy after equal %s: %s / %s",
              equal,
              accuracy(ends(results.get(0), "test", 1)),
              accuracy(ends(results.get(last), "test", 1))));
    }
    List<JsonNode> results = some("updates", "own");
    figures.add(
        String.format(
            "at a training loss of %s: %s / %s",
            number(settings.get("trainingLoss").asDouble()),
            accuracy(atLevel(results.get(0))),
            accuracy(atLevel(results.get(last)))));
    List<Claim> claims =
        new ArrayList<>(
            List.of(accuracyClaim("epochs", "own"), accuracyClaim("updates", "own"), levelClaim()));
    List<String> parts = new ArrayList<>();
    for (String equal : List.of("epochs", "updates")) {
      parts.add(
          "test accuracy, equal "
              + equal
              + (isUnderfitted(equal, "own") ? " (the large batch is underfitted)" : ""));
    }
    parts.add("test accuracy, equal training loss");
    for (String equal : List.of("epochs", "updates")) {
      List<JsonNode> own = some(equal, "own");
      claims.add(gapClaim(equal, "own"));
      parts.add("gap, equal " + equal);
      figures.add(
          String.format(
              "gap after equal %s: %s / %s",
              equal, accuracy(gaps(own.get(0))), accuracy(gaps(own.get(last)))));
    }
    return TextbookRow.of("generalization", "better / worse", claims, parts, figures);
  }

  void section(StudyPage page, String equal) {
    boolean epochs = equal.equals("epochs");
    page.section("After equal " + equal)
        .text(
            String.format(
                Locale.ROOT,
                "The digits, %s, %s, constant rate, %s, %s seeds. %s Losses and accuracies are those of the final weights"
                    + " on all %d training rows and on the test rows; the gap is training accuracy minus test accuracy; means over"
                    + " seeds ± their standard errors.",
                network(settings),
                settings.get("solver").asText(),
                epochs
                    ? settings.get("epochs").asText() + " epochs"
                    : "at least " + settings.get("updates").asText() + " updates (whole epochs)",
                settings.get("seeds").asText(),
                tuning(equal),
                large));
    for (String step : List.of("own", "common")) {
      List<JsonNode> results = some(equal, step);
      page.text(verdict(equal, step, results));
      List<List<String>> rows = new ArrayList<>();
      for (JsonNode result : results) {
        rows.add(
            List.of(
                result.get("batchSize").asText(),
                number(result.get("stepSize").asDouble()),
                result.get("updates").asText(),
                loss(result),
                accuracy(ends(result, "training", 1)),
                accuracy(ends(result, "test", 1)),
                accuracy(gaps(result))));
      }
      page.table(
          List.of(
              "batch size",
              "step size",
              "updates",
              "training loss",
              "training accuracy",
              "test accuracy",
              "gap"),
          rows);
      page.figure("loss-" + equal + "-" + step, curves(equal, step, results));
    }
  }

  private String tuning(String equal) {
    List<String> edge = new ArrayList<>();
    for (JsonNode result : some(equal, "own")) {
      double stepSize = result.get("stepSize").asDouble();
      if (StepSizes.isAtEdge(stepSize, settings.get("stepSizes"))) {
        edge.add(result.get("batchSize").asText());
      }
    }
    return String.format(
        "A batch size's own step size is that of %s with the lowest loss on a tenth of the rows other than test rows, held"
            + " out from fits on the rest with another seed%s; the common one is %s.",
        StepSizes.words(settings.get("stepSizes")),
        edge.isEmpty()
            ? ""
            : " (for batches of " + list(edge) + " the best was at the edge of what was tried)",
        number(settings.get("commonStepSize").asDouble()));
  }

  private String verdict(String equal, String step, List<JsonNode> results) {
    JsonNode best = results.get(0);
    for (JsonNode one : results) {
      double loss = Sample.mean(ends(one, "training", 0));
      if (!(loss >= Sample.mean(ends(best, "training", 0)))) {
        best = Double.isNaN(loss) ? best : one;
      }
    }
    return String.format(
        Locale.ROOT,
        "%s: lowest training loss with batches of %s. That batches of %d end with a lower loss than those of %d is %s, that"
            + " they end with a higher test accuracy is %s, that they end with a narrower gap is %s.%s",
        step.equals("own") ? "Each with its own step size" : "All with the common step size",
        best.get("batchSize").asText(),
        small,
        large,
        lossClaim(equal, step).words(),
        accuracyClaim(equal, step).words(),
        gapClaim(equal, step).words(),
        underfitted(equal, step));
  }

  /** A sentence where a low test accuracy is one of too little training; else empty. */
  private String underfitted(String equal, String step) {
    List<JsonNode> results = some(equal, step);
    return isUnderfitted(equal, step)
        ? String.format(
            Locale.ROOT,
            " Batches of %d are underfitted here: their training accuracy is %s, that of batches of %d %s, so a lower test"
                + " accuracy of theirs doesn't say that they generalize worse.",
            large,
            accuracy(ends(results.get(last), "training", 1)),
            small,
            accuracy(ends(results.get(0), "training", 1)))
        : "";
  }

  private Chart curves(String equal, String step, List<JsonNode> results) {
    boolean updates = equal.equals("updates");
    Chart chart =
        Chart.of(
                "Training loss, equal "
                    + equal
                    + (step.equals("own") ? ", own step sizes" : ", common step size"),
                updates ? Axis.linear("update") : Axis.linear("epoch"),
                Axis.log("loss"))
            .describe(
                "Training loss by " + (updates ? "update" : "epoch") + " for each batch size");
    for (JsonNode result : results) {
      double[] epochs = Records.numbers(result.get("epochs"));
      double each = result.get("updates").asDouble() / epochs[epochs.length - 1];
      chart.line(
          "batches of " + result.get("batchSize").asText(),
          Arrays.stream(epochs).map(e -> updates ? e * each : e).toArray(),
          DigitFits.mean(result.get("fits"), "loss"));
    }
    return chart;
  }

  void togetherSection(StudyPage page) {
    List<JsonNode> results = some("updates", "own");
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode result : results) {
      double[] there = ends(result, "atLevel", 0);
      long reached = Arrays.stream(there).filter(e -> !Double.isNaN(e)).count();
      double each =
          result.get("updates").asDouble()
              / result.get("epochs").get(result.get("epochs").size() - 1).asDouble();
      double mean = Sample.mean(there);
      rows.add(
          List.of(
              result.get("batchSize").asText(),
              reached + " of " + there.length,
              Double.isNaN(mean) ? "–" : Seeds.numbers(there),
              Double.isNaN(mean)
                  ? "–"
                  : Seeds.numbers(Arrays.stream(there).map(e -> e * each).toArray()),
              accuracy(atLevel(result))));
    }
    double[] sizes = Arrays.stream(batchSizes).asDoubleStream().toArray();
    double low =
        Math.min(
            Math.min(lowest(results, "test"), lowest(results, "atLevel")),
            lowest(some("epochs", "own"), "test"));
    double from = Math.max(0, Math.floor(low * 20) / 20 - 0.05);
    Chart chart =
        Chart.of(
                "Test accuracy, own step sizes",
                Axis.log("rows of a batch"),
                Axis.linear("accuracy").between(from, 1))
            .describe(
                "Test accuracy by batch size after equal epochs, after equal updates and at equal training loss");
    addAccuracies(chart, "equal epochs", sizes, some("epochs", "own"), "test");
    addAccuracies(chart, "equal updates", sizes, results, "test");
    addAccuracies(chart, "equal training loss", sizes, results, "atLevel");
    page.section("At equal training loss")
        .text(
            String.format(
                Locale.ROOT,
                "The fits of equal updates with own step sizes, at the end of the first epoch whose mean training loss"
                    + " was at most %s: what a batch size does for the test accuracy of networks that fit the training rows"
                    + " about equally well. (The loss of an epoch is the mean over its updates, so small batches are a little"
                    + " below it at its end.) Means over seeds ± their standard errors. That batches of %d have a higher test accuracy there than those of %d is %s.",
                number(settings.get("trainingLoss").asDouble()),
                small,
                large,
                levelClaim().words()))
        .table(List.of("batch size", "fits there", "epochs", "updates", "test accuracy"), rows)
        .figure("accuracy", chart);
  }

  /** The lowest accuracy of all fits, but 1 if there is none. */
  private static double lowest(List<JsonNode> results, String rows) {
    return results.stream()
        .flatMapToDouble(one -> Arrays.stream(ends(one, rows, 1)))
        .filter(value -> !Double.isNaN(value))
        .min()
        .orElse(1);
  }

  private static void addAccuracies(
      Chart chart, String name, double[] sizes, List<JsonNode> results, String rows) {
    chart.add(
        Series.line(
                name,
                sizes,
                results.stream().mapToDouble(one -> Sample.mean(ends(one, rows, 1))).toArray())
            .withColour(chart.series().size())
            .withErrors(
                results.stream()
                    .mapToDouble(
                        one -> {
                          double[] values = ends(one, rows, 1);
                          double error = Sample.standardError(values);
                          return values.length < 2 || Double.isNaN(error) ? 0 : error;
                        })
                    .toArray()));
  }
}
