package org.sparkmlp.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.Seeds;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Lbfgs;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.schedule.Schedules;

class AnchorTest {
  private static final Topology TOPOLOGY =
      new Topology(new int[] {5, 8, 3}, Activations.TANH, Losses.SOFTMAX_CROSS_ENTROPY, true);

  private static final float[] START = Initializer.parse("auto").weights(TOPOLOGY, 4);

  private static final Rows ROWS = Rows.clouds(new Random(8), 90, 5, 3);

  private static Plan plan(String solver, int batchSize, int localSteps, int epochs, Past past) {
    return new Plan(
            TOPOLOGY,
            "openblas",
            (Optimizer) Solvers.parse(solver),
            0.1,
            Schedules.parse("linear"),
            batchSize,
            localSteps,
            epochs,
            0,
            1)
        .after(past);
  }

  private static float[] train(Plan plan, int shards) {
    return new Trainer(ROWS.objective(shards, 16), plan, TrainingListener.NONE)
        .train(START)
        .weights();
  }

  private static Past held(double lambda, float[] to, float[] importance) {
    return new Past(0, Anchor.of(new Anchor.Vectors(lambda, to, importance)));
  }

  private static float[] random(int seed, double shift) {
    float[] values = Seeds.floats(new Random(seed), TOPOLOGY.size());
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.abs(values[i] + shift);
    }
    return values;
  }

  /** θ moves by −η (g + 2 λ b (θ − θ')), where without an anchor it moves by −η g. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void oneStepIsTheGradientOfThePenalisedLoss(int localSteps) {
    float[] to = random(1, 0);
    float[] importance = random(2, 0.1);
    int shards = localSteps == 1 ? 3 : 1;
    float[] without = train(plan("sgd", 90, localSteps, 1, Past.NONE), shards);
    float[] with = train(plan("sgd", 90, localSteps, 1, held(0.7, to, importance)), shards);
    for (int i = 0; i < with.length; i++) {
      double pull = 0.1 * 2 * 0.7 * importance[i] * (START[i] - to[i]);
      assertThat((double) with[i]).isCloseTo(without[i] - pull, within(1e-6));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aPullOfNothingChangesNoBit(int localSteps) {
    float[] expected = train(plan("adam", 8, localSteps, 3, Past.NONE), 3);
    assertThat(train(plan("adam", 8, localSteps, 3, held(0, random(1, 0), random(2, 0))), 3))
        .containsExactly(expected);
    float[] none = new float[TOPOLOGY.size()];
    assertThat(train(plan("adam", 8, localSteps, 3, held(5, random(1, 0), none)), 3))
        .containsExactly(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void theLargerLambdaTheNearerTheWeightsStay(int localSteps) {
    float[] ones = new float[TOPOLOGY.size()];
    Arrays.fill(ones, 1);
    double before = Double.POSITIVE_INFINITY;
    for (double lambda : new double[] {0, 0.01, 0.1, 1}) {
      float[] weights = train(plan("sgd", 8, localSteps, 8, held(lambda, START, ones)), 3);
      double distance = distance(weights, START);
      assertThat(distance).as("lambda %s", lambda).isLessThan(before);
      before = distance;
    }
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }

  /** At the minimum the gradient of the loss and the pull cancel. */
  @Test
  void lbfgsMinimisesThePenalisedLoss() {
    float[] to = random(5, 0);
    float[] importance = random(6, 0.2);
    Anchor anchor = Anchor.of(new Anchor.Vectors(0.3, to, importance));
    Objective objective = ROWS.objective(2, 16);
    TrainingResult result =
        new LbfgsTrainer(
                objective, TOPOLOGY, "openblas", new Lbfgs(10), 500, 1e-12, TrainingListener.NONE)
            .heldTo(anchor)
            .train(START);
    int size = TOPOLOGY.size();
    double[] x = new double[size];
    for (int i = 0; i < size; i++) {
      x[i] = result.weights()[i];
    }
    double[] total = objective.round(new FullBatch(TOPOLOGY, "openblas"), x).total(size);
    double penalty = 0;
    for (int i = 0; i < size; i++) {
      double away = x[i] - to[i];
      penalty += 0.3 * importance[i] * away * away;
      assertThat(total[i] / total[size + 1] + 2 * 0.3 * importance[i] * away)
          .isCloseTo(0, within(2e-5));
    }
    assertThat(result.epochs().get(result.epochs().size() - 1).loss())
        .isCloseTo(total[size] / total[size + 1] + penalty, within(1e-6));
    assertThat(penalty).isGreaterThan(0.01);
  }

  @Test
  void aStrengthThatIsNoFloatIsRefused() {
    float[] importance = {1e30f};
    assertThatThrownBy(() -> new Anchor.Vectors(1e10, new float[1], importance))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("take a smaller lambda");
  }

  @Test
  void theScheduleGoesOnWhereEarlierTrainingEnded() {
    Plan whole = plan("sgd", 8, 1, 10, Past.NONE);
    Plan rest = plan("sgd", 8, 1, 6, new Past(4, null));
    for (int epoch = 0; epoch < 6; epoch++) {
      assertThat(rest.rate(epoch, 3, 12)).isEqualTo(whole.rate(epoch + 4, 3, 12));
    }
    assertThat(rest.rate(0, 0, 12)).isLessThan(plan("sgd", 8, 1, 6, Past.NONE).rate(0, 0, 12));
  }

  @Test
  void whatDecidesTheWeightsIsInTheDescription() {
    float[] ones = new float[TOPOLOGY.size()];
    Arrays.fill(ones, 1);
    assertThat(
            Arrays.asList(
                    Past.NONE,
                    new Past(3, null),
                    new Past(4, null),
                    held(1, START, ones),
                    held(2, START, ones),
                    held(1, ones, ones))
                .stream()
                .map(past -> plan("sgd", 8, 1, 6, past).description())
                .distinct())
        .hasSize(6);
  }
}
