package org.sparkmlp.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
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

/**
 * Every activation and every loss on five rows of unequal weight: the reference against
 * torch.float64 and against central differences, the float network on every backend against the
 * reference.
 */
public class GoldenNetworkTest {
  private static final JsonNode GOLDEN = Golden.read("networks.json");

  /** One network with its batch and PyTorch's numbers. */
  private record Case(
      Topology topology,
      double[] weights,
      DMatrixRMaj features,
      DMatrixRMaj targets,
      double[] labels,
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
    boolean classes = node.has("labels");
    Topology topology =
        new Topology(
            layers,
            Activations.forLayers(node.get("activation").asText(), layers.length - 2),
            Losses.parse(node.get("loss").asText()),
            classes);
    return new Case(
        topology,
        Golden.numbers(node.get("weights")),
        new DMatrixRMaj(Golden.table(GOLDEN.get("features"))),
        new DMatrixRMaj(Golden.table(node.get("targets"))),
        classes ? Golden.numbers(node.get("labels")) : null,
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
    Backends.names().forEach(backend -> floatGradientIsNearTheReference(c, Backends.get(backend)));
  }

  /** The same of another backend. */
  public static void floatGradientsAreNearTheReference(Backend backend) {
    cases().forEach(c -> floatGradientIsNearTheReference(c, backend));
  }

  private static void floatGradientIsNearTheReference(Case c, Backend backend) {
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
    Network network = new Network(c.topology, backend, 8);
    network.setWeights(weights);
    for (int i = 0; i < c.rowWeights.length; i++) {
      network.load(i, block, i);
    }
    LossSums sums = new LossSums();
    network.differentiate(c.rowWeights.length, false, sums);
    float[] gradient = new float[weights.length];
    network.getGradient(gradient);
    assertThat(sums.loss).isCloseTo(value, within(1e-5 * Math.abs(value)));
    assertThat(distance(gradient, expected)).as("%s on %s", c, backend).isLessThan(1e-5);
    network.differentiate(c.rowWeights.length, true, sums);
    float[] twice = new float[weights.length];
    network.getGradient(twice);
    for (int i = 0; i < twice.length; i++) {
      assertThat(twice[i]).as("accumulated").isCloseTo(2 * gradient[i], within(1e-4f));
    }
  }

  private static PackedBlock block(Case c) {
    float[] features = floats(c.features.data);
    return new PackedBlock(
        0,
        false,
        0,
        c.topology.inputs(),
        features,
        floats(c.labels == null ? c.targets.data : c.labels),
        floats(c.rowWeights));
  }

  private static float[] floats(double[] numbers) {
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return floats;
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
  void everyVariantHasACaseWithAndWithoutArguments() {
    Set<String> activations = new TreeSet<>();
    Set<String> losses = new TreeSet<>();
    cases()
        .forEach(
            c -> {
              c.topology.activations().forEach(f -> activations.add(f.spec()));
              losses.add(c.topology.loss().spec());
            });
    assertThat(activations)
        .containsAll(Activations.names().stream().map(n -> Activations.parse(n).spec()).toList())
        .hasSize(16);
    assertThat(losses)
        .containsAll(Losses.names().stream().map(n -> Losses.parse(n).spec()).toList())
        .hasSize(14);
    assertThat(Activations.names()).hasSize(13);
    assertThat(Losses.names()).hasSize(10);
  }

  @Test
  void aTrainedNetworkAndOneForPredictionGiveTheSame() {
    cases()
        .forEach(
            c -> {
              int rows = c.rowWeights.length;
              PackedBlock block = block(c);
              float[][] logits = new float[2][rows * c.topology.outputs()];
              for (int way = 0; way < 2; way++) {
                Network network =
                    way == 0
                        ? new Network(c.topology, Backends.get("auto"), rows)
                        : Network.forPrediction(c.topology, Backends.get("auto"), rows);
                network.setWeights(floats(c.weights));
                for (int i = 0; i < rows; i++) {
                  network.load(i, block, i);
                }
                network.predict(rows, logits[way]);
              }
              assertThat(logits[1]).as(c.toString()).containsExactly(logits[0]);
            });
  }
}
