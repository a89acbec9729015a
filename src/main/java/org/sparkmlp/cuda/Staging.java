package org.sparkmlp.cuda;

import static jcuda.driver.CUevent_flags.CU_EVENT_DISABLE_TIMING;
import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventDestroy;
import static jcuda.driver.JCudaDriver.cuEventRecord;
import static jcuda.driver.JCudaDriver.cuEventSynchronize;
import static jcuda.driver.JCudaDriver.cuMemFreeHost;
import static jcuda.driver.JCudaDriver.cuMemHostAlloc;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoHAsync;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoDAsync;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import jcuda.Pointer;
import jcuda.driver.CUevent;
import jcuda.driver.CUstream;

/**
 * The way of numbers between arrays and the device: through two page-locked buffers in turn, of
 * which one is filled while the device still reads the other. (JCuda on arrays themselves would
 * hold off the garbage collector while it copies, against the rules of JNI.)
 */
final class Staging implements AutoCloseable {
  /** Numbers of 4 bytes in each buffer: 2 MB. */
  static final int NUMBERS = 1 << 19;

  /** A page-locked buffer, and when the device is done with it. */
  private static final class Half {
    final Pointer pointer = new Pointer();
    final CUevent done = new CUevent();
    ByteBuffer bytes;
    FloatBuffer floats;
    IntBuffer ints;
    boolean hasEvent;
  }

  private final Gpu gpu;
  private final CUstream stream;
  private final Half[] halves = {new Half(), new Half()};
  private int turn;

  /** Where what is put next goes. */
  private Address to;

  private long at;

  Staging(Gpu gpu, CUstream stream) {
    this.gpu = gpu;
    this.stream = stream;
    try {
      for (Half half : halves) {
        gpu.check("cuMemHostAlloc", cuMemHostAlloc(half.pointer, 4L * NUMBERS, 0));
        half.bytes = half.pointer.getByteBuffer(0, 4L * NUMBERS).order(ByteOrder.nativeOrder());
        half.floats = half.bytes.asFloatBuffer();
        half.ints = half.bytes.asIntBuffer();
        gpu.check("cuEventCreate", cuEventCreate(half.done, CU_EVENT_DISABLE_TIMING));
        half.hasEvent = true;
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** What is put from now on goes to an address on the device, one after the other. */
  void begin(Address address, long byteOffset) {
    to = address;
    at = byteOffset;
    await(halves[turn]);
  }

  void put(float[] from, int offset, int length) {
    for (int done = 0; done < length; ) {
      int n = Math.min(length - done, room());
      halves[turn].floats.put(from, offset + done, n);
      done += n;
    }
  }

  void put(int[] from, int offset, int length) {
    for (int done = 0; done < length; ) {
      int n = Math.min(length - done, room());
      Half half = halves[turn];
      half.ints.position(half.floats.position()).put(from, offset + done, n);
      half.floats.position(half.ints.position());
      done += n;
    }
  }

  /** Sends what is still here. */
  void end() {
    send();
  }

  private int room() {
    if (!halves[turn].floats.hasRemaining()) {
      send();
    }
    return halves[turn].floats.remaining();
  }

  private void send() {
    Half half = halves[turn];
    long bytes = 4L * half.floats.position();
    if (bytes == 0) {
      return;
    }
    gpu.check(
        "cuMemcpyHtoDAsync", cuMemcpyHtoDAsync(to.withByteOffset(at), half.pointer, bytes, stream));
    gpu.check("cuEventRecord", cuEventRecord(half.done, stream));
    at += bytes;
    turn = 1 - turn;
    await(halves[turn]);
  }

  /** Waits until the device is done with a buffer, and empties it. */
  private void await(Half half) {
    gpu.check("cuEventSynchronize", cuEventSynchronize(half.done)); // at once if never recorded
    half.floats.clear();
  }

  /** Waits for all that the stream does. */
  void sync() {
    gpu.check("cuStreamSynchronize", cuStreamSynchronize(stream));
  }

  /** Waits for all that the stream does, and copies numbers from the device. */
  void download(Address from, long byteOffset, float[] into, int offset, int length) {
    Half half = halves[turn];
    await(half);
    for (int done = 0; done < length; ) {
      int n = Math.min(length - done, NUMBERS);
      fetch(from, byteOffset + 4L * done, 4L * n);
      half.floats.clear().get(into, offset + done, n);
      done += n;
    }
    half.floats.clear();
  }

  /** Likewise of numbers in double. */
  void download(Address from, double[] into) {
    await(halves[turn]);
    for (int done = 0; done < into.length; ) {
      int n = Math.min(into.length - done, NUMBERS / 2);
      fetch(from, 8L * done, 8L * n);
      halves[turn].bytes.asDoubleBuffer().get(into, done, n);
      done += n;
    }
  }

  private void fetch(Address from, long byteOffset, long bytes) {
    gpu.check(
        "cuMemcpyDtoHAsync",
        cuMemcpyDtoHAsync(halves[turn].pointer, from.withByteOffset(byteOffset), bytes, stream));
    sync();
  }

  @Override
  public void close() {
    for (Half half : halves) {
      if (half.hasEvent) {
        cuEventDestroy(half.done);
        half.hasEvent = false;
      }
      if (half.bytes != null) {
        half.bytes = null;
        cuMemFreeHost(half.pointer);
      }
    }
  }
}
