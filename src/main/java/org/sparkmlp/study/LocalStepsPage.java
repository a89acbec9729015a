package org.sparkmlp.study;

import static org.sparkmlp.study.StudyPage.list;
import static org.sparkmlp.study.StudyPage.number;
import static org.sparkmlp.study.StudyPage.percent;

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

/** What {@link LocalStepsStudy} has found, in words and figures. */
final class LocalStepsPage {
  private final JsonNode settings;
  private final JsonNode found;
  private final double accuracy;

  LocalStepsPage(JsonNode settings, JsonNode found) {
    this.settings = settings;
    this.found = found;
    this.accuracy = settings.get("accuracy").asDouble();
  }

  StudyPage page() {
    StudyPage page = new StudyPage("Local steps");
    for (JsonNode shards : settings.get("shards")) {
      page.text(answer(shards.asInt()));
    }
    JsonNode data = settings.get("data");
    page.text(
        String.format(
            Locale.ROOT,
            "MLPClassifier on Spark, the rows in that many shards. "
                + machines(found.path("master").asText())
                + "localSteps is the number of updates that each shard"
                + " makes on its own between two aggregations; with 1 every update is one of all shards together, on rows of"
                + " all. outerMomentum is momentum from aggregation to aggregation. With localSteps = 1 an update uses %s rows"
                + " of all shards, else each shard's uses %s rows of its own: so more shards make fewer updates an epoch, and"
                + " the mean of their weights moves about as far as one of them does. Hidden layers of %s units (%s), %s, step"
                + " size %s, %s epochs, %s seeds; %s training rows and %s test rows of %s normal features, with the classes (%s)"
                + " that a random network of %s hidden units gives them.",
            settings.get("batchSize").asText(),
            settings.get("batchSize").asText(),
            list(settings.get("hiddenLayers")),
            settings.get("activation").asText(),
            settings.get("solver").asText(),
            number(settings.get("stepSize").asDouble()),
            settings.get("epochs").asText(),
            settings.get("seeds").asText(),
            data.get("training").asText(),
            data.get("test").asText(),
            data.get("features").asText(),
            data.get("classes").asText(),
            data.get("units").asText()));
    for (JsonNode shards : settings.get("shards")) {
      shards(page, shards.asInt());
    }
    return page;
  }

  /** Where Spark ran; records without a master are of a session in one process. */
  private static String machines(String master) {
    boolean known = !master.isEmpty();
    return known && !master.startsWith("local")
        ? "Spark's master: " + master + ". "
        : "Spark ran in one process (local mode"
            + (known ? ", " + master : "")
            + "): aggregations went over no network, so that those of a cluster take longer, and what fewer of them save"
            + " there is not measured here. ";
  }

  private List<JsonNode> results(int shards) {
    return Records.list(found.get("results")).stream()
        .filter(one -> one.get("shards").asInt() == shards)
        .toList();
  }

  private static boolean synchronous(JsonNode result) {
    return result.get("localSteps").asText().equals("1");
  }

  private static String name(JsonNode result) {
    return result.get("localSteps").asText()
        + (synchronous(result)
            ? ""
            : " (momentum " + number(result.get("outerMomentum").asDouble()) + ")");
  }

  private static double[] accuracies(JsonNode result) {
    return DigitFits.last(result.get("fits"), "accuracy");
  }

  /** Of the whole fit, one a seed. */
  private static double[] seconds(JsonNode result) {
    return Records.list(result.get("epochSeconds")).stream()
        .mapToDouble(fit -> Arrays.stream(Records.numbers(fit)).sum())
        .toArray();
  }

  private static double medianSeconds(JsonNode result) {
    return Claim.quartile(seconds(result), 2);
  }

  /** The first epoch after which each fit had the accuracy; NaN if it never had. */
  private double[] epochsToAccuracy(JsonNode result) {
    return Records.list(result.get("fits")).stream()
        .mapToDouble(
            fit -> {
              double[] all = Records.numbers(fit.get("accuracy"));
              return IntStream.range(0, all.length)
                  .filter(e -> all[e] >= accuracy)
                  .mapToDouble(e -> e + 1)
                  .findFirst()
                  .orElse(Double.NaN);
            })
        .toArray();
  }

  private double[] secondsToAccuracy(JsonNode result) {
    double[] epochs = epochsToAccuracy(result);
    double[] seconds = new double[epochs.length];
    for (int i = 0; i < epochs.length; i++) {
      double[] each = Records.numbers(result.get("epochSeconds").get(i));
      seconds[i] =
          Double.isNaN(epochs[i]) ? Double.NaN : Arrays.stream(each, 0, (int) epochs[i]).sum();
    }
    return seconds;
  }

  /** Whether its accuracy differs from that with localSteps = 1, in words. */
  private static String against(JsonNode every, JsonNode result) {
    if (synchronous(result)) {
      return "–";
    }
    Claim lower = Claim.less(accuracies(result), accuracies(every));
    String difference =
        String.format(
            Locale.ROOT,
            "%+.2f points",
            100 * (Sample.mean(accuracies(result)) - Sample.mean(accuracies(every))));
    return difference
        + (lower == Claim.CONFIRMED
            ? ", lower"
            : lower == Claim.REFUTED ? ", higher" : ", not told apart");
  }

  private static double error(JsonNode result) {
    double[] values = accuracies(result);
    return values.length < 2 ? 0 : Sample.standardError(values);
  }

  private String answer(int shards) {
    List<JsonNode> results = results(shards);
    JsonNode every = results.get(0);
    List<String> lower = new ArrayList<>();
    List<String> same = new ArrayList<>();
    List<String> higher = new ArrayList<>();
    JsonNode fastest = every;
    JsonNode soonest = every;
    for (JsonNode one : results.subList(1, results.size())) {
      switch (Claim.less(accuracies(one), accuracies(every))) {
        case CONFIRMED -> lower.add(name(one));
        case REFUTED -> higher.add(name(one));
        default -> same.add(name(one));
      }
      fastest = medianSeconds(one) < medianSeconds(fastest) ? one : fastest;
      soonest = sooner(one, soonest) ? one : soonest;
    }
    StringBuilder words = new StringBuilder();
    words.append(
        String.format(
            Locale.ROOT,
            "With %d shards, %s epochs that aggregate every update (localSteps = 1, %s aggregations) take %s s and end with"
                + " a test accuracy of %s ± %s (standard error). The fastest, localSteps = %s with %s aggregations, take %s s: %s times as"
                + " fast.",
            shards,
            settings.get("epochs").asText(),
            every.get("rounds").asText(),
            number(medianSeconds(every)),
            percent(Sample.mean(accuracies(every))),
            percent(error(every)),
            name(fastest),
            fastest.get("rounds").asText(),
            number(medianSeconds(fastest)),
            number(medianSeconds(every) / medianSeconds(fastest))));
    List<String> parts = new ArrayList<>();
    if (!lower.isEmpty()) {
      parts.add("lower with " + list(lower));
    }
    if (!same.isEmpty()) {
      parts.add("not told apart with " + list(same));
    }
    if (!higher.isEmpty()) {
      parts.add("higher with " + list(higher));
    }
    words
        .append(
            " Accuracy after these epochs against localSteps = 1 (paired over seeds, 5 % level): ")
        .append(parts.isEmpty() ? "nothing else was tried" : String.join("; ", parts))
        .append(".");
    double mean = Sample.mean(secondsToAccuracy(soonest));
    words.append(
        Double.isNaN(mean)
            ? String.format(" None reaches an accuracy of %s with every seed.", percent(accuracy))
            : String.format(
                " %s is reached soonest with localSteps = %s: after %s s, mean over seeds%s.",
                percent(accuracy),
                name(soonest),
                number(mean),
                soonest.equals(every) || Double.isNaN(Sample.mean(secondsToAccuracy(every)))
                    ? ""
                    : ", against " + number(Sample.mean(secondsToAccuracy(every))) + " s with 1"));
    return words.toString();
  }

  private boolean sooner(JsonNode one, JsonNode other) {
    double mean = Sample.mean(secondsToAccuracy(one));
    double theirs = Sample.mean(secondsToAccuracy(other));
    return mean < theirs || (!Double.isNaN(mean) && Double.isNaN(theirs));
  }

  private void shards(StudyPage page, int shards) {
    List<JsonNode> results = results(shards);
    List<List<String>> rows = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    for (JsonNode one : results) {
      double[] epochs = epochsToAccuracy(one);
      long reached = Arrays.stream(epochs).filter(e -> !Double.isNaN(e)).count();
      boolean all = reached == epochs.length;
      rows.add(
          List.of(
              one.get("localSteps").asText(),
              synchronous(one) ? "–" : number(one.get("outerMomentum").asDouble()),
              one.get("rounds").asText(),
              number(medianSeconds(one)),
              percent(Sample.mean(accuracies(one))),
              accuracies(one).length < 2 ? "–" : percent(error(one)),
              against(results.get(0), one),
              reached + " of " + epochs.length,
              all ? number(Sample.mean(epochs)) : "–",
              all ? number(Sample.mean(secondsToAccuracy(one))) : "–"));
      if (one.get("localSteps").asText().equals(LocalStepsStudy.AUTO) && reasons.isEmpty()) {
        reasons.add(one.get("reason").asText());
      }
    }
    page.section(shards + " shards")
        .text(
            String.format(
                Locale.ROOT,
                "Seconds are the median over seeds of the whole fit, without packing the rows and without looking at the test"
                    + " rows after each epoch; fits take turns. Accuracy: on the test rows after the last epoch. Reached: fits"
                    + " that had %s after some epoch, and the mean number of epochs and seconds until then, if all had.%s",
                percent(accuracy),
                reasons.isEmpty() ? "" : " What auto chose, and why: " + reasons.get(0) + "."))
        .table(
            List.of(
                "localSteps",
                "outer momentum",
                "aggregations",
                "seconds",
                "test accuracy",
                "standard error",
                "against localSteps = 1",
                "reached",
                "epochs",
                "seconds until then"),
            rows)
        .figure("accuracy-" + shards, accuracyChart(shards, results))
        .figure("time-" + shards, timeChart(shards, results));
  }

  private Chart accuracyChart(int shards, List<JsonNode> results) {
    List<String> steps =
        Records.list(settings.get("localSteps")).stream().map(JsonNode::asText).toList();
    Chart chart =
        Chart.of(
                "Test accuracy after the last epoch, " + shards + " shards",
                Axis.categories("localSteps", steps),
                whole(results))
            .describe("Test accuracy with its standard error by localSteps, " + shards + " shards");
    int colour = 0;
    for (JsonNode momentum : settings.get("outerMomentum")) {
      double[] means = new double[steps.size()];
      double[] errors = new double[steps.size()];
      Arrays.fill(means, Double.NaN);
      for (JsonNode one : results) {
        if (synchronous(one)
            ? colour == 0
            : one.get("outerMomentum").asDouble() == momentum.asDouble()) {
          int at = steps.indexOf(one.get("localSteps").asText());
          means[at] = Sample.mean(accuracies(one));
          errors[at] = error(one);
        }
      }
      chart.add(
          Series.scatter("outer momentum " + number(momentum.asDouble()), null, means)
              .withErrors(errors)
              .withColour(colour));
      colour++;
    }
    return chart;
  }

  /** With room for the whiskers of all. */
  private static Axis whole(List<JsonNode> results) {
    double low = 1;
    double high = 0;
    for (JsonNode one : results) {
      double mean = Sample.mean(accuracies(one));
      low = Math.min(low, mean - error(one));
      high = Math.max(high, mean + error(one));
    }
    Axis axis = Axis.linear("accuracy");
    return low < high
        ? axis.between(Math.floor(low * 100 - 0.5) / 100, Math.ceil(high * 100 + 0.1) / 100)
        : axis;
  }

  /** Accuracy over time: what an epoch is worth and what it costs in one picture. */
  private static Chart timeChart(int shards, List<JsonNode> results) {
    Chart chart =
        Chart.of(
                "Test accuracy by time, " + shards + " shards",
                Axis.log("seconds"),
                Axis.linear("accuracy"))
            .describe("Test accuracy by seconds of training, " + shards + " shards");
    int colour = -1;
    String before = "";
    for (JsonNode one : results) {
      String steps = one.get("localSteps").asText();
      int dash = steps.equals(before) ? 1 : 0;
      colour += 1 - dash;
      before = steps;
      if (steps.equals(LocalStepsStudy.AUTO) && isAnother(one, results)) {
        continue;
      }
      chart.add(
          Series.line(name(one), times(one), DigitFits.mean(one.get("fits"), "accuracy"))
              .withColour(colour)
              .withDash(dash));
    }
    return chart;
  }

  /** Whether auto has chosen what was tried besides, so that fits are the same. */
  private static boolean isAnother(JsonNode auto, List<JsonNode> results) {
    return results.stream()
        .anyMatch(one -> !one.equals(auto) && one.get("fits").equals(auto.get("fits")));
  }

  /** Median seconds until each epoch's end. */
  private static double[] times(JsonNode result) {
    List<JsonNode> fits = Records.list(result.get("epochSeconds"));
    double[] times = new double[fits.get(0).size()];
    double sum = 0;
    for (int e = 0; e < times.length; e++) {
      int epoch = e;
      sum +=
          Claim.quartile(
              fits.stream().mapToDouble(fit -> Records.numbers(fit)[epoch]).toArray(), 2);
      times[e] = sum;
    }
    return times;
  }
}
