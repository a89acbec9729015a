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
import java.util.function.Supplier;
import org.ejml.data.DMatrixRMaj;
import org.sparkmlp.function.Losses;
import org.sparkmlp.function.Maxout;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.ReferenceNetwork;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.report.Axis;
import org.sparkmlp.report.Chart;
import org.sparkmlp.report.Series;
import org.sparkmlp.schedule.Schedule;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.train.LocalObjective;
import org.sparkmlp.train.Plan;

/**
 * One maxout unit between one feature and one output, trained to be a convex function, against the
 * best function of as many linear pieces.
 */
final class MaxoutFits {
  /** Errors below this are none: training is in single precision. */
  private static final double NONE = 1e-7;

  /** What is close to the least possible error. */
  private static final double NEAR = 1.1;

  /** Of values from 0 to 1. */
  private static final double NEGLIGIBLE = 1e-4;

  private MaxoutFits() {}

  static Supplier<ObjectNode> prepare(Settings settings) {
    List<Convex> functions =
        settings.texts("maxout.functions").stream().map(Convex::parse).toList();
    int[] pieces = settings.counts("maxout.pieces");
    for (int k : pieces) {
      new Maxout(k); // throws if that is too few
    }
    int points = settings.count("maxout.points", 3);
    int starts = settings.count("maxout.starts", 1);
    Optimizer optimizer = DigitFits.optimizer(settings.text("maxout.solver"));
    double stepSize = settings.positive("maxout.stepSize");
    Schedule schedule = Schedules.parse(settings.text("maxout.schedule"));
    int batchSize = settings.count("maxout.batchSize", 1);
    int epochs = settings.count("maxout.epochs", 1);
    return () -> {
      double[] x = places(points);
      ObjectNode found = Records.object();
      found.set("x", Records.numbers(x));
      ArrayNode all = found.putArray("fits");
      for (Convex function : functions) {
        double[] y = Arrays.stream(x).map(function::at).toArray();
        double[] least = Convex.leastErrors(x, y, Arrays.stream(pieces).max().getAsInt());
        DigitFits fits = new DigitFits(objective(x, y));
        for (int k : pieces) {
          Topology topology =
              new Topology(new int[] {1, 1, 1}, new Maxout(k), Losses.MEAN_SQUARED_ERROR, false);
          double bound = least[k - 1];
          ObjectNode fit = all.addObject().put("function", function.key()).put("pieces", k);
          fit.set("leastError", Records.number(bound < NONE ? 0 : bound));
          Starts outcome = new Starts(starts);
          for (int i = 0; i < starts; i++) {
            float[] start = Initializer.parse("auto").weights(topology, i + 1);
            Plan plan =
                DigitFits.plan(topology, optimizer, stepSize, schedule, batchSize, epochs, i + 1);
            outcome.add(i, topology, k, start, fits.fit(plan, start).weights(), x, y);
          }
          fit.setAll(outcome.record());
        }
      }
      return found;
    };
  }

  /** What came of each start. */
  private static final class Starts {
    private final double[] errors;
    private final double[] piecesUsed;
    private final double[] outputWeights;
    private double leastError = Double.POSITIVE_INFINITY;
    private double[] best = {};

    Starts(int count) {
      errors = new double[count];
      piecesUsed = new double[count];
      outputWeights = new double[count];
    }

    /** The weights at the end are null where training diverged. */
    void add(int i, Topology topology, int k, float[] start, float[] end, double[] x, double[] y) {
      outputWeights[i] = start[start.length - 2]; // before the last bias
      errors[i] = Double.NaN;
      piecesUsed[i] = Double.NaN;
      if (end == null) {
        return;
      }
      double[] values = values(topology, end, x);
      errors[i] = error(values, y);
      piecesUsed[i] = piecesUsed(k, end, x);
      if (errors[i] < leastError) {
        leastError = errors[i];
        best = values;
      }
    }

    ObjectNode record() {
      ObjectNode record = Records.object();
      record.set("errors", Records.numbers(errors));
      record.set("piecesUsed", Records.numbers(piecesUsed));
      record.set("outputWeights", Records.numbers(outputWeights));
      record.set("best", Records.numbers(best));
      return record;
    }
  }

  /** Evenly from -1 to 1. */
  static double[] places(int points) {
    double[] x = new double[points];
    for (int i = 0; i < points; i++) {
      x[i] = (float) (2.0 * i / (points - 1) - 1);
    }
    return x;
  }

  private static LocalObjective objective(double[] x, double[] y) {
    LocalRows rows = new LocalRows();
    for (int i = 0; i < x.length; i++) {
      rows.add(new float[] {(float) x[i]}, (float) y[i], false);
    }
    return rows.objective();
  }

  private static double[] values(Topology topology, float[] weights, double[] x) {
    double[] exact = new double[weights.length];
    for (int i = 0; i < exact.length; i++) {
      exact[i] = weights[i];
    }
    return new ReferenceNetwork(topology).logits(exact, new DMatrixRMaj(x.length, 1, true, x)).data;
  }

  private static double error(double[] values, double[] y) {
    double sum = 0;
    for (int i = 0; i < y.length; i++) {
      sum += (values[i] - y[i]) * (values[i] - y[i]) / y.length;
    }
    return Math.sqrt(sum);
  }

  /** Pieces that are the largest somewhere: k slopes, then k offsets, are the first weights. */
  private static long piecesUsed(int k, float[] weights, double[] x) {
    return Arrays.stream(x)
        .mapToInt(
            place -> {
              int largest = 0;
              for (int j = 1; j < k; j++) {
                largest =
                    weights[j] * place + weights[k + j]
                            > weights[largest] * place + weights[k + largest]
                        ? j
                        : largest;
              }
              return largest;
            })
        .distinct()
        .count();
  }

  /** What the fits with one number of pieces say. */
  private record Fit(JsonNode record) {
    int pieces() {
      return record.get("pieces").asInt();
    }

    double bound() {
      return record.get("leastError").asDouble();
    }

    /** Of starts that didn't diverge. */
    double[] errors() {
      return Arrays.stream(Records.numbers(record.get("errors")))
          .filter(Double::isFinite)
          .toArray();
    }

    int starts() {
      return record.get("errors").size();
    }

    double median() {
      return errors().length == 0 ? Double.NaN : new Spread(errors()).quantile(0.5);
    }

    double best() {
      return Arrays.stream(errors()).min().orElse(Double.NaN);
    }

    /** Pieces in use at the best start. */
    int used() {
      double[] errors = Records.numbers(record.get("errors"));
      double[] used = Records.numbers(record.get("piecesUsed"));
      int at = 0;
      for (int i = 1; i < errors.length; i++) {
        at = !(errors[at] <= errors[i]) ? i : at;
      }
      return (int) used[at];
    }

    private boolean isNear(double error) {
      return error <= NEAR * bound() + NEGLIGIBLE;
    }

    boolean bestIsNear() {
      return isNear(best());
    }

    boolean medianIsNear() {
      return isNear(median());
    }

    /** Starts with such an output weight, and those of them that came near the least error. */
    int[] near(boolean positive) {
      double[] errors = Records.numbers(record.get("errors"));
      double[] begun = Records.numbers(record.get("outputWeights"));
      int[] counts = new int[2];
      for (int i = 0; i < errors.length; i++) {
        if (begun[i] > 0 == positive) {
          counts[0]++;
          counts[1] += isNear(errors[i]) ? 1 : 0;
        }
      }
      return counts;
    }
  }

  private static List<Fit> of(JsonNode found, Convex function) {
    return Records.list(found.get("fits")).stream()
        .filter(fit -> fit.get("function").asText().equals(function.key()))
        .map(Fit::new)
        .toList();
  }

  private static List<Convex> functions(JsonNode settings) {
    return Records.list(settings.get("functions")).stream()
        .map(JsonNode::asText)
        .map(Convex::parse)
        .toList();
  }

  /** The answer in a sentence or two. */
  static String answer(JsonNode settings, JsonNode found) {
    List<String> words = new ArrayList<>();
    int all = 0;
    int bestNear = 0;
    int medianNear = 0;
    for (Convex function : functions(settings)) {
      List<Fit> fits = of(found, function);
      for (Fit fit : fits) {
        all++;
        bestNear += fit.bestIsNear() ? 1 : 0;
        medianNear += fit.medianIsNear() ? 1 : 0;
      }
      Fit first = fits.get(0);
      Fit last = fits.get(fits.size() - 1);
      words.add(
          String.format(
              Locale.ROOT,
              "%s: %s with %d pieces (least possible %s) and %s with %d (%s)",
              function.formula(),
              number(first.best()),
              first.pieces(),
              number(first.bound()),
              number(last.best()),
              last.pieces(),
              number(last.bound())));
    }
    return String.format(
        Locale.ROOT,
        "**One maxout unit on convex functions.** Of the %d pairs of a function and a number of pieces the best of %s starts"
            + " comes near the least possible error (within 10 %% and 0.0001) in %d, the median start in %d. Of the starts"
            + " with a positive output weight, where the unit is convex from the beginning, %s come near, of those with a"
            + " negative one %s. Root mean squared error of the best start: %s.",
        all,
        settings.get("starts").asText(),
        bestNear,
        medianNear,
        share(settings, found, true),
        share(settings, found, false),
        String.join("; ", words));
  }

  private static String share(JsonNode settings, JsonNode found, boolean positive) {
    int[] sum = new int[2];
    for (Convex function : functions(settings)) {
      for (Fit fit : of(found, function)) {
        int[] near = fit.near(positive);
        sum[0] += near[0];
        sum[1] += near[1];
      }
    }
    return sum[1] + " of " + sum[0];
  }

  static void page(StudyPage page, JsonNode settings, JsonNode found) {
    page.section("Maxout on convex functions")
        .text(
            String.format(
                "A network of one feature, one maxout unit and one output computes w · max(a₁ x + b₁, ..., a_k x + b_k)"
                    + " + c: with w > 0 a convex function of at most k linear pieces, with w < 0 a concave one. It is"
                    + " trained as a regressor (mean squared error) on %s points from -1 to 1: %s, step size %s, schedule"
                    + " %s, batches of %s, %s epochs, from %s initial points each. The least possible error is that of the"
                    + " best k lines on k intervals, found by dynamic programming over the same points; no function of k"
                    + " pieces has less. Errors are roots of mean squared errors over these points.",
                settings.get("points").asText(),
                settings.get("solver").asText(),
                number(settings.get("stepSize").asDouble()),
                settings.get("schedule").asText(),
                settings.get("batchSize").asText(),
                settings.get("epochs").asText(),
                settings.get("starts").asText()));
    List<List<String>> rows = new ArrayList<>();
    for (Convex function : functions(settings)) {
      for (Fit fit : of(found, function)) {
        rows.add(
            List.of(
                function.formula(),
                Integer.toString(fit.pieces()),
                number(fit.bound()),
                number(fit.best()),
                Integer.toString(fit.used()),
                number(fit.median()),
                fit.near(true)[1] + " of " + fit.near(true)[0],
                fit.near(false)[1] + " of " + fit.near(false)[0],
                Integer.toString(fit.starts() - fit.errors().length)));
      }
    }
    page.table(
        List.of(
            "function",
            "pieces",
            "least possible error",
            "best start",
            "pieces it uses",
            "median start",
            "near it, begun with w > 0",
            "with w < 0",
            "diverged"),
        rows);
    page.text(deadPieces(settings, found));
    double[] x = Records.numbers(found.get("x"));
    for (Convex function : functions(settings)) {
      List<Fit> fits = of(found, function);
      double[] pieces = fits.stream().mapToDouble(Fit::pieces).toArray();
      page.figure(
          "maxout-error-" + function.key(),
          Chart.of(
                  "Error by pieces, "
                      + function.formula()
                      + (fits.get(0).bound() > 0 ? "" : " (the least possible is 0)"),
                  Axis.linear("pieces"),
                  Axis.log("root mean squared error"))
              .line("median start", pieces, fits.stream().mapToDouble(Fit::median).toArray())
              .line("best start", pieces, fits.stream().mapToDouble(Fit::best).toArray())
              .add(
                  Series.line(
                          "least possible", pieces, fits.stream().mapToDouble(Fit::bound).toArray())
                      .withColour(2)
                      .withDash(1))
              .describe(
                  "Error by pieces for " + function.formula() + ", beside the least possible"));
      Chart curves =
          Chart.of("Best fits of " + function.formula(), Axis.linear("x"), Axis.linear("output"))
              .add(
                  Series.line(function.formula(), x, Arrays.stream(x).map(function::at).toArray())
                      .withWeight(Series.Weight.STRONG)
                      .withColour(6))
              .describe("The function " + function.formula() + " and the best fit by pieces");
      for (Fit fit : fits) {
        double[] values = Records.numbers(fit.record.get("best"));
        if (values.length > 0 && fit.pieces() <= 4) { // with more they can't be told apart
          curves.line(fit.pieces() + " pieces", x, values);
        }
      }
      page.figure("maxout-curves-" + function.key(), curves);
    }
  }

  private static String deadPieces(JsonNode settings, JsonNode found) {
    List<String> words = new ArrayList<>();
    for (Convex function : functions(settings)) {
      List<Fit> fits = of(found, function);
      Fit last = fits.get(fits.size() - 1);
      double[] used =
          Arrays.stream(Records.numbers(last.record.get("piecesUsed")))
              .filter(Double::isFinite)
              .toArray();
      words.add(
          String.format(
              Locale.ROOT,
              "%s for %s",
              used.length == 0 ? "none" : number(Arrays.stream(used).average().getAsDouble()),
              function.formula()));
    }
    List<Fit> any = of(found, functions(settings).get(0));
    return String.format(
        "A piece that is nowhere the largest gets no gradient. Of %d pieces there are in use after training, on average over"
            + " starts: %s.",
        any.get(any.size() - 1).pieces(), list(words));
  }
}
