package org.sparkmlp.backend;

import org.ejml.data.DMatrixRMaj;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.CommonOps_FDRM;

/**
 * Matrix products in pure Java by EJML, on copies, since EJML takes no offsets: slow, and runs
 * anywhere.
 */
final class EjmlBackend extends CpuBackend {
  private record Scratch(FMatrixRMaj[] floats, DMatrixRMaj[] doubles) {
    Scratch() {
      this(
          new FMatrixRMaj[] {new FMatrixRMaj(1, 1), new FMatrixRMaj(1, 1), new FMatrixRMaj(1, 1)},
          new DMatrixRMaj[] {new DMatrixRMaj(1, 1), new DMatrixRMaj(1, 1), new DMatrixRMaj(1, 1)});
    }
  }

  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

  @Override
  public String name() {
    return "ejml";
  }

  @Override
  public String description() {
    return "ejml (pure Java)";
  }

  @Override
  void sgemm(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      float alpha,
      float[] a,
      int aOffset,
      int lda,
      float[] b,
      int bOffset,
      int ldb,
      float beta,
      float[] c,
      int cOffset,
      int ldc) {
    FMatrixRMaj[] room = scratch.get().floats();
    FMatrixRMaj left = load(room[0], transposeA, m, k, a, aOffset, lda);
    FMatrixRMaj right = load(room[1], transposeB, k, n, b, bOffset, ldb);
    FMatrixRMaj product = room[2];
    product.reshape(m, n);
    CommonOps_FDRM.mult(left, right, product);
    for (int i = 0; i < m; i++) {
      int at = cOffset + i * ldc;
      for (int j = 0; j < n; j++) {
        float kept = beta == 0 ? 0 : beta * c[at + j];
        c[at + j] = alpha * product.data[i * n + j] + kept;
      }
    }
  }

  @Override
  public void dgemm(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      double alpha,
      double[] a,
      int aOffset,
      int lda,
      double[] b,
      int bOffset,
      int ldb,
      double beta,
      double[] c,
      int cOffset,
      int ldc) {
    DMatrixRMaj[] room = scratch.get().doubles();
    DMatrixRMaj left = load(room[0], transposeA, m, k, a, aOffset, lda);
    DMatrixRMaj right = load(room[1], transposeB, k, n, b, bOffset, ldb);
    DMatrixRMaj product = room[2];
    product.reshape(m, n);
    CommonOps_DDRM.mult(left, right, product);
    for (int i = 0; i < m; i++) {
      int at = cOffset + i * ldc;
      for (int j = 0; j < n; j++) {
        double kept = beta == 0 ? 0 : beta * c[at + j];
        c[at + j] = alpha * product.data[i * n + j] + kept;
      }
    }
  }

  /** op(X), rows x columns, as a matrix of its own. */
  private static FMatrixRMaj load(
      FMatrixRMaj into, boolean transpose, int rows, int columns, float[] x, int offset, int ld) {
    into.reshape(rows, columns);
    for (int i = 0; i < rows; i++) {
      if (transpose) {
        for (int j = 0; j < columns; j++) {
          into.data[i * columns + j] = x[offset + j * ld + i];
        }
      } else {
        System.arraycopy(x, offset + i * ld, into.data, i * columns, columns);
      }
    }
    return into;
  }

  private static DMatrixRMaj load(
      DMatrixRMaj into, boolean transpose, int rows, int columns, double[] x, int offset, int ld) {
    into.reshape(rows, columns);
    for (int i = 0; i < rows; i++) {
      if (transpose) {
        for (int j = 0; j < columns; j++) {
          into.data[i * columns + j] = x[offset + j * ld + i];
        }
      } else {
        System.arraycopy(x, offset + i * ld, into.data, i * columns, columns);
      }
    }
    return into;
  }
}
