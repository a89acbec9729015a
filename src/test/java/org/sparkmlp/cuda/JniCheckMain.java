package org.sparkmlp.cuda;

import java.nio.file.Path;
import java.util.Arrays;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;
import org.sparkmlp.backend.Backend.Buffer;
import org.sparkmlp.backend.LossSums;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solvers;

/** What {@link JniCheckTest} runs in a JVM that checks JNI. */
final class JniCheckMain {
  private static final int N = 32;

  private JniCheckMain() {}

  public static void main(String[] arguments) {
    FakeCuda.load();
    FakeCuda.source(Path.of("src/main/cuda/kernels.cu"));
    if (arguments[0].equals("arrays")) {
      arrays();
    } else {
      for (boolean cublas : new boolean[] {true, false}) {
        try (CudaBackend backend = new CudaBackend(1, cublas)) {
          step(backend);
        }
      }
      if (!FakeCuda.live().isEmpty() || !FakeCuda.misuses().isEmpty()) {
        throw new IllegalStateException(FakeCuda.live() + FakeCuda.misuses());
      }
    }
    System.out.println("done");
  }

  /** A layer forward and back, and an update. */
  private static void step(CudaBackend backend) {
    float[] numbers = new float[N * N];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (i % 7 - 3) / 7f;
    }
    Buffer x = backend.copyOf(numbers);
    Buffer w = backend.copyOf(numbers);
    Buffer z = backend.allocate(N * N);
    Buffer gradient = backend.allocate(N * N);
    Buffer classes = backend.allocate(N);
    Buffer weights = backend.allocate(N);
    backend.fill(weights, 0, N, 1);
    backend.gemm(false, false, N, N, N, 1, x, 0, N, w, 0, N, 0, z, 0, N);
    backend.activate(Activations.RELU, N, N, z, z, 0, N);
    LossSums sums = new LossSums();
    backend.loss(Losses.SOFTMAX_CROSS_ENTROPY, true, N, N, z, classes, weights, gradient, sums);
    backend.activationGradient(Activations.RELU, N, N, z, z, gradient, 0, N);
    Optimizer adam = (Optimizer) Solvers.parse("adam");
    Buffer[] slots = new Buffer[adam.slots().size()];
    Arrays.setAll(slots, i -> backend.allocate(N * N));
    backend.update(adam, N * N, w, gradient, 1f / N, slots, 0.1, 1);
    double squares = backend.sumOfSquares(w, 0, N * N);
    float[] back = new float[N * N];
    backend.download(w, 0, back, 0, back.length);
    if (Arrays.equals(back, numbers) || !(squares > 0)) {
      throw new IllegalStateException("the step has changed nothing");
    }
  }

  /** As examples of JCuda do it. */
  private static void arrays() {
    CUdevice device = new CUdevice();
    CUcontext context = new CUcontext();
    CUmodule module = new CUmodule();
    JCudaDriver.cuInit(0);
    JCudaDriver.cuDeviceGet(device, 0);
    JCudaDriver.cuDevicePrimaryCtxRetain(context, device);
    JCudaDriver.cuCtxSetCurrent(context);
    JCudaDriver.cuModuleLoadDataEx(module, Pointer.to(Kernels.ptx()), 0, new int[0], null);
    JCudaDriver.cuDevicePrimaryCtxRelease(device);
  }
}
