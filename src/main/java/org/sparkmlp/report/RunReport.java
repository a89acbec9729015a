package org.sparkmlp.report;

import static j2html.TagCreator.button;
import static j2html.TagCreator.dd;
import static j2html.TagCreator.div;
import static j2html.TagCreator.dl;
import static j2html.TagCreator.dt;
import static j2html.TagCreator.each;
import static j2html.TagCreator.h3;
import static j2html.TagCreator.iff;
import static j2html.TagCreator.li;
import static j2html.TagCreator.p;
import static j2html.TagCreator.pre;
import static j2html.TagCreator.small;
import static j2html.TagCreator.span;
import static j2html.TagCreator.strong;
import static j2html.TagCreator.tag;
import static j2html.TagCreator.text;
import static j2html.TagCreator.ul;

import j2html.tags.DomContent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.sparkmlp.report.DataTable.Entry;

/**
 * The report of one run: a pure function of its records. The answer comes first, in words; then
 * what it rests on.
 */
public final class RunReport {
  private final RunData run;
  private final CellCharts charts;
  private final Verdict verdict;

  private RunReport(RunData run) {
    this.run = run;
    charts = new CellCharts(run);
    verdict = new Verdict(run);
  }

  /** The whole page. */
  public static String html(RunFiles files) {
    return new RunReport(new RunData(files)).page().html();
  }

  private Page page() {
    Page page = new Page(run.name(), subtitle());
    summary(page);
    if (!run.cells().isEmpty()) {
      ranking(page.section("All combinations"));
    }
    curves(page);
    test(page);
    time(page);
    repeat(page);
    return page;
  }

  private String subtitle() {
    List<String> parts = new ArrayList<>();
    if (!run.started().isEmpty()) {
      parts.add(run.started().replaceFirst("T(\\d\\d:\\d\\d).*", " $1 UTC"));
    }
    long training = run.data().path("trainingRows").asLong();
    if (training > 0) {
      parts.add(
          String.format(
              Locale.ROOT,
              "%,d training and %,d test rows, %,d features, %d classes",
              training,
              run.data().path("testRows").asLong(),
              run.data().path("numFeatures").asLong(),
              run.data().path("numClasses").asLong()));
    }
    if (!run.cells().isEmpty()) {
      String kind = run.searchKind();
      parts.add(
          (kind.isEmpty() ? "search" : kind + " search")
              + " over "
              + Words.count(run.cells().size(), "combination")
              + ", "
              + Words.count(run.folds(), "fold"));
    }
    return String.join(" \u00b7 ", parts);
  }

  // -------------------------------------------------------------------------------- the answer

  private void summary(Page page) {
    Page.Section section = page.opening("Summary");
    if (!run.problems().isEmpty()) {
      section.add(
          div(each(run.problems(), problem -> p(problem)))
              .withClass("problem")
              .attr("role", "note"));
    }
    Chart overview = charts.overview();
    section.add(
        div(
                div(
                        lead(),
                        each(
                            verdict.certainty(),
                            (i, sentence) ->
                                p(i == 0 ? strong(sentence) : text(sentence)).withClass("sure")),
                        tiles())
                    .withClass("words"),
                iff(overview != null, overview == null ? null : page.figureOf(overview)))
            .withClasses("answer", overview == null ? "single" : "double"));
    List<String> advice = Advice.of(run);
    if (!advice.isEmpty()) {
      section.add(
          div(h3("What to try next"), ul(each(advice, sentence -> li(sentence))))
              .withClass("next"));
    }
  }

  private DomContent lead() {
    Map<String, String> best = verdict.best();
    List<DomContent> words = new ArrayList<>();
    if (!best.isEmpty()) {
      words.add(text(run.isFinished() ? "Best: " : "Best so far: "));
      int left = best.size();
      for (Map.Entry<String, String> entry : best.entrySet()) {
        words.add(text(entry.getKey() + " "));
        words.add(strong(Words.brief(entry.getValue(), 60)));
        left--;
        words.add(text(left > 1 ? ", " : left == 1 ? " with " : "."));
      }
    } else if (run.cells().isEmpty() && run.isFinished()) {
      words.add(text("A single model, trained without a search."));
    } else {
      words.add(text("No combination has ended well so far."));
    }
    String quality = verdict.quality();
    return each(
        p(each(words, word -> word)).withClass("lead"),
        iff(!quality.isEmpty(), p(quality).withClass("quality")));
  }

  private DomContent tiles() {
    List<DomContent> tiles = new ArrayList<>();
    CellData best = run.best();
    if (best != null && Double.isFinite(best.mean())) {
      List<String> notes = new ArrayList<>();
      if (Double.isFinite(best.standardError())) {
        notes.add(
            "\u00b1 " + Words.difference(run.metric(), best.standardError()) + " (standard error)");
      }
      if (best.folds().length < run.folds()) {
        notes.add(best.folds().length + " of " + Words.count(run.folds(), "fold"));
      }
      if (best.resource() < 1) {
        notes.add("with " + run.share(best.resource()));
      }
      tiles.add(
          tile(
              "Cross-validated " + Words.metric(run.metric()),
              Words.value(run.metric(), best.mean()),
              String.join(", ", notes)));
    }
    if (run.isCompared()) {
      tiles.add(
          tile(
              "Not told from the best",
              String.valueOf(Math.max(0, run.leading().size() - 1)),
              "of " + Words.count(run.compared().size(), "other")));
    }
    Double logLoss = run.test().get("logLoss");
    if (logLoss != null) {
      tiles.add(tile("Log loss, held-out rows", Words.format("%.4f", logLoss), ""));
    }
    double rate = run.training().path("rowsPerSecond").asDouble(Double.NaN);
    double seconds =
        Double.isFinite(run.seconds())
            ? run.seconds()
            : run.cells().stream().mapToDouble(CellData::seconds).sum();
    if (seconds > 0) {
      tiles.add(
          tile(
              Double.isFinite(run.seconds()) ? "Time, all of it" : "Time of all fits",
              Words.seconds(seconds),
              Double.isFinite(rate)
                  ? String.format(Locale.ROOT, "%,.0f rows a second, final fit", rate)
                  : ""));
    }
    return dl(each(tiles, tile -> tile)).withClass("tiles");
  }

  private static DomContent tile(String name, String value, String note) {
    return div(dt(name), dd(text(value), iff(!note.isEmpty(), small(note))));
  }

  // -------------------------------------------------------------------------------- the cells

  private void ranking(Page.Section section) {
    List<String> params = run.varied();
    boolean halving = run.isHalved();
    boolean failed = run.cells().stream().anyMatch(CellData::failed);
    String metric = Words.metric(run.metric()) + (Words.isShare(run.metric()) ? " %" : "");
    List<String> columns = new ArrayList<>(List.of("rank"));
    params.forEach(param -> columns.add(Words.name(param)));
    columns.addAll(List.of(metric, "\u00b1", "folds"));
    if (run.isCompared() || failed) {
      columns.add("against the best");
    }
    if (halving) {
      columns.add("last seen on");
    }
    columns.addAll(List.of("seconds", "line"));
    DataTable table =
        new DataTable(
            "Mean and standard error over "
                + Words.count(run.folds(), "fold")
                + "; a dot is a fold. Seconds are of all its fits, with what they waited for others at the same time."
                + (halving ? givenUp() : "")
                + " Click on a column to sort.",
            columns);
    Folds folds = new Folds(run);
    CellData best = run.best();
    int rank = 1;
    for (CellData cell : run.cells()) {
      List<Entry> row = new ArrayList<>();
      row.add(cell.failed() ? new Entry(text("\u2013"), Double.NaN) : Entry.of("%.0f", rank++));
      for (String param : params) {
        String value = cell.params().getOrDefault(param, "");
        double number = RunData.asNumber(value);
        boolean numbers =
            run.values(param).stream().allMatch(v -> Double.isFinite(RunData.asNumber(v)));
        row.add(numbers ? new Entry(text(value), number) : Entry.of(value));
      }
      row.add(
          new Entry(
              text(Double.isFinite(cell.mean()) ? Words.bare(run.metric(), cell.mean()) : ""),
              cell.mean()));
      row.add(
          new Entry(
              text(
                  Double.isFinite(cell.standardError())
                      ? Words.bare(run.metric(), cell.standardError())
                      : ""),
              cell.standardError()));
      row.add(new Entry(folds.strip(cell), null));
      if (run.isCompared() || failed) {
        row.add(against(cell, best));
      }
      if (halving) {
        row.add(new Entry(text(Words.format("%.0f %%", 100 * cell.resource())), cell.resource()));
      }
      row.add(Entry.of("%.1f", cell.seconds()));
      row.add(new Entry(cell.failed() ? text("") : Page.swatch(charts.sample(cell)), null));
      table.add(cell.failed() ? "failed" : cell.is(best) ? "best" : "", row);
    }
    section.table(table);
  }

  private String givenUp() {
    double least =
        run.cells().stream().mapToDouble(CellData::resource).filter(r -> r < 1).min().orElse(1);
    return Words.format(
            " \u201cLast seen on\u201d is a share of a whole fit: %.0f %% is ", 100 * least)
        + run.share(least)
        + ".";
  }

  private Entry against(CellData cell, CellData best) {
    if (cell.failed()) {
      return new Entry(
          each(
              span("failed").withClasses("badge", "failed"),
              text(" " + Words.brief(cell.error(), 300))),
          Double.NaN);
    }
    if (cell.is(best)) {
      return new Entry(span("best").withClass("badge"), 0.0);
    }
    double behind = best == null ? Double.NaN : Verdict.behind(cell, best);
    if (cell.leads()) {
      return new Entry(span("not told apart").withClass("badge"), behind);
    }
    if (cell.distinguishable() == null) {
      return new Entry(span("not compared").withClasses("badge", "worse"), behind);
    }
    return new Entry(
        span("worse by " + Words.difference(run.metric(), behind)).withClasses("badge", "worse"),
        behind);
  }

  private void curves(Page page) {
    List<Chart> curves = charts.curves();
    if (!curves.isEmpty()) {
      Page.Section section = page.section("How they learnt");
      section.text(
          charts.key()
              + " Buttons show and hide a combination in all charts; drag in a chart to zoom, double-click to see all.");
      section.linkedCharts(curves);
    }
    Curve curve = run.finalCurve();
    if (curve.epochs() > 0) {
      page.section("The final model").text(finalWords()).charts(finalCharts(curve));
    }
  }

  private String finalWords() {
    String reason = run.training().path("stopReason").asText("");
    return "The best combination, trained anew on all training rows: "
        + Words.count(run.finalCurve().epochs(), "epoch")
        + " in "
        + Words.seconds(run.training().path("seconds").asDouble(Double.NaN))
        + (reason.isEmpty() ? "." : " (" + reason + ").");
  }

  private static List<Chart> finalCharts(Curve curve) {
    Chart loss =
        Chart.of("Loss", Axis.linear("epoch"), Axis.log("loss"))
            .describe("Loss by epoch.")
            .add(Series.line("training rows", null, curve.loss()).withColour(0));
    Chart accuracy =
        Chart.of("Accuracy", Axis.linear("epoch"), Axis.linear("accuracy"))
            .describe("Share of rows whose class is predicted right, by epoch.")
            .add(Series.line("training rows", null, curve.accuracy()).withColour(0));
    if (Curve.known(curve.validationLoss())) {
      loss.add(
          Series.line("validation rows", null, curve.validationLoss()).withColour(1).withDash(1));
    }
    if (Curve.known(curve.validationAccuracy())) {
      accuracy.add(
          Series.line("validation rows", null, curve.validationAccuracy())
              .withColour(1)
              .withDash(1));
    }
    List<Chart> charts = new ArrayList<>(List.of(loss, accuracy));
    if (Curve.known(curve.learningRate())) {
      charts.add(
          Chart.of("Learning rate", Axis.linear("epoch"), Axis.linear("rate"))
              .describe("Rate of the first update of each epoch.")
              .add(Series.line("rate", null, curve.learningRate()).withColour(0)));
    }
    return charts;
  }

  // -------------------------------------------------------------------------------- the model

  private void test(Page page) {
    TestCharts test = new TestCharts(run);
    List<Chart> pair =
        Stream.of(test.confusion(), test.calibration()).filter(Objects::nonNull).toList();
    DataTable classes = test.classes();
    DomContent wrong = test.misclassified();
    if (pair.isEmpty() && classes == null && run.test().isEmpty()) {
      return;
    }
    Page.Section section = page.section("What the model gets right and wrong");
    section.text("On the held-out rows, which took no part in search or training: " + metrics());
    if (!pair.isEmpty()) {
      section.charts(pair);
    }
    if (classes != null) {
      section.add(h3("By class")).table(classes);
    } else {
      section.text("These records have no details by class.");
    }
    if (wrong != null) {
      section.add(h3("Mistakes it was surest of")).add(wrong);
    }
  }

  private String metrics() {
    List<String> words = new ArrayList<>();
    run.test()
        .forEach((name, value) -> words.add(Words.metric(name) + " " + Words.value(name, value)));
    return (words.isEmpty() ? "nothing was recorded" : Words.list(words)) + ".";
  }

  private void time(Page page) {
    Chart times = charts.times();
    if (times != null) {
      Page.Section section = page.section("Where the time went").chart(times);
      long bytes = run.training().path("bytesAggregated").asLong();
      if (bytes > 0) {
        section.text(
            String.format(
                Locale.ROOT,
                "The final fit took %,d rounds over %d shards with %d local steps, and aggregated %,.1f MB.",
                run.training().path("rounds").asLong(),
                run.training().path("numShards").asInt(),
                run.training().path("localSteps").asInt(),
                bytes / 1e6));
      }
    }
  }

  private void repeat(Page page) {
    Map<String, String> environment = run.environment();
    if (run.command().isEmpty() && environment.isEmpty() && run.config().isEmpty()) {
      return;
    }
    Page.Section section = page.section("To repeat it");
    if (!run.command().isEmpty()) {
      section
          .text("The same rows, seed, numShards, backend and kind of processor give the same bits.")
          .add(pre(run.command()).withId("command").withClass("command").attr("tabindex", "0"))
          .add(button("Copy").attr("type", "button").withData("copy", "command"));
    }
    if (!environment.isEmpty()) {
      section
          .add(h3("Environment"))
          .add(
              dl(each(environment.entrySet(), fact -> each(dt(fact.getKey()), dd(fact.getValue()))))
                  .withClass("facts"));
    }
    if (!run.config().isEmpty()) {
      section.add(h3("Config, as it was run")).add(pre(run.config()).attr("tabindex", "0"));
    }
  }

  /** Dots on a line that all cells share: a fold each. */
  private static final class Folds {
    private static final double WIDTH = 150;
    private final double low;
    private final double high;

    Folds(RunData run) {
      double[] all =
          run.cells().stream()
              .flatMapToDouble(c -> java.util.Arrays.stream(c.folds()))
              .filter(Double::isFinite)
              .sorted()
              .toArray();
      double q1 = all.length == 0 ? 0 : all[(all.length - 1) / 4];
      double q3 = all.length == 0 ? 0 : all[(all.length - 1) * 3 / 4];
      double reach = 2.5 * (q3 - q1);
      low = all.length == 0 ? 0 : Math.max(all[0], q1 - reach);
      high = all.length == 0 ? 0 : Math.min(all[all.length - 1], q3 + reach);
    }

    private String place(double value) {
      double share = high > low ? (value - low) / (high - low) : 0.5;
      double inside = Math.max(0, Math.min(1, share));
      return String.format(Locale.ROOT, "%.1f", 6 + inside * (WIDTH - 12));
    }

    DomContent strip(CellData cell) {
      if (cell.failed() || Double.isNaN(cell.mean())) {
        return text("");
      }
      List<DomContent> marks = new ArrayList<>();
      marks.add(line(place(low), place(high), "8", "8", ""));
      marks.add(line(place(cell.mean()), place(cell.mean()), "2", "14", "mean"));
      for (double fold : cell.folds()) {
        if (Double.isFinite(fold)) {
          marks.add(tag("circle").attr("cx", place(fold)).attr("cy", "8").attr("r", "3.2"));
        }
      }
      return tag("svg")
          .with(marks)
          .withClass("folds")
          .attr("viewBox", "0 0 150 16")
          .attr("aria-hidden", "true");
    }

    private static DomContent line(String x1, String x2, String y1, String y2, String name) {
      return tag("line")
          .attr("x1", x1)
          .attr("x2", x2)
          .attr("y1", y1)
          .attr("y2", y2)
          .withCondClass(!name.isEmpty(), name);
    }
  }
}
