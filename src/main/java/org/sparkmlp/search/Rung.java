package org.sparkmlp.search;

import java.util.ArrayList;
import java.util.List;
import org.sparkmlp.util.Check;

/**
 * One step of a search: every cell that has come so far gets the same share of the whole resource.
 *
 * @param number from 0
 * @param share of the rows or epochs of a whole fit, above 0; 1 in the last rung
 */
public record Rung(int number, double share) {
  /** Of a search that doesn't halve. */
  public static final List<Rung> SINGLE = List.of(new Rung(0, 1));

  /**
   * Rungs whose shares grow by {@code factor} up to 1. Their number is 1 +
   * floor(log_factor(cells)), so that the last one has fewer than {@code factor} cells or as many;
   * or, with {@code minResources}, as many as shares are not below it.
   *
   * @param factor at least 2, or 1 for a single rung
   * @param minResources the least share; 0: by the number of cells
   */
  public static List<Rung> of(int cells, int factor, double minResources) {
    Check.that(factor >= 1, "factor must be at least 1, got %d", factor);
    Check.that(
        minResources >= 0 && minResources <= 1,
        "minResources must be a share (0 to 1) of the whole resource, got %s",
        minResources);
    if (factor == 1) {
      return SINGLE;
    }
    int rungs = 1;
    double product = factor;
    while (minResources > 0 ? product * minResources <= 1 + 1e-9 : product <= cells) {
      rungs++;
      product *= factor;
    }
    List<Rung> all = new ArrayList<>();
    for (int i = 0; i < rungs; i++) {
      all.add(new Rung(i, Math.pow(factor, i - rungs + 1)));
    }
    return all;
  }
}
