package org.sparkmlp.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.sparkmlp.util.Check;

/**
 * What a chart shows, without a word on how: a {@link Page} draws it for people to play with, a
 * {@link ChartRenderer} as a picture, both with the same code.
 */
public final class Chart {
  private final String title;
  private final Axis x;
  private final Axis y;
  private String description = "";
  private boolean stacked;
  private final List<Series> series = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private Heat heat;

  /** The cells of a heat map, row by row. */
  private record Heat(double[][] values, String[][] labels, double low, double high) {}

  private Chart(String title, Axis x, Axis y) {
    this.title = title;
    this.x = x;
    this.y = y;
  }

  /** An empty chart of lines, points or bars. */
  public static Chart of(String title, Axis x, Axis y) {
    return new Chart(title, x, y);
  }

  /**
   * A heat map.
   *
   * @param values {@code [row][column]}; where it is NaN, the cell has no colour
   * @param labels what is written in each cell, likewise; null where there is nothing
   * @param low value of the palest colour, and of all below
   * @param high value of the strongest colour, and of all above
   */
  public static Chart heat(
      String title,
      Axis columns,
      Axis rows,
      double[][] values,
      String[][] labels,
      double low,
      double high) {
    Check.that(
        columns.isOfCategories() && rows.isOfCategories(), "a heat map has axes of categories");
    int height = rows.categories().size();
    int width = columns.categories().size();
    Check.that(
        values.length == height && labels.length == height,
        "the heat map '%s' has %s rows, but %s names of rows",
        title,
        values.length,
        height);
    for (int i = 0; i < height; i++) {
      Check.that(
          values[i].length == width && labels[i].length == width,
          "row %s of the heat map '%s' has %s values, but there are %s columns",
          i + 1,
          title,
          values[i].length,
          width);
    }
    Chart chart = new Chart(title, columns, rows);
    chart.heat = new Heat(values, labels, low, high);
    return chart;
  }

  /** What it shows, in a sentence, for who can't see it. */
  public Chart describe(String sentence) {
    description = sentence;
    return this;
  }

  /** Bars of one category are put on one another. */
  public Chart stacked() {
    stacked = true;
    return this;
  }

  /** Adds a series. */
  public Chart add(Series added) {
    Check.that(heat == null, "the heat map '%s' can't have series too", title);
    Check.that(
        names.add(added.name()),
        "the chart '%s' has a series '%s' already; names must differ",
        title,
        added.name());
    series.add(added);
    return this;
  }

  /** Adds a line in the next colour. */
  public Chart line(String name, double[] xs, double[] ys) {
    return add(Series.line(name, xs, ys).withColour(series.size()));
  }

  /** Adds points in the next colour. */
  public Chart scatter(String name, double[] xs, double[] ys) {
    return add(Series.scatter(name, xs, ys).withColour(series.size()));
  }

  /** Adds a bar for each category in the next colour. */
  public Chart bar(String name, double[] values) {
    return add(Series.bar(name, values).withColour(series.size()));
  }

  public String title() {
    return title;
  }

  public String description() {
    return description;
  }

  public List<Series> series() {
    return List.copyOf(series);
  }

  Axis x() {
    return x;
  }

  Axis y() {
    return y;
  }

  boolean isHeat() {
    return heat != null;
  }

  /** Lines and points along numbers can be looked at more closely. */
  boolean hasZoom() {
    return heat == null && !x.isOfCategories() && !y.isOfCategories();
  }

  /** A logarithmic scale may show more: it has one, or its values are far apart. */
  boolean offersLog() {
    double least = Double.MAX_VALUE;
    double most = 0;
    for (Series one : series) {
      for (double value : one.y()) {
        least = value <= 0 ? 0 : Math.min(least, value);
        most = value > most ? value : most;
      }
    }
    boolean farApart = least > 0 && most > 20 * least;
    boolean free = y.scale() == Axis.Scale.LINEAR && !(y.min() < y.max());
    return y.scale() == Axis.Scale.LOG || (free && farApart);
  }

  /** As charts.js understands it. */
  ObjectNode spec() {
    ObjectNode node = Json.object();
    node.put("title", title);
    node.set("x", x.spec());
    node.set("y", y.spec());
    if (heat != null) {
      ArrayNode values = node.putArray("values");
      ArrayNode labels = node.putArray("labels");
      for (int i = 0; i < heat.values.length; i++) {
        values.add(Json.numbers(heat.values[i]));
        ArrayNode row = labels.addArray();
        for (String label : heat.labels[i]) {
          row.add(label);
        }
      }
      node.put("low", heat.low);
      node.put("high", heat.high);
      return node;
    }
    node.put("stacked", stacked);
    ArrayNode all = node.putArray("series");
    series.forEach(one -> all.add(one.spec()));
    return node;
  }
}
