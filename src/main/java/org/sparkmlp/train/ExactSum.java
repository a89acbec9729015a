package org.sparkmlp.train;

import java.util.Arrays;

/**
 * The sum of vectors that doesn't depend on the order or the grouping in which they are added.
 *
 * <p>Float addition isn't associative, so the sum of what tasks return would depend on which of
 * them was first. Here every number is cut into digits on fixed grids, and only whole multiples of
 * one grid are added to each other, which doubles do exactly. (Demmel and Nguyen, Parallel
 * Reproducible Summation, IEEE Trans. Computers 64, 2015; their binned sums, with one common bin
 * index for a slice of the vector.)
 *
 * <p>Grid b is 2^(38 b). A vector that is added is a leaf: for each slice its top grid is the one
 * with 2^(38 b) &lt;= max|x| &lt; 2^(38 (b+1)), and x becomes D digits: q0 = x rounded to grid b,
 * q1 = the rest rounded to grid b-1, and so on. Rounding to a grid g is (x + M) - M in double with
 * M = 1.5 g 2^52. A sum keeps, for each slice, the digits on the D highest grids that it has met.
 * Which digits a leaf has depends on the leaf alone, and which of them are kept on the largest leaf
 * alone; hence the order doesn't matter. Up to 2^15 leaves can't overflow 53 bits.
 *
 * <p>Floats have two digits: the error a leaf is below 2^-38 of the slice's largest element, where
 * a float rounds at 2^-24. Doubles have three: 2^-76. A single leaf comes back as it was.
 *
 * <p>Memory: a leaf is its own array (one float a number); it is cut into digits (D doubles a
 * number) when it first meets another.
 */
public final class ExactSum implements Mergeable<ExactSum> {
  private static final long serialVersionUID = 1;

  /** Most vectors that may be added up. */
  public static final int MAX_LEAVES = 1 << 15;

  private static final int WIDTH = 38;
  private static final int LOWEST = -20;
  private static final int HIGHEST = 24;
  private static final int EMPTY = Integer.MIN_VALUE;

  private final int length;
  private final int[] sliceEnds;
  private final int digitCount;
  private float[] floats;
  private double[] doubles;
  private float scale;
  private int leaves;
  private int[] tops;
  private double[] digits;
  private boolean finite = true;

  private ExactSum(int length, int[] sliceEnds, int digitCount) {
    this.length = length;
    this.sliceEnds = sliceEnds;
    this.digitCount = digitCount;
  }

  /** The sum of no vectors of any length. */
  public static ExactSum empty() {
    return new ExactSum(0, new int[0], 0);
  }

  /**
   * One vector, {@code scale} times {@code values}; the product is exact.
   *
   * @param values kept, not copied
   * @param sliceEnds where each slice of the vector ends, rising, the last one its length
   */
  public static ExactSum of(float[] values, float scale, int... sliceEnds) {
    ExactSum leaf = new ExactSum(values.length, sliceEnds, 2);
    leaf.floats = values;
    leaf.scale = scale;
    leaf.leaves = 1;
    return leaf;
  }

  /** One vector of doubles, kept, not copied. */
  public static ExactSum of(double[] values, int... sliceEnds) {
    ExactSum leaf = new ExactSum(values.length, sliceEnds, 3);
    leaf.doubles = values;
    leaf.leaves = 1;
    return leaf;
  }

  public boolean isEmpty() {
    return leaves == 0;
  }

  @Override
  public ExactSum merge(ExactSum other) {
    if (other.isEmpty()) {
      return this;
    }
    if (isEmpty()) {
      return other;
    }
    if (length != other.length || digitCount != other.digitCount) {
      throw new IllegalStateException(
          "sums of " + length + " and " + other.length + " numbers can't be merged");
    }
    cut();
    if (other.digits == null) {
      other.cut();
    }
    add(other);
    return this;
  }

  /** The total as a single vector of doubles, half (of doubles: a third) of the digits' size. */
  @Override
  public ExactSum finish() {
    if (digits == null) {
      return this;
    }
    double[] total = new double[length];
    total(total);
    return of(total, sliceEnds);
  }

  /**
   * Writes the sum to {@code into}: NaN in every place if any vector held a NaN or an infinity, or
   * was larger than 2^950.
   */
  public void total(double[] into) {
    Arrays.fill(into, 0, length, finite ? 0 : Double.NaN);
    if (leaves == 1) {
      copy(into);
    } else if (finite) {
      for (int d = 0; d < digitCount; d++) {
        for (int i = 0; i < length; i++) {
          into[i] += digits[d * length + i];
        }
      }
    }
  }

  /** The single leaf that this is. */
  private void copy(double[] into) {
    boolean allFinite = true;
    for (int i = 0; i < length; i++) {
      into[i] = floats != null ? (double) floats[i] * scale : doubles[i];
      allFinite &= Double.isFinite(into[i]);
    }
    if (!allFinite) {
      Arrays.fill(into, 0, length, Double.NaN);
    }
  }

  /** Cuts a leaf into digits, if that isn't done yet. */
  private void cut() {
    if (digits != null || leaves == 0) {
      return;
    }
    tops = new int[sliceEnds.length];
    digits = new double[digitCount * length];
    for (int i = 0; i < length; i++) {
      digits[i] = floats != null ? (double) floats[i] * scale : doubles[i];
    }
    floats = null;
    doubles = null;
    int from = 0;
    for (int s = 0; s < sliceEnds.length; s++) {
      double max = largest(from, sliceEnds[s]);
      if (!(max < StrictMath.scalb(1.0, WIDTH * (HIGHEST + 1)))) {
        finite = false;
      }
      tops[s] = max == 0 ? EMPTY : Math.max(LOWEST, Math.floorDiv(Math.getExponent(max), WIDTH));
      if (finite && max > 0) {
        cut(from, sliceEnds[s], tops[s]);
      }
      from = sliceEnds[s];
    }
  }

  /** The largest magnitude; NaN if there is one. */
  private double largest(int from, int to) {
    double max = 0;
    for (int i = from; i < to; i++) {
      max = Math.max(max, Math.abs(digits[i]));
    }
    return max;
  }

  /** Leaves each digit in its place and the rest, to be cut next, in the place after it. */
  private void cut(int from, int to, int top) {
    for (int d = 0; d < digitCount; d++) {
      double m = 1.5 * StrictMath.scalb(1.0, WIDTH * (top - d) + 52);
      int here = d * length;
      int next = (d + 1) * length;
      for (int i = from; i < to; i++) {
        double rest = digits[here + i];
        double digit = (rest + m) - m;
        digits[here + i] = digit;
        if (d + 1 < digitCount) {
          digits[next + i] = rest - digit;
        }
      }
    }
  }

  private void add(ExactSum other) {
    leaves += other.leaves;
    if (leaves > MAX_LEAVES) {
      throw new IllegalStateException(
          "more than " + MAX_LEAVES + " vectors can't be added exactly");
    }
    finite &= other.finite;
    if (!finite) {
      return;
    }
    int from = 0;
    for (int s = 0; s < sliceEnds.length; s++) {
      int to = sliceEnds[s];
      if (other.tops[s] != EMPTY) {
        raise(s, from, to, other.tops[s]);
        int lower = tops[s] - other.tops[s];
        for (int d = 0; d + lower < digitCount; d++) {
          add(other.digits, d * length, (d + lower) * length, from, to);
        }
      }
      from = to;
    }
  }

  private void add(double[] theirs, int theirOffset, int offset, int from, int to) {
    for (int i = from; i < to; i++) {
      digits[offset + i] += theirs[theirOffset + i];
    }
  }

  /** Makes room for digits on higher grids, dropping those on the lowest. */
  private void raise(int slice, int from, int to, int top) {
    if (tops[slice] >= top) {
      return;
    }
    int by = tops[slice] == EMPTY ? digitCount : Math.min(digitCount, top - tops[slice]);
    for (int d = digitCount - 1; d >= 0; d--) {
      if (d >= by) {
        System.arraycopy(digits, (d - by) * length + from, digits, d * length + from, to - from);
      } else {
        Arrays.fill(digits, d * length + from, d * length + to, 0);
      }
    }
    tops[slice] = top;
  }
}
