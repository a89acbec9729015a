package org.sparkmlp.backend;

import java.util.Arrays;
import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Loss;
import org.sparkmlp.optim.Optimizer;

/**
 * What the CPU backends share: a buffer is a {@code float[]}, and everything but the matrix
 * products is loops that the JIT compiler vectorizes (measured 6 times faster than the same loops
 * on off-heap memory).
 */
abstract class CpuBackend implements Backend, DoubleGemm {
  private record HostBuffer(float[] array) implements Buffer {
    @Override
    public int length() {
      return array.length;
    }
  }

  /** C = alpha op(A) op(B) + beta C with m, n, k &gt; 0. */
  abstract void sgemm(
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
      int ldc);

  private static float[] array(Buffer buffer) {
    return ((HostBuffer) buffer).array;
  }

  private static float[][] arrays(Buffer[] buffers) {
    float[][] arrays = new float[buffers.length][];
    for (int j = 0; j < arrays.length; j++) {
      arrays[j] = array(buffers[j]);
    }
    return arrays;
  }

  @Override
  public final Buffer allocate(int length) {
    return new HostBuffer(new float[length]);
  }

  @Override
  public final void upload(float[] from, int fromOffset, Buffer to, int toOffset, int length) {
    System.arraycopy(from, fromOffset, array(to), toOffset, length);
  }

  @Override
  public final void download(Buffer from, int fromOffset, float[] to, int toOffset, int length) {
    System.arraycopy(array(from), fromOffset, to, toOffset, length);
  }

  @Override
  public final void fill(Buffer buffer, int offset, int length, float value) {
    Arrays.fill(array(buffer), offset, offset + length, value);
  }

  @Override
  public final void gemm(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      float alpha,
      Buffer a,
      int aOffset,
      int lda,
      Buffer b,
      int bOffset,
      int ldb,
      float beta,
      Buffer c,
      int cOffset,
      int ldc) {
    if (m == 0 || n == 0) {
      return;
    }
    if (k == 0) {
      scale(m, n, beta, array(c), cOffset, ldc);
      return;
    }
    sgemm(
        transposeA,
        transposeB,
        m,
        n,
        k,
        alpha,
        array(a),
        aOffset,
        lda,
        array(b),
        bOffset,
        ldb,
        beta,
        array(c),
        cOffset,
        ldc);
  }

  @Override
  public final boolean sparse() {
    return true;
  }

  @Override
  public final SparseRows upload(
      SparseRows reuse, int rows, int columns, int[] starts, int[] indices, float[] values) {
    HostSparseRows to = reuse == null ? new HostSparseRows() : (HostSparseRows) reuse;
    to.rows = rows;
    to.columns = columns;
    to.starts = starts;
    to.indices = indices;
    to.values = values;
    return to;
  }

  @Override
  public final void sparseGemm(
      boolean transpose,
      int n,
      SparseRows a,
      Buffer b,
      int bOffset,
      int ldb,
      float beta,
      Buffer c,
      int cOffset,
      int ldc) {
    HostSparseRows sparse = (HostSparseRows) a;
    if (beta != 1) {
      scale(transpose ? sparse.columns : sparse.rows, n, beta, array(c), cOffset, ldc);
    }
    if (transpose) {
      SparseKernels.scatter(sparse, n, array(b), bOffset, ldb, array(c), cOffset, ldc);
    } else {
      SparseKernels.gather(sparse, n, array(b), bOffset, ldb, array(c), cOffset, ldc);
    }
  }

  private static void scale(int m, int n, float beta, float[] c, int cOffset, int ldc) {
    if (beta == 0 && ldc == n) {
      Arrays.fill(c, cOffset, cOffset + m * n, 0);
      return;
    }
    for (int i = 0; i < m; i++) {
      for (int j = cOffset + i * ldc; j < cOffset + i * ldc + n; j++) {
        c[j] = beta == 0 ? 0 : beta * c[j];
      }
    }
  }

  @Override
  public final void activate(
      Activation f, int rows, int columns, Buffer z, Buffer a, int offset, int ld) {
    ActivationKernels.forward(f, rows, columns, array(z), array(a), offset, ld);
  }

  @Override
  public final void activationGradient(
      Activation f, int rows, int columns, Buffer z, Buffer a, Buffer d, int offset, int ld) {
    ActivationKernels.backward(
        f, rows, columns, z == null ? null : array(z), array(a), array(d), offset, ld);
  }

  @Override
  public final void largest(int pieces, int rows, int columns, Buffer z, Buffer a, int lda) {
    ActivationKernels.largest(pieces, rows, columns, array(z), array(a), lda);
  }

  @Override
  public final void largestGradient(
      int pieces, int rows, int columns, Buffer z, Buffer a, Buffer d, int lda, Buffer e) {
    ActivationKernels.largestGradient(
        pieces, rows, columns, array(z), array(a), array(d), lda, array(e));
  }

  @Override
  public final void loss(
      Loss loss,
      boolean classTargets,
      int rows,
      int columns,
      Buffer logits,
      Buffer targets,
      Buffer weights,
      Buffer gradient,
      LossSums sums) {
    LossKernels.run(
        loss,
        classTargets,
        rows,
        columns,
        array(logits),
        array(targets),
        array(weights),
        gradient == null ? null : array(gradient),
        sums);
  }

  @Override
  public final void square(int length, Buffer x) {
    float[] values = array(x);
    for (int i = 0; i < length; i++) {
      values[i] *= values[i];
    }
  }

  @Override
  public final void pull(int length, Buffer w, Buffer a, Buffer s, float scale, Buffer g) {
    pull(length, array(w), array(a), array(s), scale, array(g));
  }

  private static void pull(int n, float[] w, float[] a, float[] s, float scale, float[] g) {
    for (int i = 0; i < n; i++) {
      g[i] += scale * s[i] * (w[i] - a[i]);
    }
  }

  @Override
  public final void update(
      Optimizer optimizer,
      int length,
      Buffer weights,
      Buffer gradient,
      float gradientScale,
      Buffer[] slots,
      double rate,
      long step) {
    OptimizerKernels.run(
        optimizer,
        length,
        array(weights),
        array(gradient),
        gradientScale,
        arrays(slots),
        rate,
        step);
  }

  @Override
  public final void scale(float factor, Buffer x, int offset, int length) {
    RegularizationKernels.scale(factor, array(x), offset, offset + length);
  }

  @Override
  public final void penalize(
      float l1, float l2, Buffer weights, Buffer gradient, int offset, int length) {
    RegularizationKernels.penalize(
        l1, l2, array(weights), array(gradient), offset, offset + length);
  }

  @Override
  public final void clip(float bound, Buffer x, int offset, int length) {
    RegularizationKernels.clip(bound, array(x), offset, offset + length);
  }

  @Override
  public final double sumOfSquares(Buffer x, int offset, int length) {
    return RegularizationKernels.sumOfSquares(array(x), offset, offset + length);
  }

  @Override
  public final void limitColumnNorms(
      int rows, int columns, Buffer matrix, int offset, float most, Buffer room) {
    RegularizationKernels.limitColumnNorms(rows, columns, array(matrix), offset, most, array(room));
  }

  @Override
  public final void dropout(
      double rate,
      int[] keys,
      int rows,
      int columns,
      Buffer x,
      Buffer mask,
      Buffer out,
      int offset,
      int ld) {
    RegularizationKernels.dropout(
        rate, keys, rows, columns, array(x), array(mask), array(out), offset, ld);
  }

  @Override
  public final void multiply(int rows, int columns, Buffer x, Buffer y, int offset, int ld) {
    RegularizationKernels.multiply(rows, columns, array(x), array(y), offset, ld);
  }

  @Override
  public String toString() {
    return description();
  }
}
