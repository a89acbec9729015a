package org.sparkmlp.cluster;

import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.SparseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.unsafe.Platform;
import org.sparkmlp.data.FeatureRow;

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
   * A vector as it came.
   *
   * @param indices of its numbers; null if it is dense
   */
  record Numbers(int size, int[] indices, double[] values) {
    /**
     * Of a field of a row in Spark's internal form, copied in one go; no {@link Vector} is made.
     */
    static Numbers of(InternalRow row, int field) {
      return of(row, field, new double[0]);
    }

    /** Likewise; numbers of a dense vector come in {@code room} if that has the right length. */
    static Numbers of(InternalRow row, int field, double[] room) {
      InternalRow vector = row.getStruct(field, FIELDS);
      ArrayData values = vector.getArray(VALUES);
      if (vector.getByte(TYPE) != DENSE) {
        return new Numbers(
            vector.getInt(SIZE), vector.getArray(INDICES).toIntArray(), values.toDoubleArray());
      }
      if (room.length != values.numElements() || !(values instanceof UnsafeArrayData unsafe)) {
        double[] copy = values.toDoubleArray();
        return new Numbers(copy.length, null, copy);
      }
      Platform.copyMemory(
          unsafe.getBaseObject(),
          unsafe.getBaseOffset() + UnsafeArrayData.calculateHeaderPortionInBytes(room.length),
          room,
          Platform.DOUBLE_ARRAY_OFFSET,
          8L * room.length);
      return new Numbers(room.length, null, room);
    }
  }

  /**
   * Reads a vector.
   *
   * @return null if all is well, else a sentence that says what isn't
   */
  public static String read(String column, Vector vector, FeatureRow into) {
    if (vector == null) {
      return isNull(column);
    }
    if (vector instanceof DenseVector dense) {
      return read(column, new Numbers(dense.size(), null, dense.values()), into);
    }
    SparseVector sparse = (SparseVector) vector;
    return read(column, new Numbers(sparse.size(), sparse.indices(), sparse.values()), into);
  }

  /** Reads a vector in a field of a row in Spark's internal form. */
  static String read(String column, InternalRow row, int field, FeatureRow into) {
    return row.isNullAt(field)
        ? isNull(column)
        : read(column, Numbers.of(row, field, into.vectorRoom()), into);
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

  private static String read(String column, Numbers numbers, FeatureRow into) {
    if (numbers.size != into.columns()) {
      return "column '"
          + column
          + "' has a vector of "
          + numbers.size
          + " features where "
          + into.columns()
          + " are expected; all rows need the same features in the same places";
    }
    int bad = into.set(numbers.indices, numbers.values);
    return bad < 0
        ? null
        : "column '"
            + column
            + "' has the value "
            + numbers.values[bad]
            + " in feature "
            + (numbers.indices == null ? bad : numbers.indices[bad])
            + ", but features must be finite floats (at most 3.4e38); fill (Imputer), drop or scale such values";
  }
}
