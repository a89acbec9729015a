package org.sparkmlp.cuda;

import static jcuda.jcublas.JCublas2.cublasCreate;
import static jcuda.jcublas.JCublas2.cublasDestroy;
import static jcuda.jcublas.JCublas2.cublasSetMathMode;
import static jcuda.jcublas.JCublas2.cublasSetStream;
import static jcuda.jcublas.JCublas2.cublasSgemm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.jcublas.cublasOperation;
import jcuda.runtime.cudaStream_t;

/**
 * Products by cuBLAS on a stream, in plain float. cuBLAS has matrices column by column: it computes
 * C' = op(B)' op(A)', which in memory is what is wanted.
 */
final class Blas implements AutoCloseable {
  private final cublasHandle handle = new cublasHandle();

  /** α and β: where cuBLAS reads them from must not be an array. */
  private final ByteBuffer scalars = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());

  private final Pointer alphaAt = Pointer.to(scalars);
  private final Pointer betaAt = Pointer.to(scalars).withByteOffset(4);
  private boolean open;

  Blas(CUstream stream) {
    CudaException.checkBlas("cublasCreate", cublasCreate(handle));
    open = true;
    try {
      CudaException.checkBlas("cublasSetStream", cublasSetStream(handle, new cudaStream_t(stream)));
      CudaException.checkBlas(
          "cublasSetMathMode", cublasSetMathMode(handle, cublasMath.CUBLAS_DEFAULT_MATH));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** See {@link org.sparkmlp.backend.Backend#gemm}; m, n, k &gt; 0. */
  void gemm(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      float alpha,
      CUdeviceptr a,
      int lda,
      CUdeviceptr b,
      int ldb,
      float beta,
      CUdeviceptr c,
      int ldc) {
    scalars.putFloat(0, alpha).putFloat(4, beta);
    CudaException.checkBlas(
        "cublasSgemm",
        cublasSgemm(
            handle,
            operation(transposeB),
            operation(transposeA),
            n,
            m,
            k,
            alphaAt,
            b,
            ldb,
            a,
            lda,
            betaAt,
            c,
            ldc));
  }

  private static int operation(boolean transpose) {
    return transpose ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N;
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      cublasDestroy(handle);
    }
  }
}
