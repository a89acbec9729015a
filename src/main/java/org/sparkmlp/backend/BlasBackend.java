package org.sparkmlp.backend;

import dev.ludovic.netlib.blas.BLAS;

/**
 * Matrix products by a netlib BLAS, which works on arrays with offsets. BLAS is column-major; a
 * row-major matrix is the transpose of a column-major one, so C = A B is asked for as C' = B' A'.
 */
final class BlasBackend extends CpuBackend {
  private final String name;
  private final String description;
  private final BLAS blas;

  BlasBackend(String name, String description, BLAS blas) {
    this.name = name;
    this.description = description;
    this.blas = blas;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    return description;
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
    blas.sgemm(
        flag(transposeB),
        flag(transposeA),
        n,
        m,
        k,
        alpha,
        b,
        bOffset,
        ldb,
        a,
        aOffset,
        lda,
        beta,
        c,
        cOffset,
        ldc);
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
    blas.dgemm(
        flag(transposeB),
        flag(transposeA),
        n,
        m,
        k,
        alpha,
        b,
        bOffset,
        ldb,
        a,
        aOffset,
        lda,
        beta,
        c,
        cOffset,
        ldc);
  }

  private static String flag(boolean transpose) {
    return transpose ? "T" : "N";
  }
}
