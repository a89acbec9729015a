package org.sparkmlp.cluster;

import java.util.Arrays;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.SparseVector;
import org.apache.spark.ml.linalg.Vector;

/** Reads feature vectors into floats, without boxing a number. */
public final class FeatureReader {
  private FeatureReader() {}

  /**
   * Reads a vector of {@code into.length} features.
   *
   * @return null if all is well, else a sentence that says what isn't
   */
  public static String read(String column, Vector vector, float[] into) {
    if (vector == null) {
      return "column '"
          + column
          + "' has a null vector; drop or fill such rows (na().drop, Imputer)";
    }
    if (vector.size() != into.length) {
      return "column '"
          + column
          + "' has a vector of "
          + vector.size()
          + " features where "
          + into.length
          + " are expected; all rows need the same features in the same places";
    }
    if (vector instanceof DenseVector dense) {
      double[] values = dense.values();
      for (int j = 0; j < into.length; j++) {
        into[j] = (float) values[j];
      }
    } else {
      SparseVector sparse = (SparseVector) vector;
      int[] indices = sparse.indices();
      double[] values = sparse.values();
      Arrays.fill(into, 0);
      for (int k = 0; k < indices.length; k++) {
        into[indices[k]] = (float) values[k];
      }
    }
    return notFinite(column, vector, into);
  }

  private static String notFinite(String column, Vector vector, float[] features) {
    for (int j = 0; j < features.length; j++) {
      if (!Float.isFinite(features[j])) {
        return "column '"
            + column
            + "' has the value "
            + vector.apply(j)
            + " in feature "
            + j
            + ", but features must be finite floats (at most 3.4e38); fill (Imputer), drop or scale such values";
      }
    }
    return null;
  }
}
