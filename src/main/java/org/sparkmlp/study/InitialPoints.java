package org.sparkmlp.study;

import static org.sparkmlp.study.StudyPage.list;
import static org.sparkmlp.study.StudyPage.number;
import static org.sparkmlp.study.StudyPage.percent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.Supplier;
import org.sparkmlp.experiment.Datasets;
import org.sparkmlp.function.Activations;
import org.sparkmlp.nn.Dropout;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Regularization;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.report.Axis;
import org.sparkmlp.report.Chart;
import org.sparkmlp.report.Series;
import org.sparkmlp.schedule.Schedule;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.train.Plan;
import org.sparkmlp.util.Check;

/**
 * How far results lie apart that differ in the initial weights alone, with and without dropout; and
 * beside it those that differ in the order of rows (and the dropped values) alone.
 */
final class InitialPoints {
  /** What stays the same has this seed. */
  private static final long FIXED = 0;

  private static final double LEVEL = 0.05;

  private InitialPoints() {}

  static Supplier<ObjectNode> prepare(Settings settings) {
    int[] hidden = settings.counts("initialPoints.hiddenLayers");
    String activation = settings.text("initialPoints.activation");
    Activations.forLayers(activation, hidden.length);
    int batchSize = settings.count("initialPoints.batchSize", 1);
    int epochs = settings.count("initialPoints.epochs", 1);
    DigitFits.Shape shape = new DigitFits.Shape(hidden, activation, batchSize, epochs);
    Optimizer optimizer = DigitFits.optimizer(settings.text("initialPoints.solver"));
    double stepSize = settings.positive("initialPoints.stepSize");
    Schedule schedule = Schedules.parse(settings.text("initialPoints.schedule"));
    double rate =
        Check.fraction(settings.positive("initialPoints.dropout"), "initialPoints.dropout");
    int points = settings.count("initialPoints.points", 2);
    return () -> {
      DigitFits fits = new DigitFits();
      TestRows test = new PermutedDigits(PermutedDigits.usual()).test();
      ArrayNode results = Records.object().putArray("results");
      for (Varies varies : Varies.values()) {
        for (double dropout : new double[] {0, rate}) {
          Regularization regularization =
              Regularization.NONE.withDropout(
                  new Dropout(0, Collections.nCopies(hidden.length, dropout)));
          double[] accuracy = new double[points];
          double[] loss = new double[points];
          for (int i = 0; i < points; i++) {
            long weightSeed = varies == Varies.WEIGHTS ? i + 1 : FIXED;
            long planSeed = varies == Varies.ROWS ? i + 1 : FIXED;
            Plan plan =
                DigitFits.plan(
                        shape.topology(),
                        optimizer,
                        stepSize,
                        schedule,
                        batchSize,
                        epochs,
                        planSeed)
                    .withRegularization(regularization);
            float[] start = Initializer.parse("auto").weights(shape.topology(), weightSeed);
            float[] end = fits.fit(plan, start).weights();
            accuracy[i] = end == null ? Double.NaN : test.accuracy(shape.topology(), end);
            loss[i] = end == null ? Double.NaN : test.loss(shape.topology(), end);
          }
          ObjectNode result =
              results.addObject().put("varies", varies.key()).put("dropout", dropout);
          result.set("accuracy", Records.numbers(accuracy));
          result.set("loss", Records.numbers(loss));
        }
      }
      ObjectNode found = Records.object();
      found.set("results", results);
      return found;
    };
  }

  /** What differs between the trainings that are compared. */
  private enum Varies {
    WEIGHTS("initial weights", "weights"),
    ROWS("order of rows", "rows");

    private final String words;
    private final String brief;

    Varies(String words, String brief) {
      this.words = words;
      this.brief = brief;
    }

    String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Results of one kind of training. */
  private record Results(String name, String brief, double[] accuracy, double[] loss) {
    /** Where training didn't diverge. */
    private static Spread sound(double[] values) {
      return new Spread(Arrays.stream(values).filter(Double::isFinite).toArray());
    }

    Spread accuracies() {
      return sound(accuracy);
    }

    Spread losses() {
      return sound(loss);
    }

    int diverged() {
      return accuracy.length - accuracies().values().length;
    }
  }

  private static Results results(JsonNode found, Varies varies, boolean dropout) {
    for (JsonNode one : found.get("results")) {
      if (one.get("varies").asText().equals(varies.key())
          && one.get("dropout").asDouble() > 0 == dropout) {
        return new Results(
            varies.words
                + (dropout ? ", dropout " + number(one.get("dropout").asDouble()) : ", no dropout"),
            varies.brief + (dropout ? ", dropout" : ""),
            Records.numbers(one.get("accuracy")),
            Records.numbers(one.get("loss")));
      }
    }
    throw new IllegalArgumentException("the records have no results for " + varies.key());
  }

  /** The answer in a sentence or two. */
  static String answer(JsonNode found) {
    Results without = results(found, Varies.WEIGHTS, false);
    Results with = results(found, Varies.WEIGHTS, true);
    if (tooFew(without) || tooFew(with)) {
      return "**Initial points.** Training diverged from so many that nothing can be said of the spread.";
    }
    return String.format(
        Locale.ROOT,
        "**Initial points: %s.** Over %d initial points test accuracy has a standard deviation of %s without dropout and"
            + " %s with it (p = %s for equal variances), test loss of %s and %s (p = %s).",
        verdict(without, with),
        without.accuracy.length,
        points(without.accuracies().deviation()),
        points(with.accuracies().deviation()),
        p(without.accuracies(), with.accuracies()),
        number(without.losses().deviation()),
        number(with.losses().deviation()),
        p(without.losses(), with.losses()));
  }

  private static boolean tooFew(Results one) {
    return one.accuracies().values().length < 2;
  }

  private static String verdict(Results without, Results with) {
    String accuracy = change(without.accuracies(), with.accuracies());
    String loss = change(without.losses(), with.losses());
    return "dropout "
        + accuracy
        + " the spread of accuracy"
        + (accuracy.equals(loss) ? " and of loss" : ", and " + loss + " that of loss");
  }

  /** Whether the spread with dropout is told apart from that without. */
  private static String change(Spread without, Spread with) {
    double p = Spread.sameVariance(without, with);
    if (!(p < LEVEL)) {
      return "changes nothing that can be told in";
    }
    return with.deviation() < without.deviation() ? "narrows" : "widens";
  }

  private static String points(double share) {
    return String.format(Locale.ROOT, "%.2f points", 100 * share);
  }

  static void page(StudyPage page, JsonNode settings, JsonNode found) {
    page.section("Initial points, with and without dropout")
        .text(
            String.format(
                Locale.ROOT,
                "A network with hidden layers of %s units (%s) on the digits, %s epochs in batches of %s, %s, step size %s,"
                    + " schedule %s; dropout of %s in hidden layers. Each result is of another random choice of initial"
                    + " weights, while the order of rows and, with dropout, the choice of dropped values are the same in"
                    + " all. Beside it the other way round: the same initial weights, other orders of rows and other"
                    + " dropped values.",
                list(settings.get("hiddenLayers")),
                settings.get("activation").asText(),
                settings.get("epochs").asText(),
                settings.get("batchSize").asText(),
                settings.get("solver").asText(),
                number(settings.get("stepSize").asDouble()),
                settings.get("schedule").asText(),
                number(settings.get("dropout").asDouble())));
    List<Results> all = new ArrayList<>();
    List<String> tests = new ArrayList<>();
    for (Varies varies : Varies.values()) {
      Results without = results(found, varies, false);
      Results with = results(found, varies, true);
      all.add(without);
      all.add(with);
      if (!tooFew(without) && !tooFew(with)) {
        tests.add(
            String.format(
                "for %s p = %s of accuracy and p = %s of loss",
                varies.words,
                p(without.accuracies(), with.accuracies()),
                p(without.losses(), with.losses())));
      }
    }
    table(page, all, "accuracy", Results::accuracies, StudyPage::percent, InitialPoints::points);
    table(page, all, "loss", Results::losses, StudyPage::number, StudyPage::number);
    page.text(
        "Test of equal variances with and without dropout (Brown and Forsythe: analysis of variance of the distances from"
            + " the medians; a small p speaks against them): "
            + (tests.isEmpty() ? "not possible, since training diverged" : String.join("; ", tests))
            + ". Intervals of the standard deviation are 95 %, exact only for results with a normal distribution."
            + " Accuracy goes in steps of one test row, "
            + percent(1.0 / (Datasets.digitRows().size() - Digits.trainingRows()))
            + ".");
    page.figure("points-accuracy", accuracies(all)).figure("points-loss", losses(all));
  }

  private static String p(Spread without, Spread with) {
    double p = Spread.sameVariance(without, with);
    return Double.isNaN(p) ? "– (no spread)" : number(p);
  }

  private static void table(
      StudyPage page,
      List<Results> all,
      String what,
      java.util.function.Function<Results, Spread> spreads,
      DoubleFunction<String> value,
      DoubleFunction<String> difference) {
    List<List<String>> rows = new ArrayList<>();
    for (Results one : all) {
      if (tooFew(one)) {
        rows.add(List.of(one.name, "diverged", "–", "–", "–", "–", "–", "–"));
        continue;
      }
      Spread spread = spreads.apply(one);
      rows.add(
          List.of(
              one.name,
              value.apply(spread.mean()),
              difference.apply(spread.deviation()),
              difference.apply(spread.low()) + " to " + difference.apply(spread.high()),
              value.apply(spread.quantile(0)),
              value.apply(spread.quantile(0.25))
                  + ", "
                  + value.apply(spread.quantile(0.5))
                  + ", "
                  + value.apply(spread.quantile(0.75)),
              value.apply(spread.quantile(1)),
              Integer.toString(one.diverged())));
    }
    page.table(
        List.of(
            "test " + what + ": what differs",
            "mean",
            "standard deviation",
            "its interval",
            "least",
            "quartiles",
            "most",
            "diverged"),
        rows);
  }

  private static Chart accuracies(List<Results> all) {
    Chart chart =
        Chart.of(
                "Test accuracy of all trainings in ascending order, by what differs",
                Axis.linear("rank"),
                Axis.linear("accuracy"))
            .describe("Test accuracy by rank: the flatter a line, the smaller the spread");
    for (int i = 0; i < all.size(); i++) {
      double[] sorted = all.get(i).accuracies().values().clone();
      Arrays.sort(sorted);
      double[] ranks = new double[sorted.length];
      for (int k = 0; k < ranks.length; k++) {
        ranks[k] = k + 1;
      }
      chart.add(Series.line(all.get(i).brief, ranks, sorted).withColour(i % 2).withDash(i / 2));
    }
    return chart;
  }

  private static Chart losses(List<Results> all) {
    Chart chart =
        Chart.of(
                "Test loss of each training, by what differs",
                Axis.linear("test loss"),
                Axis.categories(
                    "", all.stream().map(one -> one.brief.replace(", ", ",\n")).toList()))
            .describe("A point for the test loss of each training, by what differs");
    for (int i = 0; i < all.size(); i++) {
      double[] values = all.get(i).losses().values();
      double[] row = new double[values.length];
      Arrays.fill(row, i);
      chart.add(
          new Series(
              all.get(i).brief,
              Series.Kind.SCATTER,
              row,
              values,
              null,
              i % 2,
              0,
              Series.Weight.NORMAL));
    }
    return chart;
  }
}
