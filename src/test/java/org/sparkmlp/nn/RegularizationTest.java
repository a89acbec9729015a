package org.sparkmlp.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlp.Golden;
import org.sparkmlp.backend.Backend;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.backend.LossSums;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Topology.Slice;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solvers;

/**
 * Penalties and updates against torch.float64: the formulas in double, written out here, and the
 * float path of every backend.
 */
public class RegularizationTest {
  private static final JsonNode GOLDEN = Golden.read("regularization.json");
  private static final Topology TOPOLOGY =
      new Topology(
          Arrays.stream(Golden.numbers(GOLDEN.get("layers"))).mapToInt(d -> (int) d).toArray(),
          Activations.TANH,
          Losses.SOFTMAX_CROSS_ENTROPY,
          true);
  private static final DMatrixRMaj FEATURES = new DMatrixRMaj(Golden.table(GOLDEN.get("features")));
  private static final double[] LABELS = Golden.numbers(GOLDEN.get("labels"));
  private static final double[] ROW_WEIGHTS = Golden.numbers(GOLDEN.get("rowWeights"));
  private static final double TOTAL = Arrays.stream(ROW_WEIGHTS).sum();
  private static final double[] START =
      Golden.numbers(GOLDEN.get("objectives").get(0).get("weights"));

  /** One way to update the weights, with PyTorch's after each step. */
  private record Update(
      Optimizer optimizer, double rate, Regularization regularization, double[][] path) {
    @Override
    public String toString() {
      return optimizer.spec() + " " + regularization;
    }
  }

  static Stream<Update> updates() {
    return StreamSupport.stream(GOLDEN.get("updates").spliterator(), false)
        .map(
            node ->
                new Update(
                    (Optimizer) Solvers.parse(node.get("solver").asText()),
                    node.get("rate").asDouble(),
                    regularization(node.get("regularization")),
                    Golden.table(node.get("weights"))));
  }

  private static Regularization regularization(JsonNode node) {
    return new Regularization(
        node.path("regParam").asDouble(),
        node.path("elasticNetParam").asDouble(),
        node.path("weightDecay").asDouble(),
        Dropout.NONE,
        node.path("maxNorm").asDouble(),
        node.path("gradientClipNorm").asDouble(),
        node.path("gradientClipValue").asDouble());
  }

  /** The objective in double; its gradient is written to {@code gradient}. */
  private static double objective(
      Regularization regularization, double[] weights, double[] gradient) {
    DMatrixRMaj targets = new DMatrixRMaj(LABELS.length, TOPOLOGY.outputs());
    for (int i = 0; i < LABELS.length; i++) {
      targets.set(i, (int) LABELS[i], 1);
    }
    Arrays.fill(gradient, 0);
    double sum =
        new ReferenceNetwork(TOPOLOGY).loss(weights, FEATURES, targets, ROW_WEIGHTS, gradient);
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] /= TOTAL;
    }
    return sum / TOTAL + regularization.penalty(TOPOLOGY, weights, gradient);
  }

  @Test
  void objectiveAndGradientEqualPyTorch() {
    int penalized = 0;
    for (JsonNode node : GOLDEN.get("objectives")) {
      Regularization regularization = regularization(node);
      double[] weights = Golden.numbers(node.get("weights"));
      double[] gradient = new double[weights.length];
      assertThat(objective(regularization, weights, gradient))
          .isCloseTo(node.get("value").asDouble(), within(1e-9));
      assertThat(gradient).containsExactly(Golden.numbers(node.get("gradient")), within(1e-9));
      double penalty = regularization.penalty(TOPOLOGY, weights, new double[weights.length]);
      assertThat(regularization.penalty(TOPOLOGY, floats(weights)))
          .isCloseTo(penalty, within(1e-6));
      penalized += penalty > 0 ? 1 : 0;
    }
    assertThat(penalized).isEqualTo(3);
    assertThat(START[0]).isEqualTo(-0.0); // where sign is 0
  }

  @ParameterizedTest
  @MethodSource("updates")
  void updatesInDoubleEqualPyTorch(Update update) {
    double[] weights = START.clone();
    double[][] slots = new double[weights.length][update.optimizer.slots().size()];
    for (int t = 0; t < update.path.length; t++) {
      step(update, weights, slots, t + 1);
      assertThat(weights).as("step %d", t).containsExactly(update.path[t], within(1e-9));
    }
  }

  /** What the Javadoc of {@link WeightUpdate} says. */
  private static void step(Update update, double[] weights, double[][] slots, int step) {
    Regularization r = update.regularization;
    double[] gradient = new double[weights.length];
    objective(r, weights, gradient);
    double squares = 0;
    for (int i = 0; i < gradient.length; i++) {
      if (r.gradientClipValue() > 0) {
        gradient[i] =
            Math.max(-r.gradientClipValue(), Math.min(r.gradientClipValue(), gradient[i]));
      }
      squares += gradient[i] * gradient[i];
    }
    double cut =
        r.gradientClipNorm() > 0 ? Math.min(1, r.gradientClipNorm() / Math.sqrt(squares)) : 1;
    double[] c = update.optimizer.coefficients(update.rate, step);
    for (Slice slice : TOPOLOGY.slices()) {
      double kept = slice.isBias() ? 1 : 1 - update.rate * r.weightDecay();
      for (int i = slice.offset(); i < slice.end(); i++) {
        weights[i] = update.optimizer.update(kept * weights[i], cut * gradient[i], slots[i], c);
      }
      for (int j = 0; r.maxNorm() > 0 && !slice.isBias() && j < slice.columns(); j++) {
        double norm = columnNorm(weights, slice, j);
        for (int i = slice.offset() + j; norm > r.maxNorm() && i < slice.end(); ) {
          weights[i] *= r.maxNorm() / norm;
          i += slice.columns();
        }
      }
    }
  }

  private static double columnNorm(double[] weights, Slice slice, int column) {
    double squares = 0;
    for (int i = slice.offset() + column; i < slice.end(); i += slice.columns()) {
      squares += weights[i] * weights[i];
    }
    return Math.sqrt(squares);
  }

  @ParameterizedTest
  @MethodSource("updates")
  void updatesInFloatEqualPyTorchOnEveryBackend(Update update) {
    Backends.names().forEach(name -> updatesInFloatEqualPyTorch(update, Backends.get(name)));
  }

  /** The same on another backend. */
  public static void updatesInFloatEqualPyTorch(Backend backend) {
    updates().forEach(update -> updatesInFloatEqualPyTorch(update, backend));
  }

  private static void updatesInFloatEqualPyTorch(Update update, Backend backend) {
    Network network = new Network(TOPOLOGY, backend, LABELS.length);
    network.setSlots(new float[START.length * update.optimizer.slots().size()]);
    WeightUpdate rule =
        new WeightUpdate(TOPOLOGY, backend, update.optimizer, update.regularization);
    PackedBlock block =
        new PackedBlock(
            0,
            false,
            0,
            TOPOLOGY.inputs(),
            floats(FEATURES.data),
            floats(LABELS),
            floats(ROW_WEIGHTS));
    float[] weights = new float[START.length];
    for (int t = 0; t < update.path.length; t++) {
      network.setWeights(floats(t == 0 ? START : update.path[t - 1])); // floats drift
      for (int i = 0; i < block.rows(); i++) {
        network.load(i, block, i);
      }
      network.differentiate(block.rows(), false, new LossSums());
      network.update(rule, TOTAL, update.rate, t + 1);
      network.getWeights(weights);
      double difference = 0;
      double norm = 0;
      for (int i = 0; i < weights.length; i++) {
        difference += Math.pow(weights[i] - update.path[t][i], 2);
        norm += Math.pow(update.path[t][i], 2);
      }
      assertThat(Math.sqrt(difference / norm)).as("%s, step %d", backend, t).isLessThan(1e-5);
    }
  }

  /** So that none of the above passes for want of an effect. */
  @Test
  void everyKindOfRegularizationChangesThePath() {
    List<Update> sgd = updates().filter(update -> update.optimizer.spec().equals("sgd")).toList();
    assertThat(sgd).hasSize(7);
    double[] plain = sgd.get(4).path[2]; // a bound that is never reached
    for (int i = 0; i < sgd.size(); i++) {
      double most = 0;
      for (int j = 0; j < plain.length; j++) {
        most = Math.max(most, Math.abs(sgd.get(i).path[2][j] - plain[j]));
      }
      assertThat(most > 0.01).as(sgd.get(i).toString()).isEqualTo(i != 4);
    }
  }

  @Test
  void whatLeavesTheNumbersStaysOutside() {
    float[] weights = floats(START);
    weights[2] = 1e25f; // its square is no float
    Network network = new Network(TOPOLOGY, Backends.get("auto"), 1);
    network.setWeights(weights);
    network.update(
        new WeightUpdate(
            TOPOLOGY,
            Backends.get("auto"),
            (Optimizer) Solvers.parse("sgd"),
            Regularization.NONE.withMaxNorm(1)),
        1,
        0,
        1);
    network.getWeights(weights);
    assertThat(weights[2]).isNaN(); // not 0: training must see it
    assertThat(weights[3]).isNotNaN();
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
