package org.sparkmlp.study;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.sparkmlp.backend.Backend;
import org.sparkmlp.backend.Backend.Buffer;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Regularization;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.nn.WeightUpdate;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.CounterRandom;

/**
 * How long epochs of updates take on random rows: one row after another through the network; a
 * batch as matrices on one core; and half of each batch on each of two threads, whose gradients are
 * then added.
 */
final class UpdateTimes {
  /** Most rows that go through the network together, as in training. */
  private static final int ROWS_AT_ONCE = 512;

  private static final int PURPOSE = 0x74696d65;

  /** So small that the loss stays finite. */
  private static final double RATE = 1e-3;

  /** How the rows of a batch are gone through. */
  enum Way {
    SEQUENTIAL("sequential"),
    ONE_CORE("oneCore"),
    TWO_CORES("twoCores");

    private final String member;

    Way(String member) {
      this.member = member;
    }

    /** Of the records: an array of seconds an epoch, one for each repeat. */
    String member() {
      return member + "Seconds";
    }
  }

  private final Topology topology;
  private final PackedBlock block;
  private final Optimizer optimizer;
  private final int[] order;

  UpdateTimes(String network, Optimizer optimizer, int rows) {
    this.topology = topology(network);
    this.block = random(topology, rows);
    this.optimizer = optimizer;
    this.order = IntStream.range(0, rows).toArray();
  }

  /** Of units by layer, with hyphens between them. */
  static Topology topology(String network) {
    Check.that(
        network.matches("[1-9][0-9]{0,5}(-[1-9][0-9]{0,5}){1,20}"),
        "timing.networks must be units by layer as in 64-64-10, got %s",
        network);
    int[] units = Arrays.stream(network.split("-", -1)).mapToInt(Integer::parseInt).toArray();
    return new Topology(units, Activations.RELU, Losses.SOFTMAX_CROSS_ENTROPY, true);
  }

  private static PackedBlock random(Topology topology, int rows) {
    float[] features = new float[rows * topology.inputs()];
    float[] targets = new float[rows];
    float[] weights = new float[rows];
    Arrays.fill(weights, 1);
    int key = CounterRandom.hash(1, PURPOSE, 0, 0, 0);
    for (int i = 0; i < features.length; i++) {
      features[i] = CounterRandom.uniform(CounterRandom.element(key, i));
    }
    for (int i = 0; i < rows; i++) {
      targets[i] = CounterRandom.below(CounterRandom.element(key, -1 - i), topology.outputs());
    }
    return new PackedBlock(0, false, 0, topology.inputs(), features, targets, weights);
  }

  /**
   * Makes all updates of an epoch.
   *
   * @param weights after it
   */
  private record Epoch(Runnable run, Supplier<float[]> weights) {}

  /**
   * Seconds of an epoch by batch size, way and repeat. All take turns, so that whatever else the
   * machine does hits all alike; a turn before the first is not counted.
   */
  List<Map<Way, double[]>> measure(int[] batchSizes, int repeats) {
    List<Map<Way, double[]>> seconds = new ArrayList<>();
    ExecutorService second = Executors.newSingleThreadExecutor();
    try {
      List<Map<Way, Epoch>> epochs = new ArrayList<>();
      for (int batchSize : batchSizes) {
        epochs.add(ways(batchSize, second));
        Map<Way, double[]> none = new EnumMap<>(Way.class);
        for (Way way : Way.values()) {
          none.put(way, new double[repeats]);
        }
        seconds.add(none);
      }
      for (int repeat = -1; repeat < repeats; repeat++) {
        for (int b = 0; b < batchSizes.length; b++) {
          for (Way way : Way.values()) {
            long start = System.nanoTime();
            epochs.get(b).get(way).run.run();
            if (repeat >= 0) {
              seconds.get(b).get(way)[repeat] = (System.nanoTime() - start) / 1e9;
            }
          }
        }
      }
    } finally {
      second.shutdown();
    }
    return seconds;
  }

  private Map<Way, Epoch> ways(int batchSize, ExecutorService second) {
    return Map.of(
        Way.SEQUENTIAL,
        alone(batchSize, 1),
        Way.ONE_CORE,
        alone(batchSize, Math.min(batchSize, ROWS_AT_ONCE)),
        Way.TWO_CORES,
        together(batchSize, second));
  }

  /** The weights after an epoch, of all ways: the same but for rounding. */
  List<float[]> weights(int batchSize) {
    ExecutorService second = Executors.newSingleThreadExecutor();
    try {
      return ways(batchSize, second).values().stream()
          .map(
              epoch -> {
                epoch.run.run();
                return epoch.weights.get();
              })
          .toList();
    } finally {
      second.shutdown();
    }
  }

  static int updates(int rows, int batchSize) {
    return (rows + batchSize - 1) / batchSize;
  }

  private int first(int update, int batchSize) {
    return (int) ((long) order.length * update / updates(order.length, batchSize));
  }

  /** What an epoch begins with. */
  float[] start() {
    return Initializer.parse("auto").weights(topology, 1);
  }

  private WeightUpdate weightUpdate() {
    return new WeightUpdate(topology, RowPass.backend(), optimizer, Regularization.NONE);
  }

  private RowPass pass(int rowsAtOnce) {
    RowPass pass = new RowPass(topology, block, rowsAtOnce);
    pass.setWeights(start());
    return pass;
  }

  /** On the caller's thread, with as many rows at once as given. */
  private Epoch alone(int batchSize, int rowsAtOnce) {
    RowPass pass = pass(rowsAtOnce);
    pass.setSlots(new float[optimizer.slots().size() * topology.size()]);
    WeightUpdate update = weightUpdate();
    Runnable epoch =
        () -> {
          for (int k = 0; k < updates(order.length, batchSize); k++) {
            int from = first(k, batchSize);
            int to = first(k + 1, batchSize);
            pass.differentiate(order, from, to);
            pass.update(update, to - from, RATE, k + 1);
          }
        };
    return new Epoch(epoch, pass::weights);
  }

  /** Half of each batch on another thread; the caller adds the gradients and updates. */
  private Epoch together(int batchSize, ExecutorService second) {
    int atOnce = Math.min((batchSize + 1) / 2, ROWS_AT_ONCE);
    RowPass mine = pass(atOnce);
    RowPass theirs = pass(atOnce);
    WeightUpdate update = weightUpdate();
    Backend backend = RowPass.backend();
    int size = topology.size();
    float[] weights = start();
    float[] gradient = new float[size];
    float[] other = new float[size];
    Buffer w = backend.copyOf(weights);
    Buffer g = backend.copyOf(gradient);
    Buffer[] slots = new Buffer[optimizer.slots().size()];
    Arrays.setAll(slots, i -> backend.allocate(size));
    Runnable epoch =
        () -> {
          for (int k = 0; k < updates(order.length, batchSize); k++) {
            int from = first(k, batchSize);
            int to = first(k + 1, batchSize);
            int middle = from + (to - from) / 2;
            Future<?> half = second.submit(() -> part(theirs, weights, from, middle, other));
            part(mine, weights, middle, to, gradient);
            await(half);
            for (int i = 0; i < size; i++) {
              gradient[i] += other[i];
            }
            backend.upload(gradient, 0, g, 0, size);
            update.apply(w, g, to - from, slots, RATE, k + 1);
            backend.download(w, 0, weights, 0, size);
          }
        };
    return new Epoch(epoch, () -> weights);
  }

  private void part(RowPass pass, float[] weights, int from, int to, float[] gradient) {
    if (from == to) { // half of a single row
      Arrays.fill(gradient, 0);
      return;
    }
    pass.setWeights(weights);
    pass.differentiate(order, from, to);
    pass.getGradient(gradient);
  }

  private static void await(Future<?> work) {
    try {
      work.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }
}
