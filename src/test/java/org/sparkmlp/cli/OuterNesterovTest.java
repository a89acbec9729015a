package org.sparkmlp.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.train.Averaging;
import org.sparkmlp.train.Averaging.Point;
import org.sparkmlp.train.LocalObjective;
import org.sparkmlp.train.Plan;
import org.sparkmlp.train.Trainer;
import org.sparkmlp.train.TrainingListener;

/** What the benchmark of local steps does at aggregations, and the product doesn't. */
class OuterNesterovTest {
  private static final Point START = point(1, 3);

  private static Point point(float weight, long updates) {
    return new Point(new float[] {weight}, new float[] {weight / 10}, updates);
  }

  @Test
  void twoRoundsByHand() {
    Averaging nesterov = new OuterNesterov(0.9, 0.7);
    Point first = nesterov.next(START, point(0.5f, 7)); // moved 0.5: 1 - 0.7 (0.5 + 0.9 * 0.5)
    assertThat(first.weights()[0]).isCloseTo(0.335f, within(1e-6f));
    assertThat(first.slots()).containsExactly(0.05f);
    assertThat(first.updates()).isEqualTo(7);
    // moved 0.1, velocity 0.9 * 0.5 + 0.1: 0.335 - 0.7 (0.1 + 0.9 * 0.55)
    Point second = nesterov.next(first, point(0.235f, 11));
    assertThat(second.weights()[0]).isCloseTo(-0.0815f, within(1e-6f));
  }

  @Test
  void slotsAndTheCountOfUpdatesBeginAnew() {
    Point next = new SlotReset(Averaging.MEAN).next(START, point(0.5f, 7));
    assertThat(next.weights()).containsExactly(0.5f);
    assertThat(next.slots()).containsExactly(0);
    assertThat(next.updates()).isZero();
  }

  @Test
  void withoutMomentumAndWithRateOneItIsTheMean() {
    float[] mean = train(Averaging.MEAN);
    assertThat(train(new OuterNesterov(0, 1))).containsExactly(mean, within(1e-4f));
    assertThat(train(new OuterNesterov(0.9, 0.7))).isNotEqualTo(mean);
  }

  /** Five epochs of two rounds on two shards. */
  private static float[] train(Averaging averaging) {
    Topology topology =
        new Topology(new int[] {4, 8, 3}, Activations.TANH, Losses.SOFTMAX_CROSS_ENTROPY, true);
    Optimizer adam = (Optimizer) Solvers.parse("adam");
    Plan plan =
        new Plan(topology, "openblas", adam, 0.01, Schedules.parse("constant"), 16, 2, 5, 0, 1);
    LocalObjective objective = new LocalObjective(blocks(64), 4, 2);
    return new Trainer(objective, plan, TrainingListener.NONE, averaging)
        .train(Initializer.parse("auto").weights(topology, 1))
        .weights();
  }

  /** A shard each, of noise with a bright feature, which is the class. */
  private static List<PackedBlock> blocks(int rows) {
    Random random = new Random(1);
    List<PackedBlock> blocks = new ArrayList<>();
    for (int shard = 0; shard < 2; shard++) {
      float[] features = new float[4 * rows];
      float[] labels = new float[rows];
      float[] weights = new float[rows];
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < 4; j++) {
          features[4 * i + j] = (float) random.nextGaussian() / 4;
        }
        labels[i] = i % 3;
        weights[i] = 1;
        features[4 * i + i % 3]++;
      }
      blocks.add(new PackedBlock(shard, false, 0, 4, features, labels, weights));
    }
    return blocks;
  }
}
