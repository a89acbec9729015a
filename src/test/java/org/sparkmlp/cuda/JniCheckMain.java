package org.sparkmlp.cuda;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.sparkmlp.backend.Backend;
import org.sparkmlp.backend.Backend.Buffer;
import org.sparkmlp.backend.LossSums;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Dropout;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Regularization;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.train.LocalRuns;
import org.sparkmlp.train.Plan;

/** What {@link JniCheckTest} runs in a JVM that checks JNI. */
final class JniCheckMain {
  private static final int N = 32;

  private JniCheckMain() {}

  public static void main(String[] arguments) {
    if (arguments[0].equals("contract")) {
      contract();
      return;
    }
    FakeCuda.load();
    FakeCuda.source(Path.of("src/main/cuda/kernels.cu"));
    if (arguments[0].equals("arrays")) {
      arrays();
    } else {
      for (boolean cublas : new boolean[] {true, false}) {
        try (CudaBackend backend = new CudaBackend(1, cublas)) {
          step(backend);
          sparse(backend);
        }
      }
      for (String share : List.of("0.5", "0")) { // rows that stay, rows that are sent again
        System.setProperty(RowCache.PROPERTY, share);
        train();
      }
      if (!FakeCuda.live().isEmpty() || !FakeCuda.misuses().isEmpty()) {
        throw new IllegalStateException(FakeCuda.live() + FakeCuda.misuses());
      }
    }
    System.out.println("done");
  }

  /** All tests of the contract of backends. */
  private static void contract() {
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(CudaBackendContractTest.class))
                .build(),
            summary);
    summary.getSummary().printFailuresTo(new PrintWriter(System.out, true));
    System.out.println(
        summary.getSummary().getTestsSucceededCount()
            + " tests held, "
            + summary.getSummary().getTotalFailureCount()
            + " failed");
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

  /** Rounds of everything that training has, local steps and single ones. */
  private static void train() {
    List<float[]> features = new ArrayList<>();
    List<float[]> labelsAndWeights = new ArrayList<>();
    for (int i = 0; i < N; i++) {
      features.add(new float[] {i % 3, i % 5, i % 7});
      labelsAndWeights.add(new float[] {i % 2, 1});
    }
    Topology topology =
        new Topology(
            new int[] {3, 6, 5, 2},
            Activations.forLayers("gelu, maxout(2)", 2),
            Losses.parse("softmaxCrossEntropy"),
            true);
    for (int localSteps : new int[] {1, 3}) {
      Plan plan =
          new Plan(
                  topology,
                  "cuda",
                  (Optimizer) Solvers.parse("adam"),
                  0.01,
                  Schedules.parse("constant"),
                  8,
                  localSteps,
                  2,
                  0,
                  3)
              .withRegularization(
                  new Regularization(
                      0.01, 0.3, 0.01, new Dropout(0.1, List.of(0.5, 0.2)), 1.5, 0.5, 0.4));
      float[] start = Initializer.parse("auto").weights(topology, 1);
      float[] trained = LocalRuns.train(features, labelsAndWeights, 2, plan, start.clone());
      if (Arrays.equals(trained, start)) {
        throw new IllegalStateException("training has changed nothing");
      }
    }
  }

  private static void sparse(CudaBackend backend) {
    Backend.SparseRows rows =
        backend.upload(null, 2, 3, new int[] {0, 1, 3}, new int[] {2, 0, 1}, new float[] {1, 2, 3});
    Buffer b = backend.copyOf(new float[] {1, 2, 3});
    Buffer c = backend.allocate(3);
    float[] product = new float[2];
    backend.sparseGemm(false, 1, rows, b, 0, 1, 0, c, 0, 1);
    backend.download(c, 0, product, 0, 2);
    backend.sparseGemm(true, 1, rows, b, 0, 1, 0, c, 0, 1);
    if (!Arrays.equals(product, new float[] {3, 8})) {
      throw new IllegalStateException(Arrays.toString(product));
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
