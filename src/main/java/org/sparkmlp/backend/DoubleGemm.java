package org.sparkmlp.backend;

/**
 * The one operation that double-precision code (L-BFGS, the reference network) takes from a
 * library.
 */
@FunctionalInterface
public interface DoubleGemm {
  /** C = alpha op(A) op(B) + beta C on row-major arrays; see {@link Backend#gemm}. */
  void dgemm(
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
      int ldc);
}
