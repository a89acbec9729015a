package org.sparkmlp.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** JCuda's own classes and JNI libraries on the stand-in. */
@OnFakeCuda
class FakeCudaTest {
  private final CUdevice device = new CUdevice();
  private final CUcontext context = new CUcontext();

  @BeforeEach
  void open() {
    assertThat(JCudaDriver.cuInit(0)).isZero();
    assertThat(JCudaDriver.cuDeviceGet(device, 1)).isZero();
    assertThat(JCudaDriver.cuDevicePrimaryCtxRetain(context, device)).isZero();
    assertThat(JCudaDriver.cuCtxSetCurrent(context)).isZero();
  }

  @AfterEach
  void close() {
    assertThat(JCudaDriver.cuCtxSetCurrent(new CUcontext())).isZero();
    assertThat(JCudaDriver.cuDevicePrimaryCtxRelease(device)).isZero();
    assertThat(FakeCuda.liveAllocations()).isZero();
    assertThat(FakeCuda.live("primaryCtx")).isZero();
    assertThat(FakeCuda.live("cublasHandle")).isZero();
  }

  @Test
  void productOnTheDevice() {
    ByteBuffer host = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
    host.putFloat(1).putFloat(2).putFloat(3).putFloat(4).rewind();
    CUdeviceptr a = new CUdeviceptr();
    CUdeviceptr c = new CUdeviceptr();
    assertThat(JCudaDriver.cuMemAlloc(a, 16)).isZero();
    assertThat(JCudaDriver.cuMemAlloc(c, 16)).isZero();
    assertThat(JCudaDriver.cuMemcpyHtoD(a, Pointer.to(host), 16)).isZero();
    cublasHandle handle = new cublasHandle();
    assertThat(JCublas2.cublasCreate(handle)).isZero();
    ByteBuffer scalars = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
    scalars.putFloat(1).putFloat(0).rewind();
    Pointer one = Pointer.to(scalars);
    Pointer zero = one.withByteOffset(4);
    int op = cublasOperation.CUBLAS_OP_N;
    assertThat(JCublas2.cublasSgemm(handle, op, op, 2, 2, 2, one, a, 2, a, 2, zero, c, 2)).isZero();
    assertThat(JCudaDriver.cuMemcpyDtoH(Pointer.to(host), c, 16)).isZero();
    float[] product = new float[4];
    host.asFloatBuffer().get(product);
    assertThat(product).containsExactly(7, 10, 15, 22);
    assertThat(FakeCuda.calls("cublasSgemm_v2")).isEqualTo(1);
    assertThat(FakeCuda.bytesToDevice()).isEqualTo(16);
    assertThat(FakeCuda.bytesToHost()).isEqualTo(16);
    JCublas2.cublasDestroy(handle);
    assertThat(JCudaDriver.cuMemFree(a)).isZero();
    assertThat(JCudaDriver.cuMemFree(c)).isZero();
  }

  @Test
  void callsFailAsAsked() {
    FakeCuda.fail("cuMemAlloc_v2", 2, 2);
    CUdeviceptr a = new CUdeviceptr();
    assertThat(JCudaDriver.cuMemAlloc(a, 16)).isZero();
    assertThat(JCudaDriver.cuMemAlloc(new CUdeviceptr(), 16)).isEqualTo(2);
    FakeCuda.failAny(1, 719);
    assertThat(JCudaDriver.cuMemFree(a)).isEqualTo(719);
    assertThat(JCudaDriver.cuMemFree(a)).isZero();
  }
}
