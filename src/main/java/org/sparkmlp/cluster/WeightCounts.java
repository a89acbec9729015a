package org.sparkmlp.cluster;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;

/**
 * The weight sum of each class, the same in whatever order rows come: weights are floats, that is
 * whole multiples m of powers of two below 2^24, and the m of each power are added as integers.
 */
final class WeightCounts implements Serializable {
  private static final long serialVersionUID = 1;

  /** Powers of two that a float's last bit may have, from 2^-149 on. */
  private static final int POWERS = 254;

  private final Map<Integer, long[]> sums = new HashMap<>();

  void add(int label, float weight) {
    int power = Math.max(0, Math.getExponent(weight) - Float.MIN_EXPONENT);
    long[] ofClass = sums.computeIfAbsent(label, c -> new long[POWERS]);
    ofClass[power] += (long) Math.scalb((double) weight, 149 - power);
  }

  void merge(WeightCounts other) {
    other.sums.forEach(
        (label, theirs) ->
            sums.merge(
                label,
                theirs,
                (a, b) -> {
                  for (int p = 0; p < POWERS; p++) {
                    a[p] += b[p];
                  }
                  return a;
                }));
  }

  /** Of a class; 0 if it has no rows. */
  double of(int label) {
    double sum = 0;
    long[] ofClass = sums.getOrDefault(label, new long[0]);
    for (int power = ofClass.length - 1; power >= 0; power--) {
      sum += Math.scalb((double) ofClass[power], power - 149);
    }
    return sum;
  }
}
