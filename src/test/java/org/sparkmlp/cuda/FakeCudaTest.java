package org.sparkmlp.cuda;

import static jcuda.driver.JCudaDriver.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.cudaStream_t;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** JCuda's own classes and JNI libraries on the stand-in, and that the stand-in finds mistakes. */
@OnFakeCuda
class FakeCudaTest {
  private static final int NON_BLOCKING = 1;
  private static final String PTX =
      ".version 6.0\n.target sm_50\n.entry add(\n.entry blockSums(\n.entry beside(\n.entry withoutBarrier(\n";

  private final CUdevice device = new CUdevice();
  private final CUcontext context = new CUcontext();
  private final CUstream stream = new CUstream();

  @BeforeEach
  void open() {
    ok(cuInit(0));
    ok(cuDeviceGet(device, 1));
    ok(cuDevicePrimaryCtxRetain(context, device));
    ok(cuCtxSetCurrent(context));
    ok(cuStreamCreate(stream, NON_BLOCKING));
  }

  @AfterEach
  void close() {
    cuCtxSetCurrent(context);
    cuStreamDestroy(stream);
    cuCtxSetCurrent(new CUcontext());
    ok(cuDevicePrimaryCtxRelease(device));
    assertThat(FakeCuda.live()).isEmpty();
  }

  private static void ok(int result) {
    assertThat(CUresult.stringFor(result)).isEqualTo("CUDA_SUCCESS");
  }

  private static ByteBuffer direct(float... values) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(4 * values.length).order(ByteOrder.nativeOrder());
    buffer.asFloatBuffer().put(values);
    return buffer;
  }

  private static CUdeviceptr allocate(int floats) {
    CUdeviceptr pointer = new CUdeviceptr();
    ok(cuMemAlloc(pointer, 4L * floats));
    return pointer;
  }

  private static CUdeviceptr upload(float... values) {
    CUdeviceptr pointer = allocate(values.length);
    ok(cuMemcpyHtoD(pointer, Pointer.to(direct(values)), 4L * values.length));
    return pointer;
  }

  private static float[] download(CUdeviceptr from, int floats) {
    ByteBuffer host = direct(new float[floats]);
    ok(cuMemcpyDtoH(Pointer.to(host), from, 4L * floats));
    return floats(host, floats);
  }

  private static float[] floats(ByteBuffer host, int n) {
    float[] values = new float[n];
    host.asFloatBuffer().get(values);
    return values;
  }

  private static CUmodule load(String ptx) {
    FakeCuda.source(Path.of("src/test/cuda/test-kernels.cu"));
    byte[] text = ptx.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer image = ByteBuffer.allocateDirect(text.length + 1).put(text).rewind();
    CUmodule module = new CUmodule();
    ok(cuModuleLoadDataEx(module, Pointer.to(image), 0, new int[0], Pointer.to(new Pointer[0])));
    return module;
  }

  private int launch(
      CUmodule module, String kernel, int blocks, int threads, int shared, Object... arguments) {
    CUfunction function = new CUfunction();
    ok(cuModuleGetFunction(function, module, kernel));
    Pointer[] parameters = new Pointer[arguments.length];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] =
          arguments[i] instanceof CUdeviceptr pointer
              ? Pointer.to(pointer)
              : Pointer.to(
                  ByteBuffer.allocateDirect(4)
                      .order(ByteOrder.nativeOrder())
                      .putInt(0, (Integer) arguments[i]));
    }
    return cuLaunchKernel(
        function, blocks, 1, 1, threads, 1, 1, shared, stream, Pointer.to(parameters), null);
  }

  private static int gemm(cublasHandle handle, int n, CUdeviceptr a, CUdeviceptr c) {
    Pointer one = Pointer.to(direct(1, 0));
    int op = cublasOperation.CUBLAS_OP_N;
    return JCublas2.cublasSgemm(
        handle, op, op, n, n, n, one, a, n, a, n, one.withByteOffset(4), c, n);
  }

  @Test
  void productsAndCounters() {
    CUdeviceptr a = upload(1, 2, 3, 4);
    CUdeviceptr c = allocate(4);
    cublasHandle handle = new cublasHandle();
    assertThat(JCublas2.cublasCreate(handle)).isZero();
    assertThat(JCublas2.cublasSetStream(handle, new cudaStream_t(stream))).isZero();
    assertThat(gemm(handle, 2, a, c)).isZero();
    ok(cuStreamSynchronize(stream));
    assertThat(download(c, 4)).containsExactly(7, 10, 15, 22);
    assertThat(FakeCuda.calls("cublasSgemm_v2")).isEqualTo(1);
    assertThat(FakeCuda.calls()).containsEntry("cuMemAlloc_v2", 2L);
    assertThat(FakeCuda.bytesToDevice()).isEqualTo(16);
    assertThat(FakeCuda.bytesToHost()).isEqualTo(16);
    assertThat(FakeCuda.peakBytes()).isEqualTo(32);
    assertThat(FakeCuda.live()).isEqualTo("context=1 stream=1 cublasHandle=1 allocation=2");
    assertThat(gemm(handle, 3, a, c)).isEqualTo(cublasStatus.CUBLAS_STATUS_EXECUTION_FAILED);
    assertThat(FakeCuda.misuses()).contains("cublasSgemm: a matrix isn't in device memory");
    assertThat(JCublas2.cublasDestroy(handle)).isZero();
    ok(cuMemFree(a));
    ok(cuMemFree(c));
    assertThat(FakeCuda.abandoned()).isEmpty();
  }

  @Test
  void newMemoryHoldsNoNumbers() {
    CUdeviceptr a = allocate(3);
    assertThat(download(a, 3)).containsExactly(Float.NaN, Float.NaN, Float.NaN);
    ok(cuMemsetD32(a, Float.floatToIntBits(2.5f), 2));
    assertThat(download(a, 3)).containsExactly(2.5f, 2.5f, Float.NaN);
    ok(cuMemFree(a));
  }

  @Test
  void kernelsWithAndWithoutBarriers() {
    CUmodule module = load(PTX);
    float[] values = new float[128];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    CUdeviceptr x = upload(values);
    CUdeviceptr y = upload(new float[128]);
    for (boolean backwards : new boolean[] {false, true}) {
      FakeCuda.backwards(backwards);
      ok(launch(module, "blockSums", 2, 64, 4, x, y));
      assertThat(download(y, 2)).containsExactly(2016, 6112);
    }
    ok(launch(module, "add", 3, 32, 0, 128, x, x));
    assertThat(download(x, 128)).startsWith(0, 2, 4).endsWith(254);
    assertThat(FakeCuda.calls("kernel:blockSums")).isEqualTo(2);
    CUmodule more = load(PTX + ".entry warpSum(\n");
    ok(launch(more, "warpSum", 1, 32, 0, x, y));
    assertThat(download(y, 1)).containsExactly(992);
    ok(cuModuleUnload(more));
    ok(cuModuleUnload(module));
    ok(cuMemFree(x));
    ok(cuMemFree(y));
    assertThat(FakeCuda.misuses()).isEmpty();
  }

  @Test
  void aMissingBarrierShowsInTheOtherOrder() {
    CUmodule module = load(PTX);
    CUdeviceptr y = allocate(64);
    ok(launch(module, "withoutBarrier", 1, 64, 0, y));
    float[] forwards = download(y, 64);
    assertThat(forwards).startsWith(0, 0, 1, 1).endsWith(31);
    FakeCuda.backwards(true);
    ok(launch(module, "withoutBarrier", 1, 64, 0, y));
    assertThat(download(y, 64)).isNotEqualTo(forwards);
    ok(cuMemFree(y));
    ok(cuModuleUnload(module));
  }

  @Test
  void writesBesideMemoryEndTheContext() {
    CUmodule module = load(PTX);
    CUdeviceptr y = allocate(3);
    assertThat(launch(module, "beside", 1, 64, 0, 3, y))
        .isEqualTo(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);
    assertThat(cuMemAlloc(new CUdeviceptr(), 4)).isEqualTo(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);
    assertThat(FakeCuda.misuses()).contains("beside: wrote beside an allocation of 12 bytes");
    cuMemFree(y);
    cuModuleUnload(module);
  }

  @Test
  void callsFailAsAsked() {
    FakeCuda.fail("cuMemAlloc_v2", 2, FakeCuda.OUT_OF_MEMORY);
    CUdeviceptr a = allocate(4);
    assertThat(cuMemAlloc(new CUdeviceptr(), 16)).isEqualTo(FakeCuda.OUT_OF_MEMORY);
    ok(cuMemFree(allocate(4)));
    FakeCuda.failAny(2, CUresult.CUDA_ERROR_INVALID_VALUE);
    ok(cuStreamSynchronize(stream));
    assertThat(cuMemFree(a)).isEqualTo(CUresult.CUDA_ERROR_INVALID_VALUE);
    assertThat(FakeCuda.live("allocation")).as("freed all the same").isZero();
    cublasHandle handle = new cublasHandle();
    FakeCuda.failAny(1, FakeCuda.OUT_OF_MEMORY);
    assertThat(JCublas2.cublasCreate(handle)).isEqualTo(cublasStatus.CUBLAS_STATUS_ALLOC_FAILED);
    assertThat(FakeCuda.allCalls()).isGreaterThanOrEqualTo(10);
  }

  @Test
  void aKernelThatCrashesEndsTheContextWhenItRuns() {
    CUmodule module = load(PTX);
    CUdeviceptr x = upload(1, 2);
    FakeCuda.lazy(true);
    FakeCuda.fail("kernel:add", 1, FakeCuda.LAUNCH_FAILED);
    ok(launch(module, "add", 1, 32, 0, 2, x, x));
    assertThat(cuStreamSynchronize(stream)).isEqualTo(FakeCuda.LAUNCH_FAILED);
    assertThat(cuMemAlloc(new CUdeviceptr(), 4)).isEqualTo(FakeCuda.LAUNCH_FAILED);
    assertThat(JCublas2.cublasCreate(new cublasHandle()))
        .isEqualTo(cublasStatus.CUBLAS_STATUS_NOT_INITIALIZED);
    assertThat(cuMemFree(x)).isEqualTo(FakeCuda.LAUNCH_FAILED);
    FakeCuda.reset();
    ok(cuMemFree(allocate(1)));
    ok(cuModuleUnload(module));
  }

  @Test
  void aMissingWaitShows() {
    CUmodule module = load(PTX);
    Pointer pinned = new Pointer();
    ok(cuMemHostAlloc(pinned, 8, 0));
    ByteBuffer host = pinned.getByteBuffer(0, 8).order(ByteOrder.nativeOrder());
    host.putFloat(0, 1).putFloat(4, 2);
    CUdeviceptr x = upload(0, 0);
    FakeCuda.lazy(true);
    ok(cuMemcpyHtoDAsync(x, pinned, 8, stream));
    host.putFloat(0, 9); // too early
    ok(cuStreamSynchronize(stream));
    ok(launch(module, "add", 1, 32, 0, 2, x, x));
    host.putFloat(0, 5);
    ok(cuMemcpyDtoHAsync(pinned, x, 8, stream));
    assertThat(host.getFloat(0)).as("not there yet").isEqualTo(5);
    ok(cuStreamSynchronize(stream));
    assertThat(floats(host, 2)).containsExactly(18, 4);

    ByteBuffer pageable = direct(7, 7);
    ok(cuMemcpyHtoDAsync(x, Pointer.to(pageable), 8, stream));
    pageable.putFloat(0, 0); // the driver has set it aside
    ok(cuMemcpyDtoHAsync(Pointer.to(pageable), x, 8, stream));
    assertThat(floats(pageable, 2)).containsExactly(7, 7);
    ok(cuMemFreeHost(pinned));
    ok(cuMemFree(x));
    ok(cuModuleUnload(module));
    assertThat(FakeCuda.misuses()).isEmpty();
  }

  @Test
  void eventsOrderStreams() {
    CUmodule module = load(PTX);
    CUstream second = new CUstream();
    CUevent event = new CUevent();
    ok(cuStreamCreate(second, NON_BLOCKING));
    ok(cuEventCreate(event, 0));
    CUdeviceptr x = upload(1);
    CUdeviceptr copy = allocate(1);
    FakeCuda.lazy(true);
    ok(launch(module, "add", 1, 32, 0, 1, x, x));
    ok(cuEventRecord(event, stream));
    assertThat(cuEventQuery(event)).isEqualTo(CUresult.CUDA_ERROR_NOT_READY);
    ok(launch(module, "add", 1, 32, 0, 1, x, x));
    ok(cuEventRecord(event, stream));
    ok(cuStreamWaitEvent(second, event, 0));
    ok(cuMemcpyDtoDAsync(copy, x, 4, second));
    ok(cuStreamSynchronize(second));
    assertThat(download(copy, 1)).containsExactly(4);
    ok(cuMemFree(x));
    ok(cuMemFree(copy));
    ok(cuEventDestroy(event));
    ok(cuStreamDestroy(second));
    ok(cuModuleUnload(module));
  }

  @Test
  void whatNoCorrectProgramDoes() {
    CUdeviceptr a = allocate(4);
    ok(cuMemFree(a));
    assertThat(cuMemFree(a)).isEqualTo(CUresult.CUDA_ERROR_INVALID_VALUE);
    assertThat(FakeCuda.misuses()).contains("cuMemFree: nothing is allocated at");
    CUstream gone = new CUstream();
    ok(cuStreamCreate(gone, NON_BLOCKING));
    ok(cuStreamDestroy(gone));
    assertThat(cuStreamSynchronize(gone)).isEqualTo(CUresult.CUDA_ERROR_INVALID_HANDLE);
    CUdeviceptr b = allocate(4);
    assertThat(cuMemcpyHtoD(b, Pointer.to(direct(1, 2, 3, 4, 5)), 20))
        .isEqualTo(CUresult.CUDA_ERROR_INVALID_VALUE);
    ok(cuMemFree(b));
    ok(cuCtxSetCurrent(new CUcontext()));
    assertThat(cuMemAlloc(new CUdeviceptr(), 4)).isEqualTo(CUresult.CUDA_ERROR_INVALID_CONTEXT);
    ok(cuCtxSetCurrent(context));
    assertThat(cuCtxSetCacheConfig(1)).isEqualTo(CUresult.CUDA_ERROR_NOT_SUPPORTED);
    assertThat(FakeCuda.misuses())
        .contains("no such stream")
        .contains("20 bytes at")
        .contains("a call from a thread without a context")
        .contains("cuCtxSetCacheConfig isn't in the stand-in");
  }

  @Test
  void memoryOfAnotherDevice() {
    CUdeviceptr here = allocate(4);
    CUdevice other = new CUdevice();
    CUcontext otherContext = new CUcontext();
    ok(cuDeviceGet(other, 0));
    ok(cuDevicePrimaryCtxRetain(otherContext, other));
    ok(cuCtxSetCurrent(otherContext));
    assertThat(cuMemcpyHtoD(here, Pointer.to(direct(1)), 4))
        .isEqualTo(CUresult.CUDA_ERROR_INVALID_VALUE);
    assertThat(cuMemFree(here)).isEqualTo(CUresult.CUDA_ERROR_INVALID_VALUE);
    ok(cuCtxSetCurrent(context));
    ok(cuMemFree(here));
    ok(cuDevicePrimaryCtxRelease(other));
  }

  @Test
  void memoryEnds() {
    FakeCuda.memory(1000);
    CUdeviceptr a = allocate(200);
    long[] free = {0};
    long[] total = {0};
    ok(cuMemGetInfo(free, total));
    assertThat(free[0]).isEqualTo(200);
    assertThat(cuMemAlloc(new CUdeviceptr(), 204)).isEqualTo(CUresult.CUDA_ERROR_OUT_OF_MEMORY);
    ok(cuMemFree(a));
  }

  @Test
  void whatIsLeftInAContextIsNoted() {
    allocate(4);
    ok(cuStreamDestroy(stream));
    ok(cuDevicePrimaryCtxRelease(device));
    assertThat(FakeCuda.abandoned()).isEqualTo("device 1: 1 allocations \n");
    assertThat(FakeCuda.live()).isEmpty();
    assertThat(cuStreamSynchronize(stream)).isEqualTo(CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED);
    ok(cuDevicePrimaryCtxRetain(context, device)); // for close()
    ok(cuStreamCreate(stream, NON_BLOCKING));
  }

  @Test
  void threadsShareADevice() throws Exception {
    CUmodule module = load(PTX);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<float[]>> results = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int start = i;
        results.add(
            threads.submit(
                () -> {
                  ok(cuCtxSetCurrent(context));
                  CUdeviceptr x = upload(start, 1);
                  for (int k = 0; k < 10; k++) {
                    ok(launch(module, "add", 1, 32, 0, 2, x, x));
                  }
                  ok(cuStreamSynchronize(stream));
                  float[] found = download(x, 2);
                  ok(cuMemFree(x));
                  ok(cuCtxSetCurrent(new CUcontext()));
                  return found;
                }));
      }
      for (int i = 0; i < 4; i++) {
        assertThat(results.get(i).get()).containsExactly(1024f * i, 1024f);
      }
    } finally {
      threads.shutdown();
    }
    ok(cuModuleUnload(module));
    assertThat(FakeCuda.misuses()).isEmpty();
    assertThat(JCudaDriver.cuCtxSynchronize()).isZero();
  }
}
