package org.sparkmlp.cuda;

import static jcuda.driver.JCudaDriver.cuCtxSetCurrent;
import static jcuda.driver.JCudaDriver.cuDeviceGet;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRelease;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRetain;
import static jcuda.driver.JCudaDriver.cuInit;
import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.driver.JCudaDriver.cuMemGetInfo;
import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static jcuda.driver.JCudaDriver.cuModuleLoadDataEx;
import static jcuda.driver.JCudaDriver.cuModuleUnload;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A GPU as all backends on it in this JVM share it: its primary context, the kernels, the memory
 * and the rows that are kept there. It is opened by the first user and closed by the last; kept
 * rows are users too.
 */
final class Gpu {
  private static final Logger LOG = LoggerFactory.getLogger(Gpu.class);

  /** Those that are open, by ordinal. */
  private static final Map<Integer, Gpu> OPEN = new HashMap<>();

  /** Why a device can't be used any more in this JVM, by ordinal. */
  private static final Map<Integer, String> LOST = new HashMap<>();

  private final int ordinal;
  private final CUdevice device = new CUdevice();
  private final CUcontext context = new CUcontext();
  private final CUmodule module = new CUmodule();
  private final Map<String, CUfunction> functions = new HashMap<>();
  private final RowCache rows = new RowCache(this);
  private boolean hasContext;
  private boolean hasModule;
  private int users;

  private Gpu(int ordinal) {
    this.ordinal = ordinal;
    try {
      CudaException.check("cuInit", cuInit(0));
      CudaException.check("cuDeviceGet", cuDeviceGet(device, ordinal));
      CudaException.check("cuDevicePrimaryCtxRetain", cuDevicePrimaryCtxRetain(context, device));
      hasContext = true;
      attach();
      ByteBuffer ptx = Kernels.ptx();
      // JCuda would take an array for missing values, and break JNI's rules with it
      Pointer none = Pointer.to(ByteBuffer.allocateDirect(8));
      check("cuModuleLoadDataEx", cuModuleLoadDataEx(module, Pointer.to(ptx), 0, new int[0], none));
      hasModule = true;
    } catch (RuntimeException e) {
      shut();
      throw e;
    }
  }

  /** The device of that ordinal; {@link #release} it. */
  static Gpu open(int ordinal) {
    synchronized (OPEN) {
      if (LOST.containsKey(ordinal)) {
        throw new IllegalStateException(lost(ordinal));
      }
      Gpu gpu = OPEN.get(ordinal);
      if (gpu == null) {
        gpu = new Gpu(ordinal);
        OPEN.put(ordinal, gpu);
      }
      gpu.users++;
      return gpu;
    }
  }

  /** Why a device can't be used any more, or null. */
  static String lost(int ordinal) {
    synchronized (OPEN) {
      String why = LOST.get(ordinal);
      return why == null
          ? null
          : "GPU "
              + ordinal
              + " can't be used any more in this process, since "
              + why
              + "; a new executor can";
    }
  }

  /** For tests: devices that were lost are as new. */
  static void forgetLosses() {
    synchronized (OPEN) {
      LOST.clear();
    }
  }

  /** Frees rows that are kept, on all devices, of names that begin so. */
  static void forgetRows(String prefix) {
    onAll(rows -> rows.forget(prefix));
  }

  /** Frees rows that nobody has used for so long, on all devices; returns whether any are left. */
  static boolean freeIdleRows(long nanos) {
    AtomicBoolean left = new AtomicBoolean();
    onAll(rows -> left.compareAndSet(false, rows.freeIdle(nanos)));
    return left.get();
  }

  private static void onAll(Consumer<RowCache> freeing) {
    List<Gpu> all;
    synchronized (OPEN) { // not around what follows: whoever has a cache's lock may want this one
      all = List.copyOf(OPEN.values());
      all.forEach(gpu -> gpu.users++);
    }
    for (Gpu gpu : all) {
      freeing.accept(gpu.rows);
      gpu.release();
    }
  }

  /** One more user. */
  void retain() {
    synchronized (OPEN) {
      users++;
    }
  }

  /** One user less; the last closes. */
  void release() {
    synchronized (OPEN) {
      users--;
      if (users == 0) {
        OPEN.remove(ordinal);
        shut();
      }
    }
  }

  /** Best effort: on a device that is lost everything fails. */
  private void shut() {
    if (hasContext) {
      cuCtxSetCurrent(context);
      if (hasModule) {
        cuModuleUnload(module);
      }
      cuDevicePrimaryCtxRelease(device);
      hasContext = false;
    }
  }

  int ordinal() {
    return ordinal;
  }

  RowCache rows() {
    return rows;
  }

  /**
   * Makes the device's context that of this thread.
   *
   * @throws IllegalStateException if the device is lost
   */
  void attach() {
    String why = lost(ordinal);
    if (why != null) {
      throw new IllegalStateException(why);
    }
    check("cuCtxSetCurrent", cuCtxSetCurrent(context));
  }

  /** The same to free what can be freed, of a lost device too. */
  void attachToFree() {
    cuCtxSetCurrent(context);
  }

  /** Throws unless a call of the driver succeeded; notes when the device is lost. */
  void check(String call, int result) {
    if (result == 0) {
      return;
    }
    try {
      CudaException.check(call + " on GPU " + ordinal, result);
    } catch (CudaException e) {
      if (e.sticky()) {
        synchronized (OPEN) {
          if (LOST.putIfAbsent(ordinal, e.getMessage()) == null) {
            LOG.error("{}", lost(ordinal));
          }
        }
      }
      throw e;
    }
  }

  CUfunction function(String name) {
    synchronized (functions) {
      CUfunction function = functions.get(name);
      if (function == null) {
        function = new CUfunction();
        check("cuModuleGetFunction", cuModuleGetFunction(function, module, name));
        functions.put(name, function);
      }
      return function;
    }
  }

  /** Memory of so many bytes; where there is none, rows that nobody uses make room. */
  Address allocate(long bytes) {
    Address address = new Address();
    int result = cuMemAlloc(address, Math.max(4, bytes));
    if (result == jcuda.driver.CUresult.CUDA_ERROR_OUT_OF_MEMORY && rows.freeUnused()) {
      result = cuMemAlloc(address, Math.max(4, bytes));
    }
    check("cuMemAlloc of " + bytes + " bytes", result);
    return address;
  }

  /** Best effort. */
  void free(Address address) {
    cuMemFree(address);
  }

  /** Bytes of all its memory. */
  long memory() {
    long[] free = {0};
    long[] total = {0};
    check("cuMemGetInfo", cuMemGetInfo(free, total));
    return total[0];
  }
}
