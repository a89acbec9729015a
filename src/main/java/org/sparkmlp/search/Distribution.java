package org.sparkmlp.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.Names;
import org.sparkmlp.util.Spec;

/**
 * What a param of a random search is drawn from:
 *
 * <pre>
 * uniform(low, high)      any number between
 * logUniform(low, high)   likewise, its logarithm uniform; low &gt; 0
 * integer(low, high)      a whole number, both ends included
 * logInteger(low, high)   likewise, its logarithm uniform before rounding; low &gt;= 1
 * choice(a, b, ...)       one of those numbers or words
 * </pre>
 *
 * @param kind one of the names
 * @param low of a range
 * @param high of a range
 * @param choices of a choice
 */
public record Distribution(String kind, double low, double high, List<String> choices) {
  private static final String CHOICE = "choice";

  public static List<String> names() {
    return List.of("uniform", "logUniform", "integer", "logInteger", CHOICE);
  }

  /** Reads a text such as {@code logUniform(1e-4, 0.1)}. */
  public static Distribution parse(String text) {
    Spec spec = Spec.parse(text);
    String kind = spec.name();
    Check.that(
        names().contains(kind),
        "unknown distribution '%s'; known are %s%s",
        kind,
        String.join(", ", names()),
        Names.didYouMean(kind, names()));
    Check.that(spec.named().isEmpty(), "'%s': the arguments of %s have no names", text, kind);
    List<String> values = spec.positional();
    if (kind.equals(CHOICE)) {
      Check.that(!values.isEmpty(), "'%s' has nothing to choose from", text);
      return new Distribution(kind, 0, 0, values);
    }
    Check.that(values.size() == 2, "'%s': %s takes two numbers, low and high", text, kind);
    double low = number(text, values.get(0));
    double high = number(text, values.get(1));
    Check.that(low < high, "'%s': low must be less than high, got %s and %s", text, low, high);
    Check.that(!kind.startsWith("log") || low > 0, "'%s': low must be above 0, got %s", text, low);
    Check.that(
        !kind.toLowerCase(Locale.ROOT).endsWith("integer")
            || (low == Math.rint(low) && high == Math.rint(high)),
        "'%s': low and high must be whole numbers",
        text);
    return new Distribution(kind, low, high, List.of());
  }

  private static double number(String text, String value) {
    try {
      double number = Double.parseDouble(value);
      Check.that(Double.isFinite(number), "'%s': '%s' is not finite", text, value);
      return number;
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "': '" + value + "' is not a number", e);
    }
  }

  /**
   * The value at a place.
   *
   * @param u uniform in [0, 1)
   * @return a number, or one of the choices as it is written
   */
  public String at(double u) {
    return switch (kind) {
      case "uniform" -> String.valueOf(low + u * (high - low));
      case "logUniform" -> String.valueOf(logarithmic(u, low, high));
      case "integer" ->
          String.valueOf((long) Math.min(high, Math.floor(low + u * (high - low + 1))));
      case "logInteger" -> String.valueOf(Math.round(logarithmic(u, low, high)));
      default -> choices.get((int) Math.min(choices.size() - 1, u * choices.size()));
    };
  }

  private static double logarithmic(double u, double low, double high) {
    return StrictMath.exp(StrictMath.log(low) + u * (StrictMath.log(high) - StrictMath.log(low)));
  }

  /** Values that a param must allow, or else some draws would fail: the ends, or all choices. */
  public List<String> extremes() {
    if (kind.equals(CHOICE)) {
      return choices;
    }
    List<String> ends = new ArrayList<>();
    for (double end : new double[] {low, high}) {
      ends.add(kind.endsWith("niform") ? String.valueOf(end) : String.valueOf((long) end));
    }
    return ends;
  }
}
