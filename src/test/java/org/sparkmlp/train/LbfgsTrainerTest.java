package org.sparkmlp.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Golden;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Lbfgs;

class LbfgsTrainerTest {
  /**
   * Without hidden layers the problem is convex, so its minimum is known: SciPy's, in lbfgs.json.
   */
  @Test
  void reachesTheMinimumThatScipyReaches() {
    JsonNode golden = Golden.read("lbfgs.json");
    double[][] features = Golden.table(golden.get("features"));
    double[] labels = Golden.numbers(golden.get("labels"));
    double[] weights = Golden.numbers(golden.get("rowWeights"));
    Rows rows = new Rows(features[0].length);
    for (int i = 0; i < features.length; i++) {
      float[] x = new float[features[i].length];
      for (int j = 0; j < x.length; j++) {
        x[j] = (float) features[i][j];
      }
      rows.add(x, (float) labels[i], (float) weights[i], false);
    }
    Topology topology =
        new Topology(
            new int[] {rows.columns, 1}, Activations.IDENTITY, Losses.BINARY_CROSS_ENTROPY, true);
    TrainingResult result =
        new LbfgsTrainer(
                rows.objective(3, 8),
                topology,
                "openblas",
                new Lbfgs(10),
                200,
                1e-12,
                TrainingListener.NONE)
            .train(new float[topology.size()]);
    double[] expected = Golden.numbers(golden.get("weights"));
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) result.weights()[i]).isCloseTo(expected[i], within(1e-5));
    }
    EpochRecord last = result.epochs().get(result.epochs().size() - 1);
    assertThat(last.loss()).isCloseTo(golden.get("loss").asDouble(), within(1e-10));
    assertThat(result.stopReason()).contains("converged");
  }

  private static final Topology DEEP =
      new Topology(new int[] {6, 10, 4}, Activations.SIGMOID, Losses.SOFTMAX_CROSS_ENTROPY, true);

  private static TrainingResult train(
      Rows rows, int shards, int blockSize, String backend, int maxIter) {
    return new LbfgsTrainer(
            rows.objective(shards, blockSize),
            DEEP,
            backend,
            new Lbfgs(10),
            maxIter,
            0,
            TrainingListener.NONE)
        .train(Initializer.parse("auto").weights(DEEP, 5));
  }

  @Test
  void descendsAlwaysAndDependsNeitherOnBlocksNorMuchOnShards() {
    Rows rows = Rows.clouds(new Random(1), 300, 6, 4);
    TrainingResult result = train(rows, 4, 16, "openblas", 40);
    double before = Double.POSITIVE_INFINITY;
    for (EpochRecord record : result.epochs()) {
      assertThat(record.loss()).isLessThanOrEqualTo(before);
      before = record.loss();
    }
    assertThat(before).isLessThan(0.35);
    assertThat(result.epochs()).hasSize(40);
    assertThat(train(rows, 4, 5, "openblas", 40).weights()).containsExactly(result.weights());
    assertThat(train(rows, 1, 16, "openblas", 3).weights())
        .containsExactly(train(rows, 7, 16, "ejml", 3).weights(), within(1e-5f));
  }

  @Test
  void validationRowsAreEvaluatedAndNotLearnt() {
    Rows rows = Rows.clouds(new Random(2), 100, 6, 4);
    float[] without = train(rows, 2, 16, "openblas", 5).weights();
    Rows more = Rows.clouds(new Random(3), 50, 6, 4);
    for (int i = 0; i < 50; i++) {
      rows.add(more.features.get(i), more.labels.get(i), 1, true);
    }
    TrainingResult result = train(rows, 2, 16, "openblas", 5);
    assertThat(result.weights()).containsExactly(without);
    assertThat(result.epochs().get(4).validationLoss()).isPositive();
  }

  @Test
  void aLossThatIsNotFiniteAtTheStartIsAnError() {
    Rows rows = Rows.clouds(new Random(4), 20, 6, 4);
    rows.features.get(3)[2] = Float.NaN;
    assertThatThrownBy(() -> train(rows, 2, 16, "openblas", 5))
        .isInstanceOf(DivergenceException.class)
        .hasMessageContaining("the loss is not finite at the initial weights");
  }

  @Test
  void aNetworkThatDoesNotFitTheDriverIsRefusedFirst() {
    Topology huge =
        new Topology(
            new int[] {14000, 14000}, Activations.SIGMOID, Losses.SOFTMAX_CROSS_ENTROPY, true);
    Rows rows = Rows.clouds(new Random(5), 20, 6, 4);
    LbfgsTrainer trainer =
        new LbfgsTrainer(
            rows.objective(1, 16), huge, "openblas", new Lbfgs(10), 5, 0, TrainingListener.NONE);
    assertThat(LbfgsTrainer.driverBytes(huge.size(), 10))
        .isGreaterThan(Runtime.getRuntime().maxMemory());
    assertThatThrownBy(() -> trainer.train(new float[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("raise spark.driver.memory");
  }
}
