package org.sparkmlp.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlp.Golden;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.backend.LossSums;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;

/**
 * Every activation with every loss on five rows of unequal weight: the reference against
 * torch.float64 and against central differences, the float network on every backend against the
 * reference.
 */
class GoldenNetworkTest {
  private static final JsonNode GOLDEN = Golden.read("networks.json");

  /** One network with its batch and PyTorch's numbers. */
  private record Case(
      Topology topology,
      double[] weights,
      DMatrixRMaj features,
      DMatrixRMaj targets,
      int[] labels,
      double[] rowWeights,
      double[] logits,
      double value,
      double[] gradient) {
    @Override
    public String toString() {
      return topology.toString();
    }
  }

  static Stream<Case> cases() {
    return StreamSupport.stream(GOLDEN.get("cases").spliterator(), false)
        .map(GoldenNetworkTest::read);
  }

  private static Case read(JsonNode node) {
    int[] layers =
        Arrays.stream(Golden.numbers(node.get("layers"))).mapToInt(d -> (int) d).toArray();
    int[] labels =
        Arrays.stream(Golden.numbers(node.get("labels"))).mapToInt(d -> (int) d).toArray();
    Topology topology =
        new Topology(
            layers,
            Activations.parse(node.get("activation").asText()),
            Losses.parse(node.get("loss").asText()),
            true);
    int outputs = topology.outputs();
    DMatrixRMaj targets = new DMatrixRMaj(labels.length, outputs);
    for (int i = 0; i < labels.length; i++) {
      targets.set(i, outputs == 1 ? 0 : labels[i], outputs == 1 ? labels[i] : 1);
    }
    return new Case(
        topology,
        Golden.numbers(node.get("weights")),
        new DMatrixRMaj(Golden.table(GOLDEN.get("features"))),
        targets,
        labels,
        Golden.numbers(GOLDEN.get("rowWeights")),
        Golden.numbers(node.get("logits")),
        node.get("value").asDouble(),
        Golden.numbers(node.get("gradient")));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void referenceEqualsPyTorch(Case c) {
    ReferenceNetwork network = new ReferenceNetwork(c.topology);
    double[] gradient = new double[c.weights.length];
    assertThat(network.logits(c.weights, c.features).data).containsExactly(c.logits, within(1e-9));
    assertThat(network.loss(c.weights, c.features, c.targets, c.rowWeights, gradient))
        .isCloseTo(c.value, within(1e-9));
    assertThat(gradient).containsExactly(c.gradient, within(1e-9));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientEqualsCentralDifferences(Case c) {
    GradientCheck.Result result =
        GradientCheck.run(c.topology, c.weights, c.features, c.targets, c.rowWeights);
    assertThat(result.within(1e-6)).as(result.toString()).isTrue();
  }

  @Test
  void gradientCheckFindsAWrongGradient() {
    GradientCheck.Result wrong = new GradientCheck.Result("w", 1, 1.1, 0.1);
    assertThat(wrong.within(1e-6)).isFalse();
    assertThat(new GradientCheck.Result("w", Double.NaN, 1, Double.NaN).within(1e-6)).isFalse();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void floatGradientIsNearTheReferenceOnEveryBackend(Case c) {
    ReferenceNetwork reference = new ReferenceNetwork(c.topology);
    float[] weights = new float[c.weights.length];
    double[] rounded = new double[weights.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) c.weights[i];
      rounded[i] = weights[i];
    }
    PackedBlock block = block(c);
    DMatrixRMaj features = new DMatrixRMaj(c.features);
    for (int i = 0; i < features.data.length; i++) {
      features.data[i] = block.features()[i];
    }
    double[] expected = new double[weights.length];
    double value = reference.loss(rounded, features, c.targets, c.rowWeights, expected);
    for (String backend : Backends.names()) {
      Network network = new Network(c.topology, Backends.get(backend), 8);
      network.setWeights(weights);
      for (int i = 0; i < block.rows(); i++) {
        network.load(i, block, i);
      }
      LossSums sums = new LossSums();
      network.differentiate(block.rows(), false, sums);
      float[] gradient = new float[weights.length];
      network.getGradient(gradient);
      assertThat(sums.loss).isCloseTo(value, within(1e-5 * value));
      assertThat(distance(gradient, expected)).as(backend).isLessThan(1e-5);
      network.differentiate(block.rows(), true, sums);
      float[] twice = new float[weights.length];
      network.getGradient(twice);
      for (int i = 0; i < twice.length; i++) {
        assertThat(twice[i]).as("accumulated").isCloseTo(2 * gradient[i], within(1e-4f));
      }
    }
  }

  private static PackedBlock block(Case c) {
    float[] features = new float[c.features.data.length];
    for (int i = 0; i < features.length; i++) {
      features[i] = (float) c.features.data[i];
    }
    float[] targets = new float[c.labels.length];
    float[] weights = new float[c.labels.length];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = c.labels[i];
      weights[i] = (float) c.rowWeights[i];
    }
    return new PackedBlock(0, false, 0, c.topology.inputs(), features, targets, weights);
  }

  /** |a - b| / |b| in the Euclidean norm. */
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
  void everyActivationMeetsEveryLoss() {
    Set<String> seen = new HashSet<>();
    cases()
        .forEach(c -> seen.add(c.topology.activation(1).spec() + " " + c.topology.loss().spec()));
    assertThat(seen).hasSize(Activations.names().size() * Losses.names().size()).hasSize(12);
  }
}
