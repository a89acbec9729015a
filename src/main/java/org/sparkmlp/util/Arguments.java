package org.sparkmlp.util;

import java.util.List;
import java.util.Map;

/** The arguments of one {@link Spec}, bound to parameter names and read with a type. */
public final class Arguments {
  private final Spec spec;
  private final Map<String, String> values;

  Arguments(Spec spec, Map<String, String> values) {
    this.spec = spec;
    this.values = values;
  }

  /** The canonical text of the spec that these are the arguments of. */
  public String spec() {
    return spec.toString();
  }

  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** The number given for {@code name}, else {@code byDefault}. */
  public double number(String name, double byDefault) {
    String text = values.get(name);
    if (text == null) {
      return byDefault;
    }
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          String.format("'%s': %s must be a number, got '%s'", spec, name, text), e);
    }
  }

  /** The whole number given for {@code name}, else {@code byDefault}. */
  public int integer(String name, int byDefault) {
    double value = number(name, byDefault);
    Check.that(
        value == Math.rint(value) && Math.abs(value) <= Integer.MAX_VALUE,
        "'%s': %s must be a whole number, got %s",
        spec,
        name,
        values.get(name));
    return (int) value;
  }

  /** The text given for {@code name}, else {@code byDefault} (which may be null). */
  public String text(String name, String byDefault) {
    return values.getOrDefault(name, byDefault);
  }

  /** The word given for {@code name}, one of {@code allowed}; the first of them by default. */
  public String oneOf(String name, List<String> allowed) {
    String word = values.getOrDefault(name, allowed.get(0));
    Check.that(
        allowed.contains(word),
        "'%s': %s must be one of %s, got '%s'%s",
        spec,
        name,
        String.join(", ", allowed),
        word,
        Names.didYouMean(word, allowed));
    return word;
  }
}
