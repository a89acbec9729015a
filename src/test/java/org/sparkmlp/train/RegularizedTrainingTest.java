package org.sparkmlp.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Dropout;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.ReferenceNetwork;
import org.sparkmlp.nn.Regularization;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.nn.Topology.Slice;
import org.sparkmlp.optim.Lbfgs;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.schedule.Schedules;

/** Which number each kind of regularization moves, and in which direction. */
class RegularizedTrainingTest {
  private static final int COLUMNS = 6;
  private static final Topology TOPOLOGY =
      new Topology(
          new int[] {COLUMNS, 10, 4}, Activations.TANH, Losses.SOFTMAX_CROSS_ENTROPY, true);
  private static final float[] START = Initializer.parse("auto").weights(TOPOLOGY, 11);
  private static final Regularization NONE = Regularization.NONE;
  private static final Regularization ALL =
      new Regularization(0.01, 0.3, 0.1, new Dropout(0.2, List.of(0.4)), 0.9, 0.5, 0.2);

  private static Rows rows() {
    return Rows.clouds(new Random(1), 150, COLUMNS, 4);
  }

  private static Plan plan(String solver, double rate, int localSteps, int epochs) {
    return new Plan(
            TOPOLOGY,
            "openblas",
            (Optimizer) Solvers.parse(solver),
            rate,
            Schedules.parse("constant"),
            16,
            localSteps,
            epochs,
            0,
            42)
        .withOuterMomentum(0.7);
  }

  private static TrainingResult train(Objective objective, Plan plan) {
    return new Trainer(objective, plan, TrainingListener.NONE).train(START);
  }

  private static float[] train(int shards, int localSteps, Regularization regularization) {
    Plan plan = plan("adam", 0.02, localSteps, 20).withRegularization(regularization);
    return train(rows().objective(shards, 16), plan).weights();
  }

  private static double norm(float[] weights, boolean biases) {
    double squares = 0;
    for (Slice slice : TOPOLOGY.slices()) {
      for (int i = slice.offset(); slice.isBias() == biases && i < slice.end(); i++) {
        squares += (double) weights[i] * weights[i];
      }
    }
    return Math.sqrt(squares);
  }

  private static int nearZero(float[] weights) {
    int count = 0;
    for (Slice slice : TOPOLOGY.slices()) {
      for (int i = slice.offset(); !slice.isBias() && i < slice.end(); i++) {
        count += Math.abs(weights[i]) < 0.02 ? 1 : 0;
      }
    }
    return count;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void moreOfItMakesSmallerWeights(int localSteps) {
    double last = norm(train(3, localSteps, NONE), false);
    for (double lambda : new double[] {0.001, 0.01, 0.1}) {
      double norm = norm(train(3, localSteps, NONE.withPenalty(lambda, 0)), false);
      assertThat(norm).as("regParam %s", lambda).isLessThan(last);
      last = norm;
    }
    last = norm(train(3, localSteps, NONE), false);
    for (double decay : new double[] {0.1, 1, 10}) {
      double norm = norm(train(3, localSteps, NONE.withWeightDecay(decay)), false);
      assertThat(norm).as("weightDecay %s", decay).isLessThan(last);
      last = norm;
    }
    int zeros = nearZero(train(3, localSteps, NONE.withPenalty(0.02, 0)));
    assertThat(nearZero(train(3, localSteps, NONE.withPenalty(0.02, 1))))
        .as("weights near 0 by L1 and by L2")
        .isGreaterThan(zeros + 10);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void unitsKeepWithinMaxNormWhateverTheOuterMomentum(int localSteps) {
    assertThat(longest(train(3, localSteps, NONE))).isGreaterThan(2);
    for (double most : new double[] {1.5, 0.5}) {
      assertThat(longest(train(3, localSteps, NONE.withMaxNorm(most))))
          .isCloseTo(most, within(1e-5));
    }
  }

  private static double longest(float[] weights) {
    double longest = 0;
    for (Slice slice : TOPOLOGY.slices()) {
      for (int j = 0; !slice.isBias() && j < slice.columns(); j++) {
        double squares = 0;
        for (int i = slice.offset() + j; i < slice.end(); i += slice.columns()) {
          squares += (double) weights[i] * weights[i];
        }
        longest = Math.max(longest, Math.sqrt(squares));
      }
    }
    return longest;
  }

  /** One update of sgd moves by the rate times the gradient, so by the rate times its bound. */
  @ParameterizedTest
  @ValueSource(ints = {1, 1000})
  void clippingBoundsTheStep(int localSteps) {
    Objective objective = rows().objective(1, 16);
    Plan plan =
        new Plan(
            TOPOLOGY,
            "openblas",
            (Optimizer) Solvers.parse("sgd"),
            0.5,
            Schedules.parse("constant"),
            1000,
            localSteps,
            1,
            0,
            42);
    float[] free = train(objective, plan).weights();
    double length = length(free);
    assertThat(length).isGreaterThan(0.05);
    double most = largest(free);
    float[] byNorm =
        train(objective, plan.withRegularization(NONE.withGradientClip(0.06, 0))).weights();
    assertThat(length(byNorm)).isCloseTo(0.03, within(1e-6));
    for (int i = 0; i < START.length; i++) { // in the same direction
      assertThat((byNorm[i] - START[i]) / 0.03)
          .isCloseTo((free[i] - START[i]) / length, within(1e-4));
    }
    float[] byValue =
        train(objective, plan.withRegularization(NONE.withGradientClip(0, 0.02))).weights();
    assertThat(most).isGreaterThan(0.015);
    assertThat(largest(byValue)).isCloseTo(0.01, within(1e-6));
    float[] wide =
        train(objective, plan.withRegularization(NONE.withGradientClip(100, 100))).weights();
    assertThat(wide).containsExactly(free, within(1e-6f));
  }

  private static double length(float[] weights) {
    double squares = 0;
    for (int i = 0; i < weights.length; i++) {
      squares += Math.pow(weights[i] - START[i], 2);
    }
    return Math.sqrt(squares);
  }

  private static double largest(float[] weights) {
    double most = 0;
    for (int i = 0; i < weights.length; i++) {
      most = Math.max(most, Math.abs(weights[i] - START[i]));
    }
    return most;
  }

  @Test
  void decayIsTheRateTimesWeightDecayAndSparesBiases() {
    float[] start = START.clone();
    for (Slice slice : TOPOLOGY.slices()) {
      for (int i = slice.offset(); slice.isBias() && i < slice.end(); i++) {
        start[i] = 0.5f;
      }
    }
    for (int localSteps : new int[] {1, 1000}) {
      Plan still = plan("sgd", 0.1, localSteps, 1).withRegularization(NONE.withWeightDecay(2));
      Plan tiny = // gradients of nothing: all that is left is decay
          still.withRegularization(NONE.withWeightDecay(2).withGradientClip(1e-12, 0));
      Objective objective = rows().objective(1, 16);
      int updates = tiny.stepsPerEpoch(objective.layout());
      float[] weights = new Trainer(objective, tiny, TrainingListener.NONE).train(start).weights();
      double kept = Math.pow(0.8, updates);
      for (Slice slice : TOPOLOGY.slices()) {
        for (int i = slice.offset(); i < slice.end(); i++) {
          assertThat((double) weights[i])
              .as(slice.name())
              .isCloseTo(start[i] * (slice.isBias() ? 1 : kept), within(1e-6));
        }
      }
    }
  }

  @Test
  void withOneShardTheNumberOfLocalStepsChangesNoBit() {
    float[] synchronous = train(1, 1, ALL);
    for (int localSteps : new int[] {2, 3, 100}) {
      assertThat(train(1, localSteps, ALL)).containsExactly(synchronous);
    }
    assertThat(synchronous).isNotEqualTo(train(1, 1, NONE));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void dropoutDependsOnSeedEpochAndRowAlone(int localSteps) {
    Regularization dropout = NONE.withDropout(new Dropout(0.2, List.of(0.5)));
    Plan plan = plan("adam", 0.02, localSteps, 3).withRegularization(dropout);
    float[] expected = train(rows().objective(3, 128), plan).weights();
    for (int blockSize : new int[] {1, 7, 1000}) {
      assertThat(train(rows().objective(3, blockSize), plan).weights()).containsExactly(expected);
    }
    Set<List<Float>> results = new HashSet<>();
    List<Plan> plans =
        List.of(
            plan,
            plan.withRegularization(NONE),
            plan.withRegularization(NONE.withDropout(new Dropout(0.2, List.of()))),
            plan.withRegularization(NONE.withDropout(new Dropout(0, List.of(0.5)))),
            plan.withRegularization(NONE.withDropout(new Dropout(0.2, List.of(0.4)))));
    for (Plan each : plans) {
      List<Float> weights = new ArrayList<>();
      for (float w : train(rows().objective(3, 16), each).weights()) {
        weights.add(w);
      }
      results.add(weights);
    }
    assertThat(results).hasSize(plans.size());
  }

  @Test
  void validationIsWithoutDropoutAndPenaltyAndTheObjectiveWithThem() {
    Rows rows = rows();
    Rows others = Rows.clouds(new Random(2), 40, COLUMNS, 4);
    for (int i = 0; i < 40; i++) {
      rows.add(others.features.get(i), others.labels.get(i), 1, true);
    }
    Plan plan = plan("adam", 0.02, 3, 4).withRegularization(ALL);
    TrainingResult result = train(rows.objective(2, 16), plan);
    assertThat(result.epochs().get(3).validationLoss())
        .isCloseTo(meanLoss(others, result.weights()), within(1e-5));
    Plan still = // no step, so that the loss is that of START
        plan("sgd", 0, 3, 1).withRegularization(NONE.withPenalty(0.3, 0.4));
    double penalty = NONE.withPenalty(0.3, 0.4).penalty(TOPOLOGY, START);
    assertThat(penalty).isGreaterThan(0.5);
    assertThat(train(rows().objective(2, 16), still).epochs().get(0).loss())
        .isCloseTo(meanLoss(rows(), START) + penalty, within(1e-5));
  }

  private static double meanLoss(Rows rows, float[] weights) {
    int n = rows.features.size();
    DMatrixRMaj x = new DMatrixRMaj(n, COLUMNS);
    DMatrixRMaj y = new DMatrixRMaj(n, 4);
    double[] ones = new double[n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < COLUMNS; j++) {
        x.set(i, j, rows.features.get(i)[j]);
      }
      y.set(i, rows.labels.get(i).intValue(), 1);
      ones[i] = 1;
    }
    double[] w = new double[weights.length];
    for (int i = 0; i < w.length; i++) {
      w[i] = weights[i];
    }
    return new ReferenceNetwork(TOPOLOGY).loss(w, x, y, ones, null) / n;
  }

  private static TrainingResult lbfgs(Regularization regularization) {
    return new LbfgsTrainer(
            rows().objective(3, 16),
            TOPOLOGY,
            "openblas",
            new Lbfgs(10),
            300,
            1e-9,
            TrainingListener.NONE,
            CheckpointPolicy.OFF,
            regularization,
            EarlyStopping.OFF)
        .train(START);
  }

  /** At the minimum the gradient of the mean loss is that of the penalty, but for the sign. */
  @Test
  void lbfgsFindsTheMinimumOfThePenalizedObjective() {
    Regularization ridge = NONE.withPenalty(0.05, 0);
    TrainingResult result = lbfgs(ridge);
    List<EpochRecord> history = result.epochs();
    double objective =
        meanLoss(rows(), result.weights()) + ridge.penalty(TOPOLOGY, result.weights());
    assertThat(history.get(history.size() - 1).loss()).isCloseTo(objective, within(1e-6));
    for (int i = 0; i < START.length; i += 7) {
      for (float sign : new float[] {-1, 1}) {
        float[] moved = result.weights().clone();
        moved[i] += sign * 0.01f;
        assertThat(meanLoss(rows(), moved) + ridge.penalty(TOPOLOGY, moved))
            .isGreaterThan(objective);
      }
    }
    double last = Double.POSITIVE_INFINITY;
    for (double lambda : new double[] {0.001, 0.01, 0.1}) {
      double norm = norm(lbfgs(NONE.withPenalty(lambda, 0)).weights(), false);
      assertThat(norm).as("regParam %s", lambda).isLessThan(last);
      last = norm;
    }
  }

  @Test
  void lbfgsTakesASmoothPenaltyAndNothingElse() {
    for (Regularization regularization :
        List.of(
            NONE.withPenalty(0.1, 0.1),
            NONE.withWeightDecay(0.1),
            NONE.withDropout(new Dropout(0.1, List.of())),
            NONE.withMaxNorm(1),
            NONE.withGradientClip(0, 1))) {
      assertThatThrownBy(() -> lbfgs(regularization))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("l-bfgs can have a penalty of regParam with elasticNetParam = 0");
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "4, 3"})
  void learnsWithAllOfIt(int shards, int localSteps) {
    Rows rows = Rows.clouds(new Random(6), 400, COLUMNS, 4);
    Regularization mild =
        new Regularization(1e-4, 0.5, 0.01, new Dropout(0.05, List.of(0.2)), 4, 1, 1);
    List<EpochRecord> epochs =
        train(
                rows.objective(shards, 16),
                plan("adam", 0.02, localSteps, 30).withRegularization(mild))
            .epochs();
    assertThat(epochs.get(29).loss()).isLessThan(0.6 * epochs.get(0).loss());
    assertThat(epochs.get(29).accuracy()).isGreaterThan(0.75);
  }
}
