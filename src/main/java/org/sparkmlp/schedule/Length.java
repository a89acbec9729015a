package org.sparkmlp.schedule;

import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sparkmlp.util.Check;

/**
 * A span of training time as a spec writes it: {@code 2ep} (epochs, fractional allowed) or {@code
 * 200step}.
 */
record Length(double amount, boolean inSteps, String text) implements Serializable {
  private static final Pattern FORM = Pattern.compile("(.*[0-9.])(ep|step)");

  static Length parse(String text) {
    Matcher matcher = FORM.matcher(text);
    Check.that(
        matcher.matches(),
        "a length needs its unit, epochs or updates, as in 2ep or 200step; got '%s'",
        text);
    double amount;
    try {
      amount = Double.parseDouble(matcher.group(1));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("a length needs a number, got '" + text + "'", e);
    }
    Check.that(
        amount > 0 && amount < Double.POSITIVE_INFINITY,
        "a length must be a number > 0, got '%s'",
        text);
    return new Length(amount, matcher.group(2).equals("step"), text);
  }

  /** In epochs, where one update takes {@code step} epochs. */
  double epochs(double step) {
    return inSteps ? amount * step : amount;
  }
}
