package org.sparkmlp.backend;

/**
 * Products with sparse rows: for each number of a row, a row of B is added to one of C, or the
 * other way round; four at a time, so that the row in common is read and written a quarter as
 * often.
 */
final class SparseKernels {
  private SparseKernels() {}

  /** C += A B: row i of C gets the rows of B that row i of A has numbers for. */
  static void gather(
      HostSparseRows a, int n, float[] b, int bOffset, int ldb, float[] c, int cOffset, int ldc) {
    for (int i = 0; i < a.rows; i++) {
      int to = cOffset + i * ldc;
      int k = a.starts[i];
      int end = a.starts[i + 1];
      for (; k + 4 <= end; k += 4) {
        int b0 = bOffset + a.indices[k] * ldb;
        int b1 = bOffset + a.indices[k + 1] * ldb;
        int b2 = bOffset + a.indices[k + 2] * ldb;
        int b3 = bOffset + a.indices[k + 3] * ldb;
        float v0 = a.values[k];
        float v1 = a.values[k + 1];
        float v2 = a.values[k + 2];
        float v3 = a.values[k + 3];
        for (int j = 0; j < n; j++) {
          c[to + j] += v0 * b[b0 + j] + v1 * b[b1 + j] + v2 * b[b2 + j] + v3 * b[b3 + j];
        }
      }
      for (; k < end; k++) {
        int from = bOffset + a.indices[k] * ldb;
        float v = a.values[k];
        for (int j = 0; j < n; j++) {
          c[to + j] += v * b[from + j];
        }
      }
    }
  }

  /** C += A' B: row i of B is added to the rows of C that row i of A has numbers for. */
  static void scatter(
      HostSparseRows a, int n, float[] b, int bOffset, int ldb, float[] c, int cOffset, int ldc) {
    for (int i = 0; i < a.rows; i++) {
      int from = bOffset + i * ldb;
      for (int k = a.starts[i]; k < a.starts[i + 1]; k++) {
        int to = cOffset + a.indices[k] * ldc;
        float v = a.values[k];
        for (int j = 0; j < n; j++) {
          c[to + j] += v * b[from + j];
        }
      }
    }
  }
}
