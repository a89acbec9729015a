package org.sparkmlp.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Seeds;
import org.sparkmlp.backend.Backend;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.backend.LossSums;
import org.sparkmlp.data.BlockPacker;
import org.sparkmlp.data.FeatureRow;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.data.RowKey;
import org.sparkmlp.data.Sharding;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;

/** The first layer on sparse rows computes what it computes on dense ones. */
class SparseNetworkTest {
  private static final int CLASSES = 3;

  /** Each backend, and one that has no sparse products. */
  private static List<Backend> backends() {
    List<Backend> all = new ArrayList<>();
    Backends.names().forEach(name -> all.add(Backends.get(name)));
    all.add(withoutSparse(Backends.get("openblas")));
    return all;
  }

  private static Backend withoutSparse(Backend backend) {
    return (Backend)
        Proxy.newProxyInstance(
            Backend.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isNotEqualTo("sparseGemm");
              return method.getName().equals("sparse") ? false : method.invoke(backend, arguments);
            });
  }

  private static Topology topology(int inputs, int... rest) {
    return new Topology(
        IntStream.concat(IntStream.of(inputs), IntStream.of(rest)).toArray(),
        Activations.parse("tanh"),
        Losses.SOFTMAX_CROSS_ENTROPY,
        true);
  }

  private static FeatureRow row(double[] x, boolean sparse) {
    FeatureRow row = new FeatureRow(x.length, null);
    int[] places = IntStream.range(0, x.length).filter(j -> x[j] != 0).toArray();
    row.set(
        sparse ? places : null,
        sparse ? Arrays.stream(places).mapToDouble(j -> x[j]).toArray() : x);
    return row;
  }

  /**
   * Rows of about {@code count} numbers other than 0; every fifth one is dense if some are to be.
   */
  private static PackedBlock block(
      Random random, int rows, int inputs, int count, boolean someDense, List<double[]> into) {
    List<byte[]> keys = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      double[] x = new double[inputs];
      for (int k = 0; k < count && i != 1; k++) { // row 1 has zeros only
        x[random.nextInt(inputs)] = (float) random.nextGaussian();
      }
      into.add(x);
      FeatureRow row = row(x, !someDense || i % 5 != 0);
      keys.add(
          RowKey.encode(row, random.nextInt(CLASSES), 1 + i % 2, false, new Sharding(1, 1, 0)));
    }
    return new BlockPacker(keys.iterator(), rows).next();
  }

  private static double[] doubles(float[] x) {
    double[] result = new double[x.length];
    Arrays.setAll(result, i -> x[i]);
    return result;
  }

  private static double distance(float[] a, double[] b) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < b.length; i++) {
      difference += (a[i] - b[i]) * (a[i] - b[i]);
      norm += b[i] * b[i];
    }
    return Math.sqrt(difference / norm);
  }

  @Test
  void logitsLossAndGradientAreThoseOfTheReferenceOnEveryBackend() {
    Random random = Seeds.random("sparse network");
    for (Backend backend : backends()) {
      for (int[] hidden : new int[][] {{CLASSES}, {33, 7, CLASSES}}) {
        // sparse, too full to stay so, and with rows of both forms
        for (int count : new int[] {4, 60, -4}) {
          check(backend, topology(200, hidden), random, Math.abs(count), count < 0);
        }
      }
    }
  }

  private static void check(
      Backend backend, Topology topology, Random random, int count, boolean someDense) {
    int rows = 20;
    float[] weights = Seeds.floats(random, topology.size());
    List<double[]> x = new ArrayList<>();
    PackedBlock block = block(random, rows, topology.inputs(), count, someDense, x);
    DMatrixRMaj features = new DMatrixRMaj(x.toArray(double[][]::new));
    DMatrixRMaj targets = new DMatrixRMaj(rows, CLASSES);
    double[] rowWeights = doubles(block.weights());
    for (int i = 0; i < rows; i++) {
      targets.set(i, (int) block.targets()[i], 1);
    }
    ReferenceNetwork reference = new ReferenceNetwork(topology);
    double[] expected = new double[weights.length];
    double loss = reference.loss(doubles(weights), features, targets, rowWeights, expected);
    DMatrixRMaj logits = reference.logits(doubles(weights), features);

    Network network = new Network(topology, backend, rows);
    network.setWeights(weights);
    for (int i = 0; i < rows; i++) {
      network.load(i, block, i);
    }
    LossSums sums = new LossSums();
    network.differentiate(rows, false, sums);
    float[] gradient = new float[weights.length];
    network.getGradient(gradient);
    assertThat(sums.loss).isCloseTo(loss, within(1e-5 * loss));
    assertThat(distance(gradient, expected)).isLessThan(1e-5);
    network.differentiate(rows, true, new LossSums());
    float[] twice = new float[weights.length];
    network.getGradient(twice);
    assertThat(distance(twice, Arrays.stream(expected).map(g -> 2 * g).toArray()))
        .as("accumulated")
        .isLessThan(1e-5);
    network.differentiate(rows, false, new LossSums());
    network.getGradient(twice);
    assertThat(twice).as("overwritten").containsExactly(gradient);

    Network predictor = Network.forPrediction(topology, backend, rows);
    predictor.setWeights(weights);
    for (int i = 0; i < rows; i++) {
      predictor.load(i, row(x.get(i), !someDense || i % 5 != 0));
    }
    float[] predicted = new float[rows * CLASSES];
    predictor.predict(rows, predicted);
    assertThat(distance(predicted, logits.data)).isLessThan(1e-5);
    // and fewer rows after more, of the other form
    predictor.load(0, row(x.get(7), someDense));
    predictor.predict(1, predicted);
    assertThat(
            distance(
                Arrays.copyOf(predicted, CLASSES),
                Arrays.copyOfRange(logits.data, 7 * CLASSES, 8 * CLASSES)))
        .isLessThan(1e-5);
  }

  /** A dense batch would take 64 · 50,001 · 4 bytes, 13 MB. */
  @Test
  void aSparseBatchIsNeverDenseAndLaterOnesAllocateNothing() {
    Random random = Seeds.random("room of a sparse batch");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Topology topology = topology(50_000, 4, CLASSES);
    PackedBlock block = block(random, 64, 50_000, 100, false, new ArrayList<>());
    long id = Thread.currentThread().getId();
    float[] weights = Seeds.floats(random, topology.size());
    Backend backend = Backends.get("auto");
    check(backend, topology(200, 4, CLASSES), random, 4, false); // loads classes and libraries
    long before = threads.getThreadAllocatedBytes(id);
    Network network = new Network(topology, backend, 64);
    network.setWeights(weights);
    long allocated = Long.MAX_VALUE;
    for (int step = 0; step < 20; step++) {
      long start = threads.getThreadAllocatedBytes(id);
      for (int i = 0; i < 64; i++) {
        network.load(i, block, i);
      }
      network.differentiate(64, false, new LossSums());
      allocated = Math.min(allocated, threads.getThreadAllocatedBytes(id) - start);
    }
    assertThat(allocated).isLessThan(1000);
    long parameters = 2 * 4L * topology.size(); // weights and gradient
    assertThat(threads.getThreadAllocatedBytes(id) - before).isLessThan(parameters + 500_000);
  }
}
