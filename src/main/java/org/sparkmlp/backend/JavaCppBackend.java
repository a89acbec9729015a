package org.sparkmlp.backend;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * OpenBLAS through JavaCPP: every product copies its matrices to memory outside the heap and back.
 * Slower than {@link BlasBackend} by the copies, and with the same bits.
 */
final class JavaCppBackend extends CpuBackend {
  private static final int ROW_MAJOR = openblas_nolapack.CblasRowMajor;

  /** Off-heap room of one thread, grown as needed and freed with the thread. */
  private static final class Scratch {
    FloatPointer[] floats = {new FloatPointer(1), new FloatPointer(1), new FloatPointer(1)};
    DoublePointer[] doubles = {new DoublePointer(1), new DoublePointer(1), new DoublePointer(1)};

    FloatPointer floats(int which, int length) {
      if (floats[which].capacity() < length) {
        floats[which].close();
        floats[which] = new FloatPointer((long) length);
      }
      return floats[which];
    }

    DoublePointer doubles(int which, int length) {
      if (doubles[which].capacity() < length) {
        doubles[which].close();
        doubles[which] = new DoublePointer((long) length);
      }
      return doubles[which];
    }
  }

  private final String description;
  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

  JavaCppBackend(String description) {
    this.description = description;
  }

  @Override
  public String name() {
    return "openblas";
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
    int aLength = extent(transposeA ? k : m, transposeA ? m : k, lda);
    int bLength = extent(transposeB ? n : k, transposeB ? k : n, ldb);
    int cLength = extent(m, n, ldc);
    Scratch room = scratch.get();
    FloatPointer pa = room.floats(0, aLength).position(0).put(a, aOffset, aLength);
    FloatPointer pb = room.floats(1, bLength).position(0).put(b, bOffset, bLength);
    FloatPointer pc = room.floats(2, cLength).position(0);
    if (beta != 0 || ldc != n) {
      pc.put(c, cOffset, cLength);
    }
    openblas_nolapack.cblas_sgemm(
        ROW_MAJOR,
        flag(transposeA),
        flag(transposeB),
        m,
        n,
        k,
        alpha,
        pa,
        lda,
        pb,
        ldb,
        beta,
        pc,
        ldc);
    pc.get(c, cOffset, cLength);
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
    int aLength = extent(transposeA ? k : m, transposeA ? m : k, lda);
    int bLength = extent(transposeB ? n : k, transposeB ? k : n, ldb);
    int cLength = extent(m, n, ldc);
    Scratch room = scratch.get();
    DoublePointer pa = room.doubles(0, aLength).position(0).put(a, aOffset, aLength);
    DoublePointer pb = room.doubles(1, bLength).position(0).put(b, bOffset, bLength);
    DoublePointer pc = room.doubles(2, cLength).position(0);
    if (beta != 0 || ldc != n) {
      pc.put(c, cOffset, cLength);
    }
    openblas_nolapack.cblas_dgemm(
        ROW_MAJOR,
        flag(transposeA),
        flag(transposeB),
        m,
        n,
        k,
        alpha,
        pa,
        lda,
        pb,
        ldb,
        beta,
        pc,
        ldc);
    pc.get(c, cOffset, cLength);
  }

  /** Numbers from the first to the last element of a matrix. */
  private static int extent(int rows, int columns, int ld) {
    return (rows - 1) * ld + columns;
  }

  private static int flag(boolean transpose) {
    return transpose ? openblas_nolapack.CblasTrans : openblas_nolapack.CblasNoTrans;
  }
}
