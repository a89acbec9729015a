package org.sparkmlp.ui;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A chart of some curves as SVG, drawn on the server: a page needs no script for it. The y axis may
 * be logarithmic where values are positive and the largest is {@value #LOG_FROM} times the
 * smallest.
 */
public final class LineChart {
  private static final double LOG_FROM = 30;
  private static final int WIDTH = 560;
  private static final int HEIGHT = 260;
  private static final int LEFT = 58;
  private static final int RIGHT = 12;
  private static final int TOP = 12;
  private static final int BOTTOM = 34;
  private static final int LEGEND_LINE = 18;
  private static final int LEGEND_COLUMNS = 3;

  /** Curves with more points than that have no dots. */
  private static final int MOST_DOTS = 60;

  /**
   * A curve; points that aren't finite interrupt it.
   *
   * @param name said where the mouse rests on it
   * @param color of CSS
   */
  public record Curve(String name, String color, boolean dashed, double[] x, double[] y) {}

  private final String name;
  private final String xName;
  private final List<Curve> curves;
  private final double mostX;
  private final boolean log;
  private final double from; // of the y axis, its logarithm if that is what it shows
  private final double to;

  /**
   * @param name what y is
   * @param xName what x is
   * @param mostX where the x axis, which begins at 0, ends
   * @param mayBeLog whether the y axis is logarithmic where values are of many magnitudes
   */
  public LineChart(String name, String xName, double mostX, List<Curve> curves, boolean mayBeLog) {
    this.name = name;
    this.xName = xName;
    this.curves = curves;
    this.mostX = mostX;
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (Curve curve : curves) {
      for (double y : curve.y()) {
        if (Double.isFinite(y)) {
          least = Math.min(least, y);
          most = Math.max(most, y);
        }
      }
    }
    this.log = mayBeLog && least > 0 && most / least >= LOG_FROM;
    double low = scaled(least);
    double high = scaled(most);
    double margin = high > low ? 0.05 * (high - low) : Math.max(Math.abs(high) * 0.1, 1e-12);
    this.from = low - margin;
    this.to = high + margin;
  }

  /** Whether there is anything to draw. */
  public boolean hasPoints() {
    return Double.isFinite(from);
  }

  public String svg() {
    return svg(0);
  }

  /** With its name above and those of the curves below. */
  public String svgWithLegend() {
    return svg((curves.size() + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS);
  }

  private String svg(int legendLines) {
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\" role=\"img\" aria-label=\"%3$s by %4$s\""
                + " style=\"width:100%%;height:auto;max-width:720px\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#555\">",
            WIDTH,
            HEIGHT + legendLines * LEGEND_LINE,
            Html.text(name),
            Html.text(xName)));
    for (double tick : yTicks()) {
      double y = y(scaled(tick));
      line(svg, LEFT, y, WIDTH - RIGHT, y);
      label(svg, LEFT - 6, y + 4, "end", shortest(tick));
    }
    for (double tick : ticks(0, mostX)) {
      double x = x(tick);
      line(svg, x, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 4);
      label(svg, x, HEIGHT - BOTTOM + 18, "middle", shortest(tick));
    }
    label(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 2, "middle", Html.text(xName));
    curves.forEach(curve -> draw(svg, curve));
    if (legendLines > 0) {
      label(svg, 0, TOP - 2, "start", title());
    }
    for (int i = 0; legendLines > 0 && i < curves.size(); i++) {
      legend(svg, curves.get(i), i);
    }
    return svg.append("</svg>").toString();
  }

  /** Heading of the chart, as HTML. */
  String title() {
    return Html.text(name) + (log ? " (logarithmic)" : "");
  }

  private void draw(StringBuilder svg, Curve curve) {
    svg.append(
        String.format(
            "<g stroke=\"%s\" fill=\"none\" stroke-width=\"1.8\"%s><title>%s</title>",
            curve.color(),
            curve.dashed() ? " stroke-dasharray=\"6 4\"" : "",
            Html.text(curve.name())));
    StringBuilder points = new StringBuilder();
    for (int i = 0; i <= curve.x().length; i++) {
      if (i < curve.x().length && Double.isFinite(curve.y()[i])) {
        points.append(
            String.format(Locale.ROOT, "%.1f,%.1f ", x(curve.x()[i]), y(scaled(curve.y()[i]))));
      } else if (points.length() > 0) {
        svg.append("<polyline points=\"").append(points.toString().strip()).append("\"/>");
        points.setLength(0);
      }
    }
    svg.append("</g>");
    dots(svg, curve);
  }

  private void dots(StringBuilder svg, Curve curve) {
    int n = curve.x().length;
    for (int i = n > MOST_DOTS ? n - 1 : 0; i < n; i++) {
      if (Double.isFinite(curve.y()[i])) {
        svg.append(
            String.format(
                Locale.ROOT,
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\" fill=\"%s\"><title>%s, %s %s: %s</title></circle>",
                x(curve.x()[i]),
                y(scaled(curve.y()[i])),
                curve.color(),
                Html.text(curve.name()),
                Html.text(xName),
                shortest(curve.x()[i]),
                shortest(curve.y()[i])));
      }
    }
  }

  private static void legend(StringBuilder svg, Curve curve, int number) {
    int line = number / LEGEND_COLUMNS;
    int column = number % LEGEND_COLUMNS;
    double x = LEFT + column * (WIDTH - LEFT - RIGHT) / (double) LEGEND_COLUMNS;
    double y = HEIGHT + (line + 0.7) * LEGEND_LINE;
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"10\" height=\"10\" fill=\"%s\"/>",
            x,
            y - 9,
            curve.color()));
    label(svg, x + 15, y, "start", Html.text(curve.name()));
  }

  private static void line(StringBuilder svg, double x1, double y1, double x2, double y2) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>",
            x1,
            y1,
            x2,
            y2));
  }

  private static void label(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
            x,
            y,
            anchor,
            text));
  }

  private double scaled(double value) {
    return log ? Math.log10(value) : value;
  }

  private double x(double value) {
    return LEFT + (WIDTH - LEFT - RIGHT) * value / mostX;
  }

  private double y(double scaled) {
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (scaled - from) / (to - from);
  }

  private List<Double> yTicks() {
    if (!log) {
      return ticks(from, to);
    }
    List<Double> ticks = new ArrayList<>();
    int every = (int) Math.max(1, Math.ceil((to - from) / 6));
    for (int power = (int) Math.ceil(from); power <= to; power += every) {
      double tick = Math.pow(10, power);
      if (tick > 0 && tick < Double.POSITIVE_INFINITY) { // the margins may be beyond
        ticks.add(tick);
      }
    }
    return ticks;
  }

  /** About five round numbers. */
  private static List<Double> ticks(double from, double to) {
    double rough = (to - from) / 5;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double step = power * (rough < 2 * power ? 2 : rough < 5 * power ? 5 : 10);
    List<Double> ticks = new ArrayList<>();
    for (long i = (long) Math.ceil(from / step); i * step <= to; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  /** Four digits, without zeros at the end. */
  private static String shortest(double value) {
    double magnitude = Math.abs(value);
    if (value == 0) {
      return "0";
    }
    if (magnitude < 1e-3 || magnitude >= 1e6) {
      return String.format(Locale.ROOT, "%.2e", value).replaceAll("\\.?0+e", "e");
    }
    String text = String.format(Locale.ROOT, "%.4f", value);
    return text.replaceAll("\\.?0+$", "");
  }
}
