package org.sparkmlp.data;

import java.util.Arrays;

/**
 * The features of one row, standardized if need be, as floats: dense, or sparse as indices and
 * numbers other than 0. Room that is used again for row after row.
 *
 * <p>A row is sparse if its vector was and if it takes less room so: fewer than half of its numbers
 * are other than 0, and nothing is centred. It is dense otherwise.
 */
public final class FeatureRow {
  private static final int DENSE = -1;
  private static final int INFINITE = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

  private final int columns;
  private final Scaling scaling;

  /** What a row of zeros becomes; null where zeros stay zeros. */
  private final float[] zeros;

  private float[] dense = {};
  private double[] vector = {};
  private float[] values = {};
  private int[] indices = {};
  private int count = DENSE;

  /** For {@link RowKey}: zeros but where a row is being hashed. */
  private byte[] room = {};

  /**
   * @param scaling of as many columns, or null for features as they are
   */
  public FeatureRow(int columns, Scaling scaling) {
    this.columns = columns;
    this.scaling = scaling;
    this.zeros = scaling != null && scaling.centred() ? new float[columns] : null;
    for (int j = 0; zeros != null && j < columns; j++) {
      zeros[j] = scaling.apply(j, 0);
    }
  }

  /** A dense row of these numbers, which are kept. */
  static FeatureRow of(float[] features, int columns) {
    FeatureRow row = new FeatureRow(columns, null);
    row.dense = features;
    return row;
  }

  public int columns() {
    return columns;
  }

  /**
   * Takes a vector.
   *
   * @param newIndices where its numbers are, rising; null if there are {@code columns} of them
   * @return where the first number is that is no finite float, in {@code x}; -1 if all are
   */
  public int set(int[] newIndices, double[] x) {
    if (scaling != null) {
      for (int k = 0; k < x.length; k++) {
        if (!(Math.abs(x[k]) <= Float.MAX_VALUE)) {
          return k;
        }
      }
    }
    if (newIndices == null) {
      return setDense(x);
    }
    return zeros == null && 2L * x.length < columns
        ? setSparse(newIndices, x)
        : setDense(newIndices, x);
  }

  private int setDense(double[] x) {
    float[] into = dense();
    count = DENSE;
    if (scaling != null) {
      scaling.apply(x, into);
      return largest(into, columns) < INFINITE ? -1 : firstNotFinite(into, columns);
    }
    int largest = 0;
    for (int j = 0; j < into.length; j++) {
      float value = (float) x[j] + 0f; // -0 becomes 0, as where it isn't stored
      into[j] = value;
      largest = Math.max(largest, Float.floatToRawIntBits(value) & Integer.MAX_VALUE);
    }
    return largest < INFINITE ? -1 : firstNotFinite(into, columns);
  }

  /** A sparse vector that is better kept dense. */
  private int setDense(int[] at, double[] x) {
    float[] into = dense();
    count = DENSE;
    if (zeros == null) {
      Arrays.fill(into, 0);
    } else {
      System.arraycopy(zeros, 0, into, 0, columns);
    }
    for (int k = 0; k < x.length; k++) {
      float value = apply(at[k], x[k]);
      into[at[k]] = value;
      if (!Float.isFinite(value)) {
        return k;
      }
    }
    return -1;
  }

  private int setSparse(int[] at, double[] x) {
    if (values.length < x.length) {
      values = new float[2 * x.length];
      indices = new int[2 * x.length];
    }
    count = 0;
    for (int k = 0; k < x.length; k++) {
      float value = apply(at[k], x[k]);
      if (value != 0) {
        values[count] = value;
        indices[count] = at[k];
        count++;
      }
      if (!Float.isFinite(value)) {
        return k;
      }
    }
    return -1;
  }

  private float apply(int j, double x) {
    return scaling == null ? (float) x + 0f : scaling.apply(j, x);
  }

  private float[] dense() {
    if (dense.length < columns) {
      dense = new float[columns];
    }
    return dense;
  }

  /** Bits of the largest magnitude, which are in the order of magnitudes, infinity and NaN last. */
  private static int largest(float[] x, int n) {
    int largest = 0;
    for (int j = 0; j < n; j++) {
      largest = Math.max(largest, Float.floatToRawIntBits(x[j]) & Integer.MAX_VALUE);
    }
    return largest;
  }

  private static int firstNotFinite(float[] x, int n) {
    int j = 0;
    while (j < n - 1 && Float.isFinite(x[j])) {
      j++;
    }
    return j;
  }

  public boolean sparse() {
    return count != DENSE;
  }

  /** How many numbers are stored. */
  public int count() {
    return sparse() ? count : columns;
  }

  /** The numbers, the first {@link #count} of them; not to be changed. */
  public float[] values() {
    return sparse() ? values : dense;
  }

  /** Where the numbers of a sparse row are, rising; not to be changed. */
  public int[] indices() {
    return indices;
  }

  /** Room for a dense vector on its way to {@link #set}. */
  public double[] vectorRoom() {
    if (vector.length < columns) {
      vector = new double[columns];
    }
    return vector;
  }

  /** Room of {@code length} zeros, to be left as such. */
  byte[] room(int length) {
    if (room.length < length) {
      room = new byte[length];
    }
    return room;
  }
}
