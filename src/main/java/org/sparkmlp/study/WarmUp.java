package org.sparkmlp.study;

import static org.sparkmlp.study.StudyPage.list;
import static org.sparkmlp.study.StudyPage.number;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import org.sparkmlp.report.Axis;
import org.sparkmlp.report.Chart;
import org.sparkmlp.report.Series;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.train.Plan;

/**
 * The first updates of optimizers with and without warm-up, at a step size that is too large to
 * begin with: the first schedule is what the others are compared with.
 */
final class WarmUp {
  /** Updates whose mean loss is the beginning of a fit. */
  private static final int FEW = 20;

  private final List<String> solvers;
  private final List<String> schedules;
  private final double stepSize;
  private final int updates;
  private final int seeds;
  private final DigitFits.Shape shape;

  /** Reads the part {@code warmup} of the settings. */
  WarmUp(Settings settings, DigitFits.Shape shape) {
    solvers = settings.texts("warmup.solvers");
    solvers.forEach(DigitFits::optimizer);
    schedules = settings.texts("warmup.schedules");
    schedules.forEach(Schedules::parse);
    stepSize = settings.positive("warmup.stepSize");
    updates = settings.count("warmup.updates", 1);
    seeds = settings.count("warmup.seeds", 1);
    this.shape =
        new DigitFits.Shape(
            shape.hiddenLayers(),
            shape.activation(),
            shape.batchSize(),
            settings.count("warmup.epochs", 1));
  }

  ArrayNode measure(DigitFits fits) {
    ArrayNode beginnings = Records.object().putArray("beginnings");
    for (String solver : solvers) {
      for (String schedule : schedules) {
        ObjectNode one = beginnings.addObject().put("solver", solver).put("schedule", schedule);
        one.set("rateByUpdate", Records.numbers(fits.rateByUpdate(plan(solver, schedule, 1))));
        ArrayNode each = one.putArray("fits");
        for (int seed = 1; seed <= seeds; seed++) {
          each.add(fits.fitUpdateByUpdate(plan(solver, schedule, seed), updates));
        }
      }
    }
    return beginnings;
  }

  private Plan plan(String solver, String schedule, int seed) {
    return DigitFits.plan(
        shape.topology(),
        DigitFits.optimizer(solver),
        stepSize,
        Schedules.parse(schedule),
        shape.batchSize(),
        shape.epochs(),
        seed);
  }

  /** What the records say of one optimizer with one schedule. */
  private record Beginning(JsonNode record) {
    String solver() {
      return record.get("solver").asText();
    }

    String schedule() {
      return record.get("schedule").asText();
    }

    String name() {
      return solver() + " with " + schedule();
    }

    double[] rates() {
      return Records.numbers(record.get("rateByUpdate"));
    }

    /** Mean over the first few updates, a number a seed. */
    double[] start() {
      return Records.list(record.get("fits")).stream()
          .mapToDouble(
              fit ->
                  Arrays.stream(Records.numbers(fit.get("lossByUpdate")))
                      .limit(FEW)
                      .average()
                      .orElseThrow())
          .toArray();
    }

    double[] end() {
      return DigitFits.last(record.get("fits"), "loss");
    }

    double[] accuracy() {
      return DigitFits.last(record.get("fits"), "accuracy");
    }
  }

  /** With a schedule, and with the first one. */
  private record Pair(Beginning with, Beginning without) {
    Paired start() {
      return Paired.of(with.start(), without.start());
    }

    Paired end() {
      return Paired.of(with.end(), without.end());
    }

    Paired accuracy() {
      return Paired.of(with.accuracy(), without.accuracy());
    }
  }

  private static List<Beginning> beginnings(JsonNode found) {
    return Records.list(found.get("beginnings")).stream().map(Beginning::new).toList();
  }

  private static List<Pair> pairs(JsonNode found) {
    List<Pair> pairs = new ArrayList<>();
    Beginning without = null;
    for (Beginning one : beginnings(found)) {
      if (without == null || !one.solver().equals(without.solver())) {
        without = one;
      } else {
        pairs.add(new Pair(one, without));
      }
    }
    return pairs;
  }

  private static int few(JsonNode settings) {
    return Math.min(FEW, settings.get("warmup").get("updates").asInt());
  }

  /** The answer in a sentence for each optimizer; empty if there is nothing to compare with. */
  static String answer(JsonNode settings, JsonNode found) {
    List<String> sentences = new ArrayList<>();
    JsonNode warmup = settings.get("warmup");
    for (Pair pair : pairs(found)) {
      sentences.add(
          String.format(
              Locale.ROOT,
              "With %s, %s instead of %s %s",
              pair.with.solver(),
              pair.with.schedule(),
              pair.without.schedule(),
              helps(pair.accuracy(), warmup.get("epochs").asText())));
    }
    return sentences.isEmpty()
        ? ""
        : String.format(
            "Does warm-up help at the beginning, with a step size of %s? %s",
            number(warmup.get("stepSize").asDouble()), String.join(" ", sentences));
  }

  private static String helps(Paired accuracy, String epochs) {
    if (Double.isNaN(accuracy.difference())) {
      return "can't be judged, since training diverged.";
    }
    String verdict =
        accuracy.isHigher()
            ? "helps"
            : accuracy.isLower() ? "harms" : "neither helps nor harms clearly";
    return String.format(
        Locale.ROOT,
        "%s: test accuracy after %s epochs differs by %s.",
        verdict,
        epochs,
        accuracy.words(WarmUp::points));
  }

  private static String points(double share) {
    return String.format(Locale.ROOT, "%+.2f points", 100 * share);
  }

  static void section(StudyPage page, JsonNode settings, JsonNode found) {
    JsonNode warmup = settings.get("warmup");
    List<Beginning> all = beginnings(found);
    int few = few(settings);
    page.section("First updates, with and without warm-up")
        .text(
            String.format(
                Locale.ROOT,
                "The same network for %s epochs with %s seeds and a step size of %s%s. %s",
                warmup.get("epochs").asText(),
                warmup.get("seeds").asText(),
                number(warmup.get("stepSize").asDouble()),
                chosen(warmup, found),
                lengths(warmup, all)));
    List<String> sentences = new ArrayList<>();
    for (Pair pair : pairs(found)) {
      sentences.add(
          String.format(
              Locale.ROOT,
              "- %s, %s less %s: loss of the first %d updates %s; of the last epoch %s; test accuracy at the end %s.",
              pair.with.solver(),
              pair.with.schedule(),
              pair.without.schedule(),
              few,
              compared(pair.start(), StudyPage::number),
              compared(pair.end(), StudyPage::number),
              compared(pair.accuracy(), WarmUp::points)));
    }
    if (!sentences.isEmpty()) {
      page.text(String.join("\n", sentences))
          .text(
              "Differences are paired over seeds (two-sided at 5 %, not corrected for their number). The loss of an update is"
                  + " that of its rows before it, so it compares where the rates have led until then: a low rate has led less"
                  + " far at first.");
    }
    List<List<String>> rows = new ArrayList<>();
    for (Beginning one : all) {
      rows.add(
          List.of(
              one.name(),
              Seeds.numbers(one.start()),
              Seeds.numbers(one.end()),
              Seeds.percents(one.accuracy())));
    }
    page.table(
            List.of(
                "optimizer and schedule",
                "training loss, first " + few + " updates",
                "training loss, last epoch",
                "test accuracy at the end"),
            rows)
        .text("Means over seeds ± their standard errors.")
        .figure("warmup-rates", rates(all))
        .figure("warmup-updates", losses(all))
        .figure("warmup", epochs(all));
  }

  /** That the step size is larger than what suits these optimizers, if it is. */
  private static String chosen(JsonNode warmup, JsonNode found) {
    List<String> own = new ArrayList<>();
    boolean larger = true;
    for (JsonNode result : found.get("results")) {
      String solver = result.get("solver").asText();
      double stepSize = result.get("stepSize").asDouble();
      if (Records.list(warmup.get("solvers")).stream().anyMatch(s -> s.asText().equals(solver))) {
        own.add(number(stepSize) + " for " + solver);
        larger &= warmup.get("stepSize").asDouble() > stepSize;
      }
    }
    return own.isEmpty()
        ? ""
        : String.format(
            "%s (above, the best was %s)",
            larger ? ", larger on purpose than what suits them, so that warm-up could help" : "",
            list(own));
  }

  /** How long the rate of each schedule rises. */
  private static String lengths(JsonNode warmup, List<Beginning> all) {
    List<String> parts = new ArrayList<>();
    int epochs = warmup.get("epochs").asInt();
    for (Beginning one : all) {
      double[] rates = one.rates();
      int top = 0;
      while (top + 1 < rates.length && rates[top + 1] > rates[top]) {
        top++;
      }
      if (top > 0 && one.solver().equals(all.get(0).solver())) {
        parts.add(
            String.format(
                Locale.ROOT,
                "With %s the rate rises from %s at the first update to %s at update %d, of %d an epoch.",
                one.schedule(),
                number(rates[0]),
                number(rates[top]),
                top + 1,
                rates.length / epochs));
      }
    }
    return String.join(" ", parts);
  }

  private static String compared(Paired difference, DoubleFunction<String> number) {
    if (Double.isNaN(difference.difference())) {
      return "can't be compared, since training diverged";
    }
    String told =
        difference.isHigher()
            ? ", higher"
            : difference.isLower() ? ", lower" : ", not told apart from 0";
    return difference.words(number) + (Double.isNaN(difference.pValue()) ? "" : told);
  }

  private static Chart rates(List<Beginning> all) {
    Chart chart = Chart.of("Learning rate by update", Axis.linear("update"), Axis.linear("rate"));
    List<String> names = new ArrayList<>();
    for (Beginning one : all) {
      if (one.solver().equals(all.get(0).solver())) {
        double[] rates = one.rates();
        int number = names.size();
        chart.add(Series.line(one.schedule(), null, rates).withColour(number).withDash(number));
        names.add(one.schedule());
      }
    }
    return chart.describe("Learning rate by update with " + list(names));
  }

  private static Chart losses(List<Beginning> all) {
    return lines(all, "update", "lossByUpdate", "Training loss of the first updates");
  }

  private static Chart epochs(List<Beginning> all) {
    return lines(all, "epoch", "loss", "Training loss of the first epochs");
  }

  /** Means over seeds: a colour for each optimizer, dashes with schedules other than the first. */
  private static Chart lines(List<Beginning> all, String x, String member, String title) {
    Chart chart =
        Chart.of(title + ", mean over seeds", Axis.linear(x), Axis.log("loss"))
            .describe(title + " for " + list(all.stream().map(Beginning::name).toList()));
    int colour = -1;
    int dash = 0;
    String solver = "";
    for (Beginning one : all) {
      boolean next = !one.solver().equals(solver);
      colour += next ? 1 : 0;
      dash = next ? 0 : dash + 1;
      solver = one.solver();
      double[] mean = DigitFits.mean(one.record.get("fits"), member);
      chart.add(Series.line(one.name(), null, mean).withColour(colour).withDash(dash));
    }
    return chart;
  }
}
