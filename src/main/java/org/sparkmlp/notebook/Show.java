package org.sparkmlp.notebook;

import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.commons.text.StringEscapeUtils;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkmlp.ui.LineChart;
import org.sparkmlp.util.Check;

/**
 * Tables and pictures of notebooks. Every cell has these methods imported; what they return is
 * shown at the end of a cell, or anywhere by {@link #show}.
 */
public final class Show {
  private static final int MOST_ROWS = 20;
  private static final int LONGEST_CELL = 60;

  /** Of curves, in turn; told apart by people who see colors differently, too. */
  private static final List<String> COLORS =
      List.of(
          "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#7a5195");

  private static volatile Consumer<DisplayData> screen = data -> {};

  private Show() {}

  /** A picture as SVG. */
  public record Picture(String svg) {}

  /** Markup as HTML. */
  public record Markup(String html) {}

  /** A curve of a chart; points that aren't finite interrupt it. */
  public record Line(String name, double[] x, double[] y) {}

  static void to(Consumer<DisplayData> newScreen) {
    screen = newScreen;
  }

  /** Shows a value now. */
  public static void show(Object value) {
    screen.accept(render(value));
  }

  /** A curve over the numbers 1, 2, 3, ... */
  public static Line line(String name, double... y) {
    return line(name, IntStream.rangeClosed(1, y.length).asDoubleStream().toArray(), y);
  }

  public static Line line(String name, double[] x, double[] y) {
    Check.that(
        x.length == y.length,
        "a curve needs as many x as y, but '%s' has %d and %d",
        name,
        x.length,
        y.length);
    return new Line(name, x, y);
  }

  /**
   * A chart of curves. Its y axis is logarithmic where values are positive and of many magnitudes.
   *
   * @param yName what the curves are
   * @param xName what they are over, from 0 on
   */
  public static Picture chart(String yName, String xName, Line... lines) {
    return chart(yName, xName, true, lines);
  }

  /** Likewise, with an axis that is never logarithmic. */
  public static Picture linearChart(String yName, String xName, Line... lines) {
    return chart(yName, xName, false, lines);
  }

  private static Picture chart(String yName, String xName, boolean mayBeLog, Line... lines) {
    List<LineChart.Curve> curves = new ArrayList<>();
    double mostX = 0;
    for (Line line : lines) {
      String color = COLORS.get(curves.size() % COLORS.size());
      curves.add(new LineChart.Curve(line.name(), color, false, line.x(), line.y()));
      for (double x : line.x()) {
        mostX = Math.max(mostX, x);
      }
    }
    LineChart chart = new LineChart(yName, xName, mostX, curves, mayBeLog);
    Check.that(chart.hasPoints(), "there is no finite number to draw for '%s'", yName);
    return new Picture(chart.svgWithLegend());
  }

  /** A table; numbers that aren't whole have four digits behind the point. */
  public static Markup table(List<String> headings, List<? extends List<?>> rows) {
    StringBuilder html = new StringBuilder("<table><thead><tr>");
    headings.forEach(heading -> html.append("<th>").append(escaped(heading)).append("</th>"));
    html.append("</tr></thead><tbody>");
    for (List<?> row : rows) {
      html.append("<tr>");
      row.forEach(cell -> html.append("<td>").append(escaped(text(cell))).append("</td>"));
      html.append("</tr>");
    }
    return new Markup(html.append("</tbody></table>").toString());
  }

  /** The first rows of a DataFrame. */
  public static Markup table(Dataset<?> data) {
    List<List<Object>> rows = new ArrayList<>();
    for (Row row : data.toDF().takeAsList(MOST_ROWS)) {
      rows.add(IntStream.range(0, row.size()).mapToObj(row::get).toList());
    }
    return table(List.of(data.columns()), rows);
  }

  /**
   * A matrix of numbers as a table whose cells are the darker, the larger the number.
   *
   * @param corner what rows and columns are
   */
  public static Markup heatMap(
      String corner, List<String> rows, List<String> columns, double[][] numbers, String format) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (double[] row : numbers) {
      for (double number : row) {
        least = Math.min(least, number);
        most = Math.max(most, number);
      }
    }
    StringBuilder html = new StringBuilder("<table><thead><tr><th>" + escaped(corner) + "</th>");
    columns.forEach(column -> html.append("<th>").append(escaped(column)).append("</th>"));
    html.append("</tr></thead><tbody>");
    for (int i = 0; i < numbers.length; i++) {
      html.append("<tr><th>").append(escaped(rows.get(i))).append("</th>");
      for (double number : numbers[i]) {
        double share = most > least ? (number - least) / (most - least) : 0;
        html.append(
            String.format(
                Locale.ROOT,
                "<td style=\"background:rgba(0,114,178,%.2f);color:%s\">" + format + "</td>",
                share,
                share > 0.6 ? "white" : "black",
                number));
      }
      html.append("</tr>");
    }
    return new Markup(html.append("</tbody></table>").toString());
  }

  /**
   * Features drawn as square pictures, dark where they are large.
   *
   * @param captions one below each
   */
  public static Picture images(List<Vector> features, List<String> captions) {
    int width = (int) Math.round(Math.sqrt(features.isEmpty() ? 1 : features.get(0).size()));
    int pixel = Math.max(1, 48 / width);
    int side = width * pixel;
    int across = Math.min(10, Math.max(1, features.size()));
    int down = (features.size() + across - 1) / across;
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\""
                + " font-size=\"12\" text-anchor=\"middle\">",
            across * (side + 16), down * (side + 28)));
    for (int i = 0; i < features.size(); i++) {
      int left = i % across * (side + 16) + 8;
      int top = i / across * (side + 28) + 4;
      double[] x = features.get(i).toArray();
      double most = Math.max(1e-9, java.util.Arrays.stream(x).max().orElse(1));
      svg.append(
          String.format(
              "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#fff\" stroke=\"#ccc\"/>",
              left, top, side, side));
      for (int j = 0; j < x.length; j++) {
        if (x[j] > 0) {
          svg.append(
              String.format(
                  Locale.ROOT,
                  "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill-opacity=\"%.2f\"/>",
                  left + j % width * pixel,
                  top + j / width * pixel,
                  pixel,
                  pixel,
                  x[j] / most));
        }
      }
      svg.append(
          String.format(
              "<text x=\"%d\" y=\"%d\" fill=\"#555\">%s</text>",
              left + side / 2, top + side + 14, escaped(captions.get(i))));
    }
    return new Picture(svg.append("</svg>").toString());
  }

  static DisplayData render(Object value) {
    if (value instanceof Dataset<?> data) {
      return render(table(data));
    }
    if (value instanceof Picture picture) {
      DisplayData data = new DisplayData("a picture");
      data.putSVG(picture.svg());
      return data;
    }
    if (value instanceof Markup markup) {
      DisplayData data = new DisplayData("a table");
      data.putHTML(markup.html());
      return data;
    }
    return new DisplayData(String.valueOf(value));
  }

  private static String text(Object cell) {
    if (cell instanceof Double || cell instanceof Float) {
      double number = ((Number) cell).doubleValue();
      return number == Math.rint(number) && Math.abs(number) < 1e6
          ? String.format(Locale.ROOT, "%.0f", number)
          : String.format(Locale.ROOT, "%.4f", number);
    }
    String text = String.valueOf(cell);
    return text.length() <= LONGEST_CELL ? text : text.substring(0, LONGEST_CELL) + "...";
  }

  private static String escaped(String text) {
    return StringEscapeUtils.escapeXml10(text);
  }
}
