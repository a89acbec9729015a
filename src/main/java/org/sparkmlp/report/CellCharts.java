package org.sparkmlp.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/** Charts of a search: all cells at a glance, and how each of them learnt. */
final class CellCharts {
  /** Cells that get a colour each, if no param gives them one. */
  private static final int COLOURED = Series.COLOURS;

  /** With more cells, those beyond the first are in the background. */
  private static final int MANY = 24;

  private static final int TIMED = 20;

  private final RunData run;
  private final String colourBy;
  private final String dashBy;

  CellCharts(RunData run) {
    this.run = run;
    List<String> varied = new ArrayList<>(run.varied());
    colourBy = take(varied, "learningRateSchedule", Series.COLOURS);
    dashBy = colourBy == null ? null : take(varied, "batchSize", Series.DASHES);
  }

  /** The preferred param, or the first, that has at most so many values; taken off the list. */
  private String take(List<String> params, String preferred, int most) {
    List<String> order = new ArrayList<>(params);
    if (order.remove(preferred)) {
      order.add(0, preferred);
    }
    for (String param : order) {
      if (run.values(param).size() <= most) {
        params.remove(param);
        return param;
      }
    }
    return null;
  }

  /** How a cell is told from others in a chart: its rank and values. */
  String name(CellData cell) {
    List<String> varied = run.varied();
    List<String> values =
        (varied.isEmpty() ? cell.params().keySet().stream().toList() : varied)
            .stream().filter(cell.params()::containsKey).map(cell.params()::get).toList();
    return "#" + (run.cells().indexOf(cell) + 1) + " " + String.join(" \u00b7 ", values);
  }

  /** Colour by one param and line style by another, or by rank. */
  private Series styled(Series series, CellData cell) {
    int rank = run.cells().indexOf(cell);
    Series styled = series;
    boolean faint = run.cells().size() > MANY && rank >= COLOURED;
    if (colourBy == null) {
      styled = styled.withColour(rank);
      faint |= rank >= COLOURED;
    } else {
      styled =
          styled.withColour(Math.max(0, run.values(colourBy).indexOf(cell.params().get(colourBy))));
    }
    if (dashBy != null) {
      styled = styled.withDash(Math.max(0, run.values(dashBy).indexOf(cell.params().get(dashBy))));
    }
    if (faint) {
      return styled.withWeight(Series.Weight.FAINT);
    }
    return rank == 0 ? styled.withWeight(Series.Weight.STRONG) : styled;
  }

  /** A piece of a cell's line, for tables. */
  Series sample(CellData cell) {
    return styled(Series.line(name(cell), null, new double[0]), cell);
  }

  /** What colours and line styles mean. */
  String key() {
    if (colourBy == null) {
      return "The eight best are coloured, the thick line is the best.";
    }
    return "Colour is "
        + Words.name(colourBy)
        + (dashBy == null ? "" : ", line style is " + Words.name(dashBy))
        + "; the thick line is the best"
        + (run.cells().size() > MANY ? ", all but the eight best are in the background." : ".");
  }

  /** Curves of loss, accuracy and learning rate; empty if the records have none. */
  List<Chart> curves() {
    List<Chart> charts = new ArrayList<>();
    addCurves(charts, "Training loss", Axis.log("loss"), Curve::loss);
    addCurves(charts, "Training accuracy", Axis.linear("accuracy").within(0, 1), Curve::accuracy);
    addCurves(charts, "Validation loss", Axis.log("loss"), Curve::validationLoss);
    addCurves(
        charts,
        "Validation accuracy",
        Axis.linear("accuracy").within(0, 1),
        Curve::validationAccuracy);
    addCurves(charts, "Learning rate", Axis.linear("rate"), Curve::learningRate);
    return charts;
  }

  private void addCurves(
      List<Chart> charts, String title, Axis axis, Function<Curve, double[]> values) {
    Chart chart =
        Chart.of(title, Axis.linear("epoch"), axis)
            .describe(
                "Mean over folds, a line for each combination"
                    + (run.isHalved()
                        ? ", of its last fits: those given up early had fewer rows or epochs."
                        : "."));
    for (CellData cell : run.cells()) {
      double[] numbers = values.apply(cell.curve());
      if (Curve.known(numbers)) {
        chart.add(styled(Series.line(name(cell), null, numbers), cell));
      }
    }
    if (!chart.series().isEmpty()) {
      charts.add(chart);
    }
  }

  /**
   * The metric by two params, or by one; null if none was varied. If more were, each place shows
   * the best of what they make.
   */
  Chart overview() {
    List<String> params = new ArrayList<>(run.varied());
    String rows = take(params, "learningRateSchedule", 40);
    String columns = take(params, "batchSize", 40);
    CellData best = run.best();
    if (rows == null || best == null || Double.isNaN(best.mean())) {
      return null;
    }
    if (columns == null) {
      return bars(rows);
    }
    List<String> rowValues = run.values(rows);
    List<String> columnValues = run.values(columns);
    double[][] values = new double[rowValues.size()][columnValues.size()];
    String[][] labels = new String[rowValues.size()][columnValues.size()];
    for (int i = 0; i < values.length; i++) {
      for (int j = 0; j < values[i].length; j++) {
        values[i][j] = Double.NaN;
        String row = rowValues.get(i);
        String column = columnValues.get(j);
        // the ranking is by the metric, so the first is the best
        for (CellData cell : run.cells()) {
          if (row.equals(cell.params().get(rows)) && column.equals(cell.params().get(columns))) {
            values[i][j] = cell.mean();
            labels[i][j] = label(cell, best);
            break;
          }
        }
      }
    }
    double[] range = range();
    String rest =
        params.isEmpty()
            ? ""
            : " Each place shows the best over " + Words.list(names(params)) + ".";
    return Chart.heat(
            title() + " by " + Words.name(rows) + " and " + Words.name(columns),
            Axis.categories(Words.name(columns), columnValues),
            Axis.categories(Words.name(rows), rowValues),
            values,
            labels,
            range[0],
            range[1])
        .describe(legend() + rest);
  }

  private static List<String> names(List<String> params) {
    return params.stream().map(Words::name).toList();
  }

  private String title() {
    String metric = Words.metric(run.metric());
    return Words.sentence(metric) + (Words.isShare(run.metric()) ? " (%)" : "");
  }

  private String legend() {
    return "Mean over "
        + Words.count(run.folds(), "fold")
        + ". \u2605 is the best"
        + (run.isCompared() ? ", \u25cf can't be told from it." : ".")
        + (run.isHalved()
            ? " In brackets: the share of a whole fit where a combination was given up; lower numbers come of fewer rows or epochs too."
            : "");
  }

  private String label(CellData cell, CellData best) {
    if (cell.failed()) {
      return "failed";
    }
    if (Double.isNaN(cell.mean())) {
      return null;
    }
    String mark = cell.is(best) ? "\u2605 " : cell.leads() ? "\u25cf " : "";
    String share = cell.resource() < 1 ? Words.format(" (%.0f %%)", 100 * cell.resource()) : "";
    return mark + Words.bare(run.metric(), cell.mean()) + share;
  }

  /** From worst to best, but for those so bad that all others would look the same. */
  private double[] range() {
    double[] means =
        run.cells().stream()
            .mapToDouble(CellData::mean)
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    double q1 = means[(means.length - 1) / 4];
    double q3 = means[(means.length - 1) * 3 / 4];
    double reach = 1.5 * (q3 - q1);
    return run.larger()
        ? new double[] {Math.max(means[0], q1 - reach), means[means.length - 1]}
        : new double[] {Math.min(means[means.length - 1], q3 + reach), means[0]};
  }

  private Chart bars(String param) {
    List<String> values = run.values(param);
    double[] y = new double[values.size()];
    double[] errors = new double[values.size()];
    double scale = Words.isShare(run.metric()) ? 100 : 1;
    for (int i = 0; i < y.length; i++) {
      y[i] = Double.NaN;
      errors[i] = Double.NaN;
      for (CellData cell : run.cells()) {
        if (values.get(i).equals(cell.params().get(param)) && Double.isNaN(y[i])) {
          y[i] = scale * cell.mean();
          errors[i] = scale * cell.standardError();
        }
      }
    }
    double[] x = DoubleStream.iterate(0, i -> i + 1).limit(y.length).toArray();
    return Chart.of(
            title() + " by " + Words.name(param),
            Axis.categories(Words.name(param), values),
            Words.isShare(run.metric())
                ? Axis.linear(title()).within(0, 100)
                : Axis.linear(title()))
        .add(Series.scatter(title(), x, y).withErrors(errors).withWeight(Series.Weight.STRONG))
        .describe(
            "Mean over "
                + Words.count(run.folds(), "fold")
                + "; the whiskers are a standard error.");
  }

  /** Where the time of a fit went, by cell; null if the records don't say. */
  Chart times() {
    List<String> names = new ArrayList<>();
    List<Times> times = new ArrayList<>();
    Times last = Times.of(run.training());
    if (last.known()) {
      names.add("final fit, all rows");
      times.add(last);
    }
    for (CellData cell : run.cells()) {
      if (cell.times().known() && names.size() <= TIMED) {
        names.add(name(cell));
        times.add(cell.times());
      }
    }
    if (names.isEmpty()) {
      return null;
    }
    Chart chart =
        Chart.of("Seconds of a fit", Axis.linear("seconds"), Axis.categories("", names))
            .stacked()
            .describe(
                "Computing on the shards; the rest of each round (scheduling, broadcasting, aggregating); reading and packing"
                    + " the rows. Cells: mean over folds"
                    + (run.cells().size() > TIMED ? ", the best " + TIMED + " of them." : "."));
    chart.add(bar("computing", times, Times::compute).withColour(0));
    chart.add(bar("aggregating", times, Times::aggregation).withColour(1));
    chart.add(bar("packing rows", times, Times::packing).withColour(2));
    return chart;
  }

  private static Series bar(String name, List<Times> times, Function<Times, Double> part) {
    double[] seconds = times.stream().mapToDouble(part::apply).toArray();
    return Series.bar(name, Arrays.stream(seconds).map(s -> Double.isNaN(s) ? 0 : s).toArray());
  }
}
