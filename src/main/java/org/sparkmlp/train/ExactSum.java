package org.sparkmlp.train;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamField;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import org.sparkmlp.util.FloatStreams;
import org.sparkmlp.util.Parallel;

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
 * <p>Memory: a sum of a few leaves keeps them as they are; one of more has D doubles a number,
 * which is as much as those few leaves. A few of floats needn't be cut: they are added as doubles
 * in the order of their contents, which is the same whichever came first. A few of doubles are cut
 * slice by slice when the sum is read.
 */
public final class ExactSum implements Mergeable<ExactSum> {
  private static final long serialVersionUID = 2;

  /** Most vectors that may be added up. */
  public static final int MAX_LEAVES = 1 << 15;

  private static final int WIDTH = 38;
  private static final int LOWEST = -20;
  private static final int HIGHEST = 24;

  /** Top grid of a slice that holds zeros alone. */
  private static final int EMPTY = Integer.MIN_VALUE;

  /** Top grid of a slice with a number that is NaN, infinite or above the highest grid. */
  private static final int NOT_FINITE = Integer.MAX_VALUE;

  private final int length;
  private final int[] sliceEnds;
  private final int digitCount;

  /** Leaves that aren't cut yet. */
  private final ArrayList<Leaf> leaves = new ArrayList<>();

  /** How many leaves there are in all. */
  private int count;

  /** Top grid of each slice of {@link #digits}. */
  private int[] tops;

  /** Digit d of number i in place d * length + i; null until more leaves have met than are kept. */
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
    return of(new Leaf(values, null, scale), values.length, 2, sliceEnds);
  }

  /** One vector of doubles, kept, not copied. */
  public static ExactSum of(double[] values, int... sliceEnds) {
    return of(new Leaf(null, values, 1), values.length, 3, sliceEnds);
  }

  private static ExactSum of(Leaf leaf, int length, int digitCount, int[] sliceEnds) {
    ExactSum sum = new ExactSum(length, sliceEnds, digitCount);
    sum.leaves.add(leaf);
    sum.count = 1;
    return sum;
  }

  /** A vector as it was given; one of the arrays is null. */
  private static final class Leaf implements Serializable {
    private static final long serialVersionUID = 1;

    /** An order of leaves of floats; those that are equal in it are the same to a sum. */
    static final Comparator<Leaf> BY_CONTENT =
        Comparator.<Leaf, Float>comparing(leaf -> leaf.scale)
            .thenComparing(leaf -> leaf.floats, Arrays::compare);

    /** What Java writes by itself: all but the floats. (Transient ones would be lost on Kryo.) */
    @SuppressWarnings("UnusedVariable")
    private static final ObjectStreamField[] serialPersistentFields = {
      new ObjectStreamField("doubles", double[].class), new ObjectStreamField("scale", float.class)
    };

    private float[] floats;
    private double[] doubles;
    private float scale;

    Leaf(float[] floats, double[] doubles, float scale) {
      this.floats = floats;
      this.doubles = doubles;
      this.scale = scale;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
      out.defaultWriteObject();
      if (doubles == null) {
        FloatStreams.write(out, floats);
      }
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      if (doubles == null) {
        floats = FloatStreams.read(in);
      }
    }

    /** Copies a slice to the beginning of {@code into}. */
    void read(int from, int to, double[] into) {
      if (floats == null) {
        System.arraycopy(doubles, from, into, 0, to - from);
        return;
      }
      double factor = scale;
      for (int i = from; i < to; i++) {
        into[i - from] = floats[i] * factor;
      }
    }

    /** Adds a slice, of floats, to the beginning of {@code sums}. */
    void addTo(double[] sums, int from, int to) {
      double factor = scale;
      for (int i = from; i < to; i++) {
        sums[i - from] += floats[i] * factor;
      }
    }
  }

  public boolean isEmpty() {
    return count == 0;
  }

  /** Whether leaves of floats are there as they were given, to be added in order. */
  private boolean isOfFewFloats() {
    return digits == null && digitCount == 2;
  }

  /** Leaves that take as much room as digits do: four of floats, three of doubles. */
  private int mostKept() {
    return digitCount == 2 ? 4 : 3;
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
    count += other.count;
    if (count > MAX_LEAVES) {
      throw new IllegalStateException(
          "more than " + MAX_LEAVES + " vectors can't be added exactly");
    }
    finite &= other.finite;
    leaves.addAll(other.leaves);
    if (digits == null) {
      tops = other.tops;
      digits = other.digits;
    } else if (other.digits != null) {
      add(other);
    }
    if (digits != null || leaves.size() > mostKept()) {
      cutAll();
    }
    return this;
  }

  /** The total as a single vector of doubles, half (of doubles: a third) of the digits' size. */
  @Override
  public ExactSum finish() {
    if (count <= 1) {
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
    if (!read((sums, from, n) -> System.arraycopy(sums, 0, into, from, n))) {
      Arrays.fill(into, 0, length, Double.NaN);
    }
  }

  /**
   * Writes the sum divided by {@code by}, as floats, to the given arrays one after the other, each
   * of which begins with a slice.
   *
   * @return false if any vector held a NaN or an infinity; what was written means nothing then
   */
  boolean quotient(double by, float[]... into) {
    return read(
        (sums, from, n) -> {
          int array = 0;
          int at = from;
          while (at >= into[array].length) {
            at -= into[array++].length;
          }
          divide(sums, n, by, into[array], at);
        });
  }

  private static void divide(double[] sums, int n, double by, float[] into, int at) {
    for (int i = 0; i < n; i++) { // a loop of its own is vectorized
      sums[i] /= by;
    }
    for (int i = 0; i < n; i++) {
      into[at + i] = (float) sums[i];
    }
  }

  /** Is given the slices of the total, one at a time or several by several threads. */
  private interface SliceReader {
    void read(double[] sums, int from, int n);
  }

  /**
   * Reads slice by slice, in a little memory, on all cores; false where not all is finite. Other
   * cores are idle when a driver reads: its tasks have ended.
   */
  private boolean read(SliceReader reader) {
    if (isOfFewFloats()) {
      leaves.sort(Leaf.BY_CONTENT);
    }
    return finite && Parallel.all(sliceEnds.length, length, (from, to) -> read(reader, from, to));
  }

  private boolean read(SliceReader reader, int firstSlice, int lastSlice) {
    double[] room = new double[longestSlice()];
    double[][] sums = new double[digitCount][room.length];
    for (int s = firstSlice; s < lastSlice; s++) {
      int from = s == 0 ? 0 : sliceEnds[s - 1];
      if (!sum(from, sliceEnds[s], room, sums)) {
        return false;
      }
      reader.read(sums[0], from, sliceEnds[s] - from);
    }
    return true;
  }

  /** Writes a slice of the total to the beginning of {@code sums[0]}. */
  private boolean sum(int from, int to, double[] room, double[][] sums) {
    int n = to - from;
    double[] total = sums[0];
    if (count == 1 || isOfFewFloats()) {
      leaves.get(0).read(from, to, total);
      for (Leaf leaf : leaves.subList(1, leaves.size())) {
        leaf.addTo(total, from, to);
      }
      return largest(total, n) < Double.POSITIVE_INFINITY;
    }
    if (digits != null) {
      System.arraycopy(digits, from, total, 0, n);
      for (int d = 1; d < digitCount; d++) {
        add(digits, d * length + from, total, 0, n);
      }
      return true;
    }
    int top = EMPTY;
    for (double[] digit : sums) {
      Arrays.fill(digit, 0, n, 0);
    }
    for (Leaf leaf : leaves) {
      leaf.read(from, to, room);
      int own = grid(room, n);
      if (own == NOT_FINITE) {
        return false;
      }
      if (own > top) {
        raise(sums, n, top, own);
        top = own;
      }
      for (int d = 0; own != EMPTY && d + top - own < digitCount; d++) {
        addDigit(room, n, own - d, sums[d + top - own]);
      }
    }
    for (int d = 1; d < digitCount; d++) {
      addAll(sums[d], total, n);
    }
    return true;
  }

  private int longestSlice() {
    int longest = 0;
    int from = 0;
    for (int to : sliceEnds) {
      longest = Math.max(longest, to - from);
      from = to;
    }
    return longest;
  }

  /** Cuts all leaves into {@link #digits}. */
  private void cutAll() {
    if (digits == null) {
      digits = new double[digitCount * length];
      tops = new int[sliceEnds.length];
      Arrays.fill(tops, EMPTY);
    }
    int longest = longestSlice();
    double[] room = new double[longest];
    double[] digit = new double[longest];
    for (Leaf leaf : leaves) {
      int from = 0;
      for (int s = 0; s < sliceEnds.length && finite; s++) {
        int to = sliceEnds[s];
        leaf.read(from, to, room);
        int own = grid(room, to - from);
        finite = own != NOT_FINITE;
        if (finite && own != EMPTY) {
          raise(s, from, to, own);
          int lower = tops[s] - own;
          for (int d = 0; d + lower < digitCount; d++) {
            Arrays.fill(digit, 0, to - from, 0);
            addDigit(room, to - from, own - d, digit);
            add(digit, 0, digits, (d + lower) * length + from, to - from);
          }
        }
        from = to;
      }
    }
    leaves.clear();
  }

  /** The top grid of a slice of a leaf. */
  private static int grid(double[] x, int n) {
    double max = largest(x, n);
    if (max == 0) {
      return EMPTY;
    }
    return max < StrictMath.scalb(1.0, WIDTH * (HIGHEST + 1))
        ? Math.max(LOWEST, Math.floorDiv(Math.getExponent(max), WIDTH))
        : NOT_FINITE;
  }

  /**
   * The largest magnitude; NaN if there is one. Magnitudes of doubles are in the order of their
   * bits as integers, NaN above all, and the JIT vectorizes no other maximum.
   */
  private static double largest(double[] x, int n) {
    long max = 0;
    for (int i = 0; i < n; i++) {
      max = Math.max(max, Double.doubleToRawLongBits(x[i]) & Long.MAX_VALUE);
    }
    return Double.longBitsToDouble(max);
  }

  /**
   * Adds the digit on a grid to {@code sums} and leaves the rest, to be cut next. One index serves
   * both arrays, so that the JIT vectorizes.
   */
  private static void addDigit(double[] rest, int n, int grid, double[] sums) {
    double m = 1.5 * StrictMath.scalb(1.0, WIDTH * grid + 52);
    for (int i = 0; i < n; i++) {
      double digit = (rest[i] + m) - m;
      sums[i] += digit;
      rest[i] -= digit;
    }
  }

  private static void addAll(double[] x, double[] sums, int n) {
    for (int i = 0; i < n; i++) {
      sums[i] += x[i];
    }
  }

  /** Adds another sum's digits. */
  private void add(ExactSum other) {
    int from = 0;
    for (int s = 0; s < sliceEnds.length && finite; s++) {
      int to = sliceEnds[s];
      if (other.tops[s] != EMPTY) {
        raise(s, from, to, other.tops[s]);
        int lower = tops[s] - other.tops[s];
        for (int d = 0; d + lower < digitCount; d++) {
          add(other.digits, d * length + from, digits, (d + lower) * length + from, to - from);
        }
      }
      from = to;
    }
  }

  private static void add(double[] theirs, int from, double[] sums, int at, int n) {
    for (int i = 0; i < n; i++) {
      sums[at + i] += theirs[from + i];
    }
  }

  /** Makes room for digits on higher grids, dropping those on the lowest. */
  private void raise(int slice, int from, int to, int top) {
    if (tops[slice] >= top) {
      return;
    }
    if (tops[slice] != EMPTY) {
      int by = Math.min(digitCount, top - tops[slice]);
      for (int d = digitCount - 1; d >= 0; d--) {
        int at = d * length + from;
        if (d >= by) {
          System.arraycopy(digits, at - by * length, digits, at, to - from);
        } else {
          Arrays.fill(digits, at, at + to - from, 0);
        }
      }
    }
    tops[slice] = top;
  }

  /** Likewise, where each digit has an array of its own. */
  private static void raise(double[][] sums, int n, int oldTop, int newTop) {
    if (oldTop == EMPTY) {
      return;
    }
    int by = Math.min(sums.length, newTop - oldTop);
    for (int d = sums.length - 1; d >= 0; d--) {
      if (d >= by) {
        System.arraycopy(sums[d - by], 0, sums[d], 0, n);
      } else {
        Arrays.fill(sums[d], 0, n, 0);
      }
    }
  }
}
