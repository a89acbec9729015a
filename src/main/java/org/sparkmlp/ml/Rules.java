package org.sparkmlp.ml;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.Names;
import scala.Function1;

/**
 * Validators of params. Spark's own say no more than "given invalid value"; these throw the
 * sentence that tells what is allowed. Serializable, since they travel with their stage.
 *
 * <p>Every method takes the param's name and returns the validator.
 */
public final class Rules {
  private interface Rule<T> extends Consumer<T>, Serializable {}

  private Rules() {}

  private static <T> Function1<T, Object> rule(Rule<T> rule) {
    return (Function1<T, Object> & Serializable)
        value -> {
          rule.accept(value);
          return true;
        };
  }

  public static Function1<Object, Object> intAtLeast(String name, int least) {
    return rule(value -> Check.atLeast(least, (Integer) value, name));
  }

  static Function1<Object, Object> intBetween(String name, int least, int most) {
    return rule(
        value ->
            Check.that(
                (Integer) value >= least && (Integer) value <= most,
                "%s must be between %d and %d, got %d",
                name,
                least,
                most,
                (Integer) value));
  }

  /** A count, or -1 for never; as in Spark's own checkpointInterval. */
  static Function1<Object, Object> interval(String name) {
    return rule(
        value ->
            Check.that(
                (Integer) value >= 1 || (Integer) value == -1,
                "%s must be at least 1, or -1 for never, got %s",
                name,
                value));
  }

  static Function1<String, Object> path(String name) {
    return rule(
        value ->
            Check.that(
                !value.isBlank(),
                "%s must be a path, got '%s'; unset it to do without",
                name,
                value));
  }

  static Function1<Object, Object> numClasses() {
    return rule(
        value ->
            Check.that(
                (Integer) value == 0 || (Integer) value >= 2,
                "numClasses must be at least 2, or 0 to be read from the data, got %s",
                value));
  }

  static Function1<Object, Object> nonNegative(String name) {
    return rule(
        value ->
            Check.that(
                (Double) value >= 0 && (Double) value < Double.POSITIVE_INFINITY,
                "%s must be a finite number >= 0, got %s",
                name,
                value));
  }

  public static Function1<Object, Object> unitInterval(String name) {
    return rule(
        value ->
            Check.that(
                (Double) value >= 0 && (Double) value <= 1,
                "%s must be between 0 and 1, got %s",
                name,
                value));
  }

  /** Shares of wholes, at least one of them. */
  static Function1<double[], Object> shares(String name) {
    return rule(
        value ->
            Check.that(
                value.length > 0 && Arrays.stream(value).allMatch(share -> share >= 0 && share < 1),
                "%s must be one or more numbers, each at least 0 and less than 1, got %s",
                name,
                Arrays.toString(value)));
  }

  /** Rule of a share of a whole, that isn't all of it. */
  static Function1<Object, Object> share(String name) {
    return rule(
        value ->
            Check.that(
                (Double) value >= 0 && (Double) value < 1,
                "%s must be at least 0 and less than 1, got %s",
                name,
                value));
  }

  static Function1<int[], Object> sizes(String name, int least) {
    return rule(
        value ->
            Check.that(
                value.length >= least && Arrays.stream(value).allMatch(size -> size > 0),
                "%s must be %s sizes > 0, got %s",
                name,
                least == 0 ? "any number of" : "at least " + least,
                Arrays.toString(value)));
  }

  /** A spec that {@code parser} understands; it throws where it doesn't. */
  static <P extends Consumer<String> & Serializable> Function1<String, Object> spec(P parser) {
    return rule(parser::accept);
  }

  /** Texts that a parser of all of them accepts. */
  public static <P extends Consumer<String[]> & Serializable> Function1<String[], Object> specs(
      P parser) {
    return rule(parser::accept);
  }

  public static Function1<String, Object> oneOf(String name, List<String> allowed) {
    return rule(
        value ->
            Check.that(
                allowed.contains(value),
                "%s must be one of %s, got '%s'%s",
                name,
                String.join(", ", allowed),
                value,
                Names.didYouMean(value, allowed)));
  }
}
