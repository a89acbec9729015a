package org.sparkmlp.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Loss;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.ReferenceNetwork;
import org.sparkmlp.nn.Topology;

class ImportanceTest {
  private static Topology topology(Loss loss, int outputs) {
    return new Topology(
        new int[] {6, 9, 5, outputs}, Activations.forLayers("tanh, maxout(2)", 2), loss, true);
  }

  private static Rows rows(int n, int classes) {
    Rows rows = Rows.clouds(new Random(3), n, 6, classes);
    for (int i = 0; i < n; i++) {
      rows.weights.set(i, 0.5f + i % 3);
    }
    return rows;
  }

  /** Row by row in double: the gradient of one, squared, times its weight. */
  private static double[] expected(Topology topology, Rows rows, float[] weights) {
    ReferenceNetwork network = new ReferenceNetwork(topology);
    double[] w = new double[weights.length];
    for (int i = 0; i < w.length; i++) {
      w[i] = weights[i];
    }
    double[] sum = new double[w.length];
    double total = 0;
    for (int r = 0; r < rows.features.size(); r++) {
      DMatrixRMaj x = new DMatrixRMaj(1, 6);
      for (int j = 0; j < 6; j++) {
        x.set(0, j, rows.features.get(r)[j]);
      }
      DMatrixRMaj y = new DMatrixRMaj(1, topology.outputs());
      if (topology.outputs() == 1) {
        y.set(0, 0, rows.labels.get(r));
      } else {
        y.set(0, rows.labels.get(r).intValue(), 1);
      }
      double[] gradient = new double[w.length];
      network.loss(w, x, y, new double[] {1}, gradient);
      for (int i = 0; i < w.length; i++) {
        sum[i] += rows.weights.get(r) * gradient[i] * gradient[i];
      }
      total += rows.weights.get(r);
    }
    for (int i = 0; i < w.length; i++) {
      sum[i] /= total;
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(strings = {"openblas", "ejml"})
  void itIsTheMeanOfTheSquaredGradientsOfSingleRows(String backend) {
    for (Loss loss : new Loss[] {Losses.SOFTMAX_CROSS_ENTROPY, Losses.BINARY_CROSS_ENTROPY}) {
      int outputs = loss == Losses.BINARY_CROSS_ENTROPY ? 1 : 4;
      Topology topology = topology(loss, outputs);
      Rows rows = rows(700, Math.max(2, outputs)); // more than go through the network at once
      float[] weights = Initializer.parse("auto").weights(topology, 5);
      double[] expected = expected(topology, rows, weights);
      float[] found = Importance.of(rows.objective(3, 64), topology, backend, weights);
      for (int i = 0; i < expected.length; i++) {
        assertThat((double) found[i])
            .as("%s, weight %d", loss.spec(), i)
            .isCloseTo(expected[i], within(1e-5 * expected[i] + 1e-10));
      }
    }
  }

  @Test
  void itHardlyDependsOnShardsAndNotAtAllOnBlocks() {
    Topology topology = topology(Losses.SOFTMAX_CROSS_ENTROPY, 4);
    float[] weights = Initializer.parse("auto").weights(topology, 6);
    Rows rows = rows(300, 4);
    float[] one = Importance.of(rows.objective(1, 64), topology, "openblas", weights);
    assertThat(Importance.of(rows.objective(1, 7), topology, "openblas", weights))
        .containsExactly(one);
    float[] five = Importance.of(rows.objective(5, 64), topology, "openblas", weights);
    for (int i = 0; i < one.length; i++) {
      assertThat(five[i]).isCloseTo(one[i], within(1e-5f * one[i] + 1e-12f));
    }
  }

  @Test
  void validationRowsDoNotCount() {
    Topology topology = topology(Losses.SOFTMAX_CROSS_ENTROPY, 4);
    float[] weights = Initializer.parse("auto").weights(topology, 6);
    Rows rows = rows(100, 4);
    float[] without = Importance.of(rows.objective(2, 64), topology, "openblas", weights);
    rows.add(new float[] {9, 9, 9, 9, 9, 9}, 1, 1, true);
    assertThat(Importance.of(rows.objective(2, 64), topology, "openblas", weights))
        .containsExactly(without);
  }
}
