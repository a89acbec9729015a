package org.sparkmlp.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import org.sparkmlp.util.Check;

/**
 * Numbers that belong together in a chart. Those that aren't finite leave gaps.
 *
 * @param name unique within its chart
 * @param x places along; null for 1, 2, 3, ..., or for one after the other along an axis of
 *     categories
 * @param y values
 * @param errors half the length of the whisker at each value; null for none
 * @param colour number of a colour of the page, from 0; the same number is the same colour in all
 *     charts
 * @param dash number of a line style: 0 solid, 1 dashed, 2 dotted, 3 dash and dot
 * @param weight how much it is to stand out
 */
public record Series(
    String name,
    Kind kind,
    double[] x,
    double[] y,
    double[] errors,
    int colour,
    int dash,
    Weight weight) {
  /** How many colours there are; higher numbers begin anew. */
  public static final int COLOURS = 8;

  /** How many line styles there are; higher numbers begin anew. */
  public static final int DASHES = 4;

  /** How a series is drawn. */
  public enum Kind {
    LINE,
    SCATTER,
    BAR
  }

  /** How much a series stands out. */
  public enum Weight {
    /** In the background, without a colour of its own. */
    FAINT,
    NORMAL,
    STRONG
  }

  public Series {
    Check.that(
        x == null || x.length == y.length,
        "the series '%s' has %s values of x and %s of y",
        name,
        x == null ? 0 : x.length,
        y.length);
    Check.that(
        errors == null || errors.length == y.length,
        "the series '%s' has %s errors of %s values",
        name,
        errors == null ? 0 : errors.length,
        y.length);
  }

  public static Series line(String name, double[] x, double[] y) {
    return new Series(name, Kind.LINE, x, y, null, 0, 0, Weight.NORMAL);
  }

  public static Series scatter(String name, double[] x, double[] y) {
    return new Series(name, Kind.SCATTER, x, y, null, 0, 0, Weight.NORMAL);
  }

  /** A bar for each category. */
  public static Series bar(String name, double[] values) {
    return new Series(name, Kind.BAR, null, values, null, 0, 0, Weight.NORMAL);
  }

  public Series withErrors(double[] newErrors) {
    return new Series(name, kind, x, y, newErrors, colour, dash, weight);
  }

  public Series withColour(int number) {
    return new Series(name, kind, x, y, errors, number % COLOURS, dash, weight);
  }

  public Series withDash(int number) {
    return new Series(name, kind, x, y, errors, colour, number % DASHES, weight);
  }

  public Series withWeight(Weight newWeight) {
    return new Series(name, kind, x, y, errors, colour, dash, newWeight);
  }

  ObjectNode spec() {
    ObjectNode node = Json.object();
    node.put("name", name);
    node.put("kind", kind.name().toLowerCase(Locale.ROOT));
    node.put("colour", colour);
    node.put("dash", dash);
    node.put("weight", weight.name().toLowerCase(Locale.ROOT));
    if (x != null) {
      node.set("x", Json.numbers(x));
    }
    node.set("y", Json.numbers(y));
    if (errors != null) {
      node.set("errors", Json.numbers(errors));
    }
    return node;
  }
}
