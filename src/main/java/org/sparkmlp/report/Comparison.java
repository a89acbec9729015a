package org.sparkmlp.report;

import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.p;
import static j2html.TagCreator.strong;
import static j2html.TagCreator.text;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.sparkmlp.report.DataTable.Entry;

/** Several runs side by side: a pure function of their records. */
public final class Comparison {
  private final List<RunData> runs;

  /** How runs are called: their names, with the folder where names repeat. */
  private final Map<RunData, String> names = new LinkedHashMap<>();

  private Comparison(List<RunData> runs) {
    this.runs = runs;
    for (RunData run : runs) {
      long same = runs.stream().filter(other -> other.name().equals(run.name())).count();
      String name = same > 1 ? run.name() + " (" + run.folder() + ")" : run.name();
      String unique = name;
      for (int i = 2; names.containsValue(unique); i++) {
        unique = name + " " + i;
      }
      names.put(run, unique);
    }
  }

  /** The whole page. */
  public static String html(List<RunFiles> files) {
    return new Comparison(files.stream().map(RunData::new).toList()).page().html();
  }

  private Page page() {
    Page page =
        new Page(
            Words.count(runs.size(), "run") + " compared", String.join(" \u00b7 ", names.values()));
    summary(page);
    page.section("All runs").table(table());
    Page.Section curves = page.section("How the final models learnt");
    List<Chart> charts = new ArrayList<>();
    addCurves(charts, "Training loss", Axis.log("loss"), Curve::loss);
    addCurves(charts, "Training accuracy", Axis.linear("accuracy").within(0, 1), Curve::accuracy);
    addCurves(charts, "Learning rate", Axis.linear("rate"), Curve::learningRate);
    if (charts.isEmpty()) {
      curves.text("These records have no curves.");
    } else {
      curves.linkedCharts(charts);
    }
    DataTable differences = differences();
    page.section("How their configs differ").table(differences);
    return page;
  }

  private void summary(Page page) {
    Page.Section section = page.opening("Summary");
    for (RunData run : runs) {
      if (!run.problems().isEmpty()) {
        section.add(
            div(each(run.problems(), problem -> p(names.get(run) + ": " + problem)))
                .withClass("problem")
                .attr("role", "note"));
      }
    }
    List<RunData> tested = runs.stream().filter(run -> Double.isFinite(accuracy(run))).toList();
    if (tested.isEmpty()) {
      section.add(p("None of these runs was tested on held-out rows.").withClass("lead"));
      return;
    }
    RunData best = tested.get(0);
    for (RunData run : tested) {
      best = accuracy(run) > accuracy(best) ? run : best;
    }
    section.add(
        each(
            p(text("Best on held-out rows: "), strong(names.get(best)), text("."))
                .withClass("lead"),
            p(new Verdict(best).quality()).withClass("quality")));
    section.add(p(certainty(best, tested)).withClass("sure"));
    section.chart(chart(tested));
  }

  private static double accuracy(RunData run) {
    return run.test().getOrDefault("accuracy", Double.NaN);
  }

  /** Half the width of a run's 95 % interval; NaN if the number of rows isn't known. */
  private static double half(RunData run) {
    long rows = new Verdict(run).testRows();
    double[] interval = Verdict.interval(accuracy(run), rows);
    return rows == 0 ? Double.NaN : (interval[1] - interval[0]) / 2;
  }

  private String certainty(RunData best, List<RunData> tested) {
    if (tested.stream()
            .map(run -> run.data().path("path").asText() + run.data().path("testRows"))
            .distinct()
            .count()
        > 1) {
      return "The runs were tested on different rows, so their accuracies aren't comparable to the last digit.";
    }
    List<String> near = new ArrayList<>();
    for (RunData run : tested) {
      if (run != best && !(accuracy(best) - accuracy(run) > half(best) + half(run))) {
        near.add(names.get(run));
      }
    }
    return near.isEmpty()
        ? "Its 95 % interval lies above that of every other run."
        : "The 95 % intervals of "
            + Words.list(near)
            + " overlap with its own: the test rows don't tell them apart for sure.";
  }

  private Chart chart(List<RunData> tested) {
    double[] x = DoubleStream.iterate(0, i -> i + 1).limit(tested.size()).toArray();
    double[] y = tested.stream().mapToDouble(run -> 100 * accuracy(run)).toArray();
    double[] errors = tested.stream().mapToDouble(run -> 100 * half(run)).toArray();
    return Chart.of(
            "Accuracy on held-out rows (%)",
            Axis.categories("run", tested.stream().map(names::get).toList()),
            Axis.linear("%").within(0, 100))
        .add(Series.scatter("accuracy", x, y).withErrors(errors).withWeight(Series.Weight.STRONG))
        .describe("The whiskers are 95 % intervals for other rows of the same kind.");
  }

  private void addCurves(
      List<Chart> charts, String title, Axis axis, Function<Curve, double[]> values) {
    Chart chart =
        Chart.of(title, Axis.linear("epoch"), axis)
            .describe("Of the final fit of each run, on all its training rows.");
    int number = 0;
    for (RunData run : runs) {
      double[] numbers = values.apply(run.finalCurve());
      if (Curve.known(numbers)) {
        chart.add(
            Series.line(names.get(run), null, numbers)
                .withColour(number)
                .withDash(number / Series.COLOURS));
      }
      number++;
    }
    if (!chart.series().isEmpty()) {
      charts.add(chart);
    }
  }

  private DataTable table() {
    DataTable table =
        new DataTable(
            "What each run found. Click on a column to sort.",
            List.of(
                "run",
                "best combination",
                "combinations",
                "metric",
                "cross-validated",
                "test accuracy %",
                "\u00b1 (95 %)",
                "log loss",
                "seconds"));
    for (RunData run : runs) {
      CellData best = run.best();
      table.add(
          List.of(
              Entry.of(names.get(run)),
              Entry.of(best == null ? "" : best.words(run.varied())),
              Entry.of("%.0f", run.cells().size()),
              Entry.of(Words.metric(run.metric())),
              new Entry(
                  text(
                      best == null || Double.isNaN(best.mean())
                          ? ""
                          : Words.value(run.metric(), best.mean())),
                  best == null ? Double.NaN : best.mean()),
              Entry.of("%.2f", 100 * accuracy(run)),
              Entry.of("%.2f", 100 * half(run)),
              Entry.of("%.4f", run.test().getOrDefault("logLoss", Double.NaN)),
              Entry.of("%.1f", run.seconds())));
    }
    return table;
  }

  /** Keys of configs that aren't the same in all runs. */
  private DataTable differences() {
    List<Map<String, String>> configs = runs.stream().map(Comparison::config).toList();
    List<String> columns = new ArrayList<>(List.of("key"));
    columns.addAll(names.values());
    DataTable table = new DataTable("Only what is not the same in all runs.", columns);
    TreeSet<String> keys = new TreeSet<>();
    configs.forEach(config -> keys.addAll(config.keySet()));
    for (String key : keys) {
      List<String> values = configs.stream().map(c -> c.getOrDefault(key, "\u2013")).toList();
      if (values.stream().distinct().count() > 1) {
        List<Entry> row = new ArrayList<>(List.of(Entry.of(key)));
        values.forEach(value -> row.add(Entry.of(Words.brief(value, 200))));
        table.add(row);
      }
    }
    return table;
  }

  private static Map<String, String> config(RunData run) {
    Map<String, String> values = new TreeMap<>();
    try {
      Config config = ConfigFactory.parseString(run.config());
      config
          .entrySet()
          .forEach(e -> values.put(e.getKey(), e.getValue().render(ConfigRenderOptions.concise())));
    } catch (ConfigException e) {
      values.put("(the whole config)", "can't be read");
    }
    return values;
  }
}
