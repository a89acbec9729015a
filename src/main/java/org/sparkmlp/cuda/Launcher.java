package org.sparkmlp.cuda;

import static jcuda.driver.JCudaDriver.cuLaunchKernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import jcuda.Pointer;
import jcuda.driver.CUstream;

/**
 * Starts kernels on a stream: {@link #kernel}, then its parameters in order, then {@link #over}.
 * The parameters lie in one direct buffer that is used again for each, since the driver has copied
 * them when a launch returns.
 */
final class Launcher {
  /** Threads of a block. */
  private static final int BLOCK = 256;

  /** So many blocks keep any GPU busy; kernels go on in strides from there. */
  private static final int MOST_BLOCKS = 8192;

  private static final int MOST_PARAMETERS = 18;

  private final Gpu gpu;
  private final CUstream stream;
  private final ByteBuffer values =
      ByteBuffer.allocateDirect(8 * MOST_PARAMETERS).order(ByteOrder.nativeOrder());
  private final Pointer parameters;
  private String name;
  private int count;

  Launcher(Gpu gpu, CUstream stream) {
    this.gpu = gpu;
    this.stream = stream;
    Pointer[] each = new Pointer[MOST_PARAMETERS];
    Arrays.setAll(each, i -> Pointer.to(values).withByteOffset(8L * i));
    this.parameters = Pointer.to(each);
  }

  Launcher kernel(String newName) {
    name = newName;
    count = 0;
    return this;
  }

  Launcher with(int value) {
    values.putInt(8 * count++, value);
    return this;
  }

  Launcher with(float value) {
    values.putFloat(8 * count++, value);
    return this;
  }

  Launcher with(double value) {
    values.putDouble(8 * count++, value);
    return this;
  }

  /** An address, so many bytes behind another; null is null. */
  Launcher with(Address address, long bytes) {
    values.putLong(8 * count++, address == null ? 0 : address.value() + bytes);
    return this;
  }

  /** The address of number {@code offset} of a buffer; null is null. */
  Launcher with(CudaBuffer buffer, int offset) {
    return with(buffer == null ? null : buffer.address(), 4L * offset);
  }

  /** Starts it on at least {@code elements} threads, or as many as do; not at all for none. */
  void over(long elements) {
    if (elements > 0) {
      blocks((int) Math.min(MOST_BLOCKS, (elements + BLOCK - 1) / BLOCK), 1, BLOCK);
    }
  }

  void blocks(int x, int y, int threads) {
    gpu.check(
        "kernel " + name,
        cuLaunchKernel(gpu.function(name), x, y, 1, threads, 1, 1, 0, stream, parameters, null));
  }
}
