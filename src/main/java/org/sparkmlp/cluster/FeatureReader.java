package org.sparkmlp.cluster;

import java.util.Arrays;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.SparseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.catalyst.InternalRow;

/** Reads feature vectors into floats, without boxing a number. */
public final class FeatureReader {
  private FeatureReader() {}

  /** Fields of a vector in Spark's internal form; type is 0 for sparse, 1 for dense. */
  private static final int TYPE = 0;

  private static final int SIZE = 1;
  private static final int INDICES = 2;
  private static final int VALUES = 3;
  private static final int FIELDS = 4;
  private static final byte DENSE = 1;

  /**
   * Reads a vector of {@code into.length} features.
   *
   * @return null if all is well, else a sentence that says what isn't
   */
  public static String read(String column, Vector vector, float[] into) {
    if (vector == null) {
      return isNull(column);
    }
    if (vector instanceof DenseVector dense) {
      return read(column, dense.size(), null, dense.values(), into);
    }
    SparseVector sparse = (SparseVector) vector;
    return read(column, sparse.size(), sparse.indices(), sparse.values(), into);
  }

  /**
   * Reads the vector in a field of a row in Spark's internal form: its numbers are copied in one
   * go, and no {@link Vector} is made.
   */
  static String read(String column, InternalRow row, int field, float[] into) {
    if (row.isNullAt(field)) {
      return isNull(column);
    }
    InternalRow vector = row.getStruct(field, FIELDS);
    double[] values = vector.getArray(VALUES).toDoubleArray();
    return vector.getByte(TYPE) == DENSE
        ? read(column, values.length, null, values, into)
        : read(column, vector.getInt(SIZE), vector.getArray(INDICES).toIntArray(), values, into);
  }

  /** All numbers of the vector in a field of a row, which isn't null. */
  static double[] values(InternalRow row, int field) {
    InternalRow vector = row.getStruct(field, FIELDS);
    double[] values = vector.getArray(VALUES).toDoubleArray();
    if (vector.getByte(TYPE) == DENSE) {
      return values;
    }
    double[] all = new double[vector.getInt(SIZE)];
    int[] indices = vector.getArray(INDICES).toIntArray();
    for (int k = 0; k < indices.length; k++) {
      all[indices[k]] = values[k];
    }
    return all;
  }

  private static String isNull(String column) {
    return "column '" + column + "' has a null vector; drop or fill such rows (na().drop, Imputer)";
  }

  /** Indices are null if the vector is dense. */
  private static String read(
      String column, int size, int[] indices, double[] values, float[] into) {
    if (size != into.length) {
      return "column '"
          + column
          + "' has a vector of "
          + size
          + " features where "
          + into.length
          + " are expected; all rows need the same features in the same places";
    }
    if (indices == null) {
      for (int j = 0; j < into.length; j++) {
        into[j] = (float) values[j];
      }
    } else {
      Arrays.fill(into, 0);
      for (int k = 0; k < indices.length; k++) {
        into[indices[k]] = (float) values[k];
      }
    }
    return !isFinite(into) ? notFinite(column, indices, values, into) : null;
  }

  /** 0 · x is 0 for a finite x and NaN for any other: a sum that the JIT compiler vectorizes. */
  private static boolean isFinite(float[] features) {
    int bad = 0;
    for (float x : features) {
      bad |= 0 * x == 0 ? 0 : 1;
    }
    return bad == 0;
  }

  private static String notFinite(String column, int[] indices, double[] values, float[] features) {
    for (int j = 0; j < features.length; j++) {
      if (!Float.isFinite(features[j])) {
        return "column '"
            + column
            + "' has the value "
            + values[indices == null ? j : Arrays.binarySearch(indices, j)]
            + " in feature "
            + j
            + ", but features must be finite floats (at most 3.4e38); fill (Imputer), drop or scale such values";
      }
    }
    throw new IllegalArgumentException("all features are finite");
  }
}
