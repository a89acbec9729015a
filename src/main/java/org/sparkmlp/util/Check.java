package org.sparkmlp.util;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;

/**
 * Argument checks. The message names the value, the constraint and, where there is one, the way
 * out.
 */
public final class Check {
  private Check() {}

  /**
   * Throws an {@link IllegalArgumentException} with the formatted message unless {@code condition}
   * holds.
   */
  @FormatMethod
  public static void that(boolean condition, @FormatString String message, Object... arguments) {
    if (!condition) {
      throw new IllegalArgumentException(String.format(message, arguments));
    }
  }

  /** Returns {@code value} if it is at least {@code least}. */
  public static int atLeast(int least, int value, String name) {
    that(value >= least, "%s must be at least %d, got %d", name, least, value);
    return value;
  }

  /** Returns {@code value} if it is a finite number greater than 0. */
  public static double positive(double value, String name) {
    that(
        value > 0 && value < Double.POSITIVE_INFINITY,
        "%s must be a finite number > 0, got %s",
        name,
        value);
    return value;
  }

  /** Returns {@code value} if it lies in [0, 1). */
  public static double fraction(double value, String name) {
    that(value >= 0 && value < 1, "%s must be in [0, 1), got %s", name, value);
    return value;
  }
}
