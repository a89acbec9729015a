package org.sparkmlp.experiment;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import com.typesafe.config.ConfigOrigin;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects everything that is wrong with a config, so that it is told at once, with line numbers.
 */
final class Problems {
  private record Problem(int line, String text) {}

  private final List<Problem> found = new ArrayList<>();

  @FormatMethod
  void add(ConfigOrigin origin, @FormatString String message, Object... arguments) {
    String where = origin == null ? "" : describe(origin) + ": ";
    int line = origin == null ? 0 : origin.lineNumber();
    found.add(new Problem(line, where + String.format(message, arguments)));
  }

  /** {@code digits.conf:12}, or {@code command line}. */
  private static String describe(ConfigOrigin origin) {
    String description = origin.description().replaceFirst(": (\\d+)$", ":$1");
    return description.startsWith("command line") ? "command line" : description;
  }

  boolean any() {
    return !found.isEmpty();
  }

  /** Throws them all, in the order of their lines. */
  void throwIfAny() {
    if (any()) {
      List<String> lines =
          found.stream()
              .sorted(java.util.Comparator.comparingInt(Problem::line))
              .map(Problem::text)
              .distinct()
              .toList();
      throw new ConfigProblem(lines);
    }
  }
}
