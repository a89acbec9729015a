package org.sparkmlp.study;

import static org.sparkmlp.study.StudyPage.list;
import static org.sparkmlp.study.StudyPage.number;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Sgd;
import org.sparkmlp.report.Axis;
import org.sparkmlp.report.Chart;
import org.sparkmlp.report.Page;
import org.sparkmlp.report.Series;
import org.sparkmlp.util.Check;

/**
 * Learning rates that are too small, right and too large: on f(x) = x² and in the valley f(x, y) =
 * (x² + κ y²) / 2; then each optimizer in the valley.
 */
final class GradientDescent implements Study {
  /** A descent has arrived where f is this share of f at the start. */
  private static final double ARRIVED = 1e-3;

  /** Lines that a chart can show side by side. */
  private static final int MOST_LINES = 7;

  private static final int OVAL = 96;

  @Override
  public String name() {
    return "gradient-descent";
  }

  @Override
  public Supplier<ObjectNode> prepare(Settings settings) {
    double[] lineStart = {settings.positive("line.start")};
    int lineUpdates = settings.count("line.updates", 1);
    double[] lineRates = settings.positives("line.rates");
    double[] start = settings.numbers("valley.start");
    Check.that(start.length == 2, "valley.start must be two numbers, got %s", start.length);
    double curvature = settings.positive("valley.curvature");
    int updates = settings.count("valley.updates", 1);
    double[] rates = settings.positives("valley.rates");
    double[] candidates = settings.positives("valley.solverRates");
    List<String> specs = settings.texts("valley.solvers");
    specs.forEach(DigitFits::optimizer);
    return () -> {
      ObjectNode found = Records.object();
      ArrayNode line = found.putArray("line");
      for (double rate : lineRates) {
        double[][] path =
            Descent.path(new Sgd(), rate, lineStart, lineUpdates, (w, g) -> g[0] = 2 * w[0]);
        ObjectNode one = line.addObject().put("rate", rate);
        one.set("x", Records.numbers(path[0]));
        one.set("f", Records.numbers(heights(path, 2, 0)));
      }
      ArrayNode valley = found.putArray("valley");
      for (double rate : rates) {
        valley.add(descent(new Sgd(), rate, start, updates, curvature));
      }
      ArrayNode solvers = found.putArray("solvers");
      for (String spec : specs) {
        Optimizer optimizer = DigitFits.optimizer(spec);
        solvers.add(best(optimizer, candidates, start, updates, curvature).put("solver", spec));
      }
      return found;
    };
  }

  /**
   * Of the rates with which f is never above f at the start, the one that arrives first, or else
   * that ends lowest; of all, if there are no such rates. (Without that condition, a rate that
   * jumps far over the valley and back by chance, or with which weight decay pulls the weights to
   * 0, the bottom, would arrive first.)
   */
  private static ObjectNode best(
      Optimizer optimizer, double[] rates, double[] start, int updates, double curvature) {
    ObjectNode best = null;
    ArrayNode tried = Records.object().putArray("tried");
    for (double rate : rates) {
      ObjectNode one = descent(optimizer, rate, start, updates, curvature);
      double[] f = Records.numbers(one.get("f"));
      tried.addObject().put("rate", rate).set("f", Records.numbers(new double[] {f[updates]}));
      if (best == null || isBetter(f, Records.numbers(best.get("f")))) {
        best = one;
      }
    }
    best.set("tried", tried);
    return best;
  }

  private static boolean isBetter(double[] f, double[] than) {
    if (rises(f) != rises(than)) {
      return rises(than);
    }
    int a = arrival(f);
    int b = arrival(than);
    double end = f[f.length - 1];
    double other = than[than.length - 1];
    return a != b ? a < b : !Double.isNaN(end) && !(end >= other);
  }

  private static ObjectNode descent(
      Optimizer optimizer, double rate, double[] start, int updates, double curvature) {
    double[][] path =
        Descent.path(
            optimizer,
            rate,
            start,
            updates,
            (w, g) -> {
              g[0] = w[0];
              g[1] = (float) curvature * w[1];
            });
    ObjectNode one = Records.object().put("rate", rate);
    one.set("x", Records.numbers(path[0]));
    one.set("y", Records.numbers(path[1]));
    one.set("f", Records.numbers(heights(path, 1, curvature)));
    return one;
  }

  /** Whether f is above f at the start anywhere, or isn't finite. */
  private static boolean rises(double[] f) {
    return Arrays.stream(f).anyMatch(value -> !(value <= f[0]));
  }

  /** (a x² + b y²) / 2. */
  private static double[] heights(double[][] path, double a, double b) {
    double[] f = new double[path[0].length];
    for (int t = 0; t < f.length; t++) {
      double y = path.length > 1 ? path[1][t] : 0;
      f[t] = (a * path[0][t] * path[0][t] + b * y * y) / 2;
    }
    return f;
  }

  /** The update from which on f stays below a thousandth; MAX_VALUE if it doesn't. */
  private static int arrival(double[] f) {
    int t = f.length;
    while (t > 0 && f[t - 1] <= ARRIVED * f[0]) {
      t--;
    }
    return t == f.length ? Integer.MAX_VALUE : t;
  }

  @Override
  public StudyPage page(JsonNode settings, JsonNode found) {
    StudyPage page = new StudyPage("Gradient descent: rates too small, right and too large");
    page.text(
        "Update by update, to play and to step through: [gradient-descent.html](gradient-descent.html), a file that a browser"
            + " opens without a network.");
    line(page, settings.get("line"), Records.list(found.get("line")));
    JsonNode of = settings.get("valley");
    valley(page, of, Records.list(found.get("valley")));
    solvers(page, of, Records.list(found.get("solvers")));
    return page;
  }

  @Override
  public Optional<Page> played(JsonNode settings, JsonNode found) {
    Page page =
        new Page(
            "Gradient descent, step by step",
            "Rates too small, right and too large, and each optimizer in the same valley");
    List<JsonNode> line = Records.list(found.get("line"));
    page.section("One dimension")
        .text("f(x) = x²: each update goes from where it is against the slope, times the rate η.")
        .played(
            List.of(
                parabola(settings.get("line"), line),
                byUpdate("f by update", line, GradientDescent::label)
                    .describe("f at each update, one line a rate")),
            "update");
    JsonNode of = settings.get("valley");
    List<JsonNode> valley = Records.list(found.get("valley"));
    page.section("A valley")
        .text(
            "f(x, y) = (x² + κ y²) / 2 with κ = "
                + number(of.get("curvature").asDouble())
                + ": steep across, flat along. Too large a rate swings itself out of it; too small a one crawls.")
        .played(
            List.of(
                map("Gradient descent in a valley", of, valley, GradientDescent::label)
                    .describe("Paths over lines of equal f, one line a rate"),
                byUpdate("f by update", valley, GradientDescent::label)
                    .describe("f at each update, one line a rate")),
            "update");
    List<JsonNode> solvers = Records.list(found.get("solvers"));
    page.section("Each optimizer in the same valley")
        .text(
            "Each with the rate, of those with which f never rises above its start, with which it arrives first. Hide some with the buttons to see the others better.")
        .played(
            List.of(
                map("Paths in the valley", of, solvers, GradientDescent::solverAndRate)
                    .describe("Paths over lines of equal f, one line an optimizer"),
                byUpdate("f by update", solvers, GradientDescent::solverAndRate)
                    .describe("f at each update, one line an optimizer")),
            "update");
    return Optional.of(page);
  }

  private static String solverAndRate(JsonNode one) {
    return one.get("solver").asText() + ", " + label(one);
  }

  /** The points (x, f) on f(x) = x². */
  private static Chart parabola(JsonNode settings, List<JsonNode> descents) {
    double width = 1.25 * Math.abs(settings.get("start").asDouble()) + 0.1;
    Chart chart =
        Chart.of(
                "f(x) = x²",
                Axis.linear("x").between(-width, width),
                Axis.linear("f").between(0, width * width))
            .describe("Points on the parabola, from update to update, one line a rate");
    for (JsonNode one : descents) {
      path(
          chart,
          label(one),
          Records.numbers(one.get("x")),
          Records.numbers(one.get("f")),
          width,
          width * width);
    }
    double[] x = new double[OVAL + 1];
    double[] f = new double[OVAL + 1];
    for (int i = 0; i <= OVAL; i++) {
      x[i] = width * (2.0 * i / OVAL - 1);
      f[i] = x[i] * x[i];
    }
    return chart.add(Series.line("x²", x, f).withWeight(Series.Weight.FAINT));
  }

  private static Chart byUpdate(
      String title, List<JsonNode> descents, Function<JsonNode, String> name) {
    Chart chart = Chart.of(title, Axis.linear("update"), heights(descents));
    for (JsonNode one : descents) {
      double[] f = Records.numbers(one.get("f"));
      line(chart, name.apply(one), updates(f), f);
    }
    return chart;
  }

  /** Adds a line in the next colour, and when they are used up in the next style too. */
  private static void line(Chart chart, String name, double[] x, double[] y) {
    int number = chart.series().size();
    chart.add(Series.line(name, x, y).withColour(number).withDash(number / Series.COLOURS));
  }

  /** Adds a line without what is out of the frame. */
  private static void path(
      Chart chart, String name, double[] x, double[] y, double width, double height) {
    for (int t = 0; t < x.length; t++) {
      if (!(Math.abs(x[t]) <= width && Math.abs(y[t]) <= height)) {
        x[t] = Double.NaN;
        y[t] = Double.NaN;
      }
    }
    line(chart, name, x, y);
  }

  private static void line(StudyPage page, JsonNode settings, List<JsonNode> descents) {
    Chart heights =
        byUpdate("f(x) = x² by update", descents, GradientDescent::label)
            .describe("f by update for each learning rate, from " + span(descents));
    Chart places =
        Chart.of("x by update", Axis.linear("update"), Axis.linear("x"))
            .describe("x by update for each learning rate, from " + span(descents));
    for (JsonNode one : descents) {
      double[] f = Records.numbers(one.get("f"));
      places.line(label(one), updates(f), Records.numbers(one.get("x")));
    }
    page.section("One dimension")
        .text(
            "f(x) = x² has the derivative 2x, so an update of plain gradient descent, x ← x − η 2x, multiplies x by"
                + " 1 − 2η. From x = "
                + number(settings.get("start").asDouble())
                + ":")
        .text(verdicts(descents, "x"))
        .figure("line", heights)
        .figure("line-x", places);
  }

  private static void valley(StudyPage page, JsonNode settings, List<JsonNode> descents) {
    double curvature = settings.get("curvature").asDouble();
    page.section("A valley")
        .text(
            String.format(
                "f(x, y) = (x² + κ y²) / 2 with κ = %s is a valley: steep across (y), flat along it (x). An update"
                    + " multiplies y by 1 − κη and x by 1 − η. So a rate above 2/κ = %s diverges across the valley"
                    + " however slow it is along it: the steepest direction limits the rate, the flattest one pays.",
                number(curvature), number(2 / curvature)))
        .text(verdicts(descents, "y"))
        .figure(
            "valley",
            map("Gradient descent in a valley", settings, descents, GradientDescent::label));
  }

  private static void solvers(StudyPage page, JsonNode settings, List<JsonNode> all) {
    List<JsonNode> ranked = new ArrayList<>(all);
    ranked.sort(
        Comparator.comparingInt((JsonNode one) -> arrival(Records.numbers(one.get("f"))))
            .thenComparingDouble(GradientDescent::end));
    List<String> late = new ArrayList<>();
    List<String> arrived = new ArrayList<>();
    List<String> atEdge = new ArrayList<>();
    List<String> risen = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode one : ranked) {
      double[] f = Records.numbers(one.get("f"));
      int at = arrival(f);
      String solver = one.get("solver").asText();
      boolean isLate = at == Integer.MAX_VALUE;
      (isLate ? late : arrived).add(isLate ? solver : solver + " (" + at + " updates)");
      if (StepSizes.isAtEdge(one.get("rate").asDouble(), settings.get("solverRates"))) {
        atEdge.add(solver);
      }
      if (rises(f)) {
        risen.add(solver);
      }
      rows.add(
          List.of(
              solver,
              number(one.get("rate").asDouble()),
              isLate ? "–" : Integer.toString(at),
              number(f[f.length - 1])));
    }
    page.section("Each optimizer in the same valley")
        .text(
            String.format(
                "Same start, %s updates. An optimizer has arrived when f is below a thousandth of what it was, for"
                    + " good. Each has the rate, of %s, with which it arrives first, or, if it arrives with none, with which f"
                    + " is lowest at the end; rates with which f is anywhere above f at the start are out%s. %s",
                settings.get("updates").asText(),
                StepSizes.words(settings.get("solverRates")),
                risen.isEmpty() ? "" : " (but for " + list(risen) + " there is no other)",
                StepSizes.warning("rate", atEdge)))
        .text(
            String.format(
                "%s%s",
                arrived.isEmpty()
                    ? "None arrives."
                    : "The order of arrival: " + list(arrived) + ".",
                late.isEmpty() ? "" : " Not there at the end: " + list(late) + "."))
        .table(List.of("optimizer", "rate", "updates to a thousandth", "f at the end"), rows);
    for (int from = 0; from < ranked.size(); from += MOST_LINES) {
      List<JsonNode> some = ranked.subList(from, Math.min(ranked.size(), from + MOST_LINES));
      int number = from / MOST_LINES + 1;
      Chart heights =
          byUpdate("f by update (" + number + ")", some, one -> one.get("solver").asText())
              .describe("f by update of " + names(some));
      page.figure("solvers-" + number, heights)
          .figure(
              "solver-paths-" + number,
              map(
                  "Paths in the valley (" + number + ")",
                  settings,
                  some,
                  one -> one.get("solver").asText()));
    }
    page.text(
        "This valley is a quadratic whose axes are those of the weights, without noise; the ranking needn't hold"
            + " elsewhere. On a network: [optimizers](optimizers.md).");
  }

  /** From far above the start to where there is nothing left to see. */
  private static Axis heights(List<JsonNode> descents) {
    double start = Records.numbers(descents.get(0).get("f"))[0];
    return Axis.log("f").between(power(1e-6 * start), power(100 * start));
  }

  /** The power of ten below, where an axis has a mark. */
  private static double power(double value) {
    return Math.pow(10, Math.floor(Math.log10(value)));
  }

  /** Paths over lines of equal height, within a frame that the start lies in. */
  private static Chart map(
      String title, JsonNode settings, List<JsonNode> descents, Function<JsonNode, String> name) {
    double[] start = Records.numbers(settings.get("start"));
    double curvature = settings.get("curvature").asDouble();
    double width = 1.25 * Math.abs(start[0]) + 0.1;
    double height = 1.6 * Math.abs(start[1]) + 0.1;
    Chart chart =
        Chart.of(
                title,
                Axis.linear("x").between(-width, width),
                Axis.linear("y").between(-height, height))
            .describe(title + ": paths of " + list(descents.stream().map(name).toList()));
    for (JsonNode one : descents) {
      path(
          chart,
          name.apply(one),
          Records.numbers(one.get("x")),
          Records.numbers(one.get("y")),
          width,
          height);
    }
    double top = start[0] * start[0] + curvature * start[1] * start[1];
    for (double share : new double[] {1, 0.25, 0.05}) {
      double[] x = new double[OVAL + 1];
      double[] y = new double[OVAL + 1];
      for (int i = 0; i <= OVAL; i++) {
        x[i] = Math.sqrt(share * top) * Math.cos(2 * Math.PI * i / OVAL);
        y[i] = Math.sqrt(share * top / curvature) * Math.sin(2 * Math.PI * i / OVAL);
      }
      chart.add(
          Series.line("f = " + number(share * top / 2), x, y).withWeight(Series.Weight.FAINT));
    }
    return chart;
  }

  /** A sentence for each rate. */
  private static String verdicts(List<JsonNode> descents, String across) {
    List<String> sentences = new ArrayList<>();
    for (JsonNode one : descents) {
      double[] f = Records.numbers(one.get("f"));
      double end = f[f.length - 1];
      int last = f.length - 1;
      String what;
      if (!(end <= f[0])) {
        what =
            String.format(
                "is too large: it diverges; after %d updates f is %s, at the start it was %s",
                last, number(end), number(f[0]));
      } else if (arrival(f) < Integer.MAX_VALUE) {
        what = String.format("arrives at a thousandth of f in %d updates", arrival(f));
      } else {
        what =
            String.format(
                "is slow: after %d updates f is still %s of what it was",
                last, StudyPage.percent(end / f[0]));
      }
      boolean swings = swings(Records.numbers(one.get(across)));
      sentences.add(
          String.format(
              "- %s %s%s.", label(one), what, swings ? ", swinging from side to side" : ""));
    }
    return String.join("\n", sentences);
  }

  /** Whether most updates change the sign. */
  private static boolean swings(double[] values) {
    int changes = 0;
    for (int t = 1; t < values.length; t++) {
      changes += values[t] * values[t - 1] < 0 ? 1 : 0;
    }
    return 2 * changes > values.length - 1;
  }

  private static String label(JsonNode one) {
    return "η = " + number(one.get("rate").asDouble());
  }

  private static String names(List<JsonNode> some) {
    return list(some.stream().map(one -> one.get("solver").asText()).toList());
  }

  private static String span(List<JsonNode> descents) {
    return label(descents.get(0)) + " to " + label(descents.get(descents.size() - 1));
  }

  /** What isn't finite is last. */
  private static double end(JsonNode one) {
    double[] f = Records.numbers(one.get("f"));
    return f[f.length - 1];
  }

  private static double[] updates(double[] f) {
    double[] t = new double[f.length];
    for (int i = 0; i < t.length; i++) {
      t[i] = i;
    }
    return t;
  }
}
