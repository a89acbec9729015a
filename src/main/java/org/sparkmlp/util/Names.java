package org.sparkmlp.util;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Helps somebody who mistyped a name. */
public final class Names {
  private Names() {}

  /** {@code "; did you mean 'x'?"} for the nearest known name, or nothing if none is near. */
  public static String didYouMean(String name, Collection<String> known) {
    return nearest(name, known).map(found -> "; did you mean '" + found + "'?").orElse("");
  }

  /**
   * The known name at the least edit distance, if at most half of the letters (and at least two)
   * differ.
   */
  static Optional<String> nearest(String name, Collection<String> known) {
    String lower = name.toLowerCase(Locale.ROOT);
    int limit = Math.max(2, name.length() / 2);
    return known.stream()
        .min(Comparator.comparingInt(candidate -> distance(lower, candidate)))
        .filter(candidate -> distance(lower, candidate) <= limit);
  }

  private static int distance(String lower, String candidate) {
    return LevenshteinDistance.getDefaultInstance()
        .apply(lower, candidate.toLowerCase(Locale.ROOT));
  }
}
