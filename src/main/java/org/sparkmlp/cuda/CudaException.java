package org.sparkmlp.cuda;

import java.util.Set;
import jcuda.driver.CUresult;
import jcuda.jcublas.cublasStatus;
import org.sparkmlp.backend.DeviceException;

/** A call of the driver or of cuBLAS failed. */
final class CudaException extends DeviceException {
  private static final long serialVersionUID = 1;

  /** After these nothing works any more in the process: the driver gives them for every call. */
  private static final Set<Integer> STICKY =
      Set.of(
          CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
          CUresult.CUDA_ERROR_LAUNCH_FAILED,
          CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
          CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
          CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
          CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
          CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
          CUresult.CUDA_ERROR_INVALID_PC,
          CUresult.CUDA_ERROR_ASSERT,
          CUresult.CUDA_ERROR_ECC_UNCORRECTABLE);

  private final boolean sticky;

  private CudaException(String message, boolean outOfMemory, boolean sticky) {
    super(message, outOfMemory);
    this.sticky = sticky;
  }

  /** Whether the device is lost for this process. */
  boolean sticky() {
    return sticky;
  }

  /** Throws unless a call of the driver succeeded. */
  static void check(String call, int result) {
    if (result != CUresult.CUDA_SUCCESS) {
      throw new CudaException(
          call + " failed: " + CUresult.stringFor(result) + " (" + result + ")",
          result == CUresult.CUDA_ERROR_OUT_OF_MEMORY,
          STICKY.contains(result));
    }
  }

  /** Throws unless a call of cuBLAS succeeded. */
  static void checkBlas(String call, int status) {
    if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
      throw new CudaException(
          call + " failed: " + cublasStatus.stringFor(status) + " (" + status + ")",
          status == cublasStatus.CUBLAS_STATUS_ALLOC_FAILED,
          false);
    }
  }
}
