package org.sparkmlp.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.ReferenceNetwork;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.schedule.Schedule;
import org.sparkmlp.schedule.Schedules;

class TrainerTest {
  private static final int COLUMNS = 6;
  private static final Topology TOPOLOGY =
      new Topology(new int[] {COLUMNS, 8, 4}, Activations.TANH, Losses.SOFTMAX_CROSS_ENTROPY, true);
  private static final float[] START = Initializer.parse("auto").weights(TOPOLOGY, 11);

  private static Plan plan(
      String solver, double stepSize, int batchSize, int localSteps, int epochs) {
    return new Plan(
        TOPOLOGY,
        "openblas",
        (Optimizer) Solvers.parse(solver),
        stepSize,
        Schedules.parse("cosine"),
        batchSize,
        localSteps,
        epochs,
        0,
        42);
  }

  private static TrainingResult train(Objective objective, Plan plan) {
    return new Trainer(objective, plan, TrainingListener.NONE).train(START);
  }

  private static float[] train(Objective objective, Plan plan, Averaging averaging) {
    return new Trainer(objective, plan, TrainingListener.NONE, averaging).train(START).weights();
  }

  /** Mean loss of all training rows, by the reference. */
  private static double meanLoss(Rows rows, float[] weights, double[] gradient) {
    int n = rows.features.size();
    DMatrixRMaj x = new DMatrixRMaj(n, rows.columns);
    DMatrixRMaj y = new DMatrixRMaj(n, TOPOLOGY.outputs());
    double[] rowWeights = new double[n];
    double[] w = new double[weights.length];
    Arrays.setAll(w, i -> weights[i]);
    double total = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < rows.columns; j++) {
        x.set(i, j, rows.features.get(i)[j]);
      }
      y.set(i, rows.labels.get(i).intValue(), 1);
      rowWeights[i] = rows.weights.get(i);
      total += rowWeights[i];
    }
    double loss = new ReferenceNetwork(TOPOLOGY).loss(w, x, y, rowWeights, gradient) / total;
    if (gradient != null) {
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] /= total;
      }
    }
    return loss;
  }

  @Test
  void aFullBatchStepIsOneStepOfGradientDescentByTheReference() {
    Rows rows = Rows.clouds(new Random(1), 101, COLUMNS, 4);
    double[] gradient = new double[START.length];
    double loss = meanLoss(rows, START, gradient);
    for (int numShards : new int[] {1, 2, 7}) {
      TrainingResult result = train(rows.objective(numShards, 16), plan("sgd", 0.5, 1000, 1, 1));
      for (int i = 0; i < START.length; i++) {
        assertThat((double) result.weights()[i])
            .isCloseTo(START[i] - 0.5 * gradient[i], within(1e-6));
      }
      assertThat(result.epochs().get(0).loss()).isCloseTo(loss, within(1e-6));
    }
  }

  @Test
  void numberOfShardsHardlyMattersForAFullBatchAndBlockSizeNotAtAll() {
    Rows rows = Rows.clouds(new Random(2), 203, COLUMNS, 4);
    Plan plan = plan("adam", 0.01, 1000, 1, 5);
    float[] one = train(rows.objective(1, 16), plan).weights();
    assertThat(train(rows.objective(5, 16), plan).weights()).containsExactly(one, within(1e-5f));
    for (int localSteps : new int[] {1, 3}) {
      Plan small = plan("adam", 0.01, 32, localSteps, 4);
      float[] expected = train(rows.objective(3, 128), small).weights();
      for (int blockSize : new int[] {1, 7, 1000}) {
        assertThat(train(rows.objective(3, blockSize), small).weights()).containsExactly(expected);
      }
    }
  }

  @Test
  void aRowOfWeightTwoEqualsTheRowTwice() {
    Rows weighted = Rows.clouds(new Random(3), 60, COLUMNS, 4);
    Rows doubled = new Rows(COLUMNS);
    for (int i = 0; i < 60; i++) {
      float[] x = weighted.features.get(i);
      float label = weighted.labels.get(i);
      boolean heavy = i % 3 == 0;
      weighted.weights.set(i, heavy ? 2f : 1f);
      doubled.add(x, label);
      if (heavy) {
        doubled.add(x, label);
      }
    }
    Plan plan = plan("momentum", 0.1, 1000, 1, 10);
    assertThat(train(weighted.objective(3, 16), plan).weights())
        .containsExactly(train(doubled.objective(3, 16), plan).weights(), within(1e-5f));
  }

  @Test
  void permutingClassesPermutesOutputs() {
    Rows rows = Rows.clouds(new Random(4), 80, COLUMNS, 4);
    int[] to = {2, 0, 3, 1};
    Rows permuted = new Rows(COLUMNS);
    for (int i = 0; i < 80; i++) {
      permuted.add(rows.features.get(i), to[rows.labels.get(i).intValue()]);
    }
    Topology.Slice last = TOPOLOGY.slices().get(2);
    float[] start = START.clone();
    permuteColumns(START, start, last, to);
    Plan plan = plan("sgd", 0.3, 1000, 1, 10);
    float[] a =
        new Trainer(rows.objective(1, 16), plan, TrainingListener.NONE).train(START).weights();
    float[] b =
        new Trainer(permuted.objective(1, 16), plan, TrainingListener.NONE).train(start).weights();
    float[] expected = a.clone();
    permuteColumns(a, expected, last, to);
    permuteColumns(a, expected, TOPOLOGY.slices().get(3), to);
    assertThat(b).containsExactly(expected, within(1e-5f));
  }

  private static void permuteColumns(float[] from, float[] into, Topology.Slice slice, int[] to) {
    for (int r = 0; r < slice.rows(); r++) {
      for (int c = 0; c < slice.columns(); c++) {
        into[slice.offset() + r * slice.columns() + to[c]] =
            from[slice.offset() + r * slice.columns() + c];
      }
    }
  }

  @Test
  void withOneShardTheNumberOfLocalStepsChangesNoBit() {
    Rows rows = Rows.clouds(new Random(5), 150, COLUMNS, 4);
    for (String solver : Solvers.names()) {
      if (!solver.equals("l-bfgs")) {
        float[] synchronous = train(rows.objective(1, 16), plan(solver, 0.01, 32, 1, 3)).weights();
        for (int localSteps : new int[] {2, 3, 100}) {
          assertThat(train(rows.objective(1, 16), plan(solver, 0.01, 32, localSteps, 3)).weights())
              .as("%s, %d local steps", solver, localSteps)
              .containsExactly(synchronous);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 4", "4, 1", "4, 3", "4, 100", "8, 2"})
  void learnsWhateverTheRounds(int numShards, int localSteps) {
    Rows rows = Rows.clouds(new Random(6), 400, COLUMNS, 4);
    TrainingResult result =
        train(rows.objective(numShards, 16), plan("adam", 0.02, 16, localSteps, 30));
    EpochRecord first = result.epochs().get(0);
    EpochRecord last = result.epochs().get(29);
    assertThat(last.loss()).isLessThan(0.5 * first.loss()).isLessThan(0.55);
    assertThat(last.accuracy()).isGreaterThan(0.8);
    assertThat(last.learningRate())
        .isCloseTo(0.02 * (1 + Math.cos(Math.PI * 29 / 30)) / 2, within(1e-9));
    assertThat(result.costs().rows()).isEqualTo(30 * 400);
  }

  /**
   * Which rows each step takes is part of the definition: step t of T has rows floor(n t/T) to
   * floor(n (t+1)/T).
   */
  @ParameterizedTest
  @CsvSource({
    "10, 4, 1,  3", // 10 rows, batches of 4: the last is short
    "3, 8, 1,   1", // fewer rows than a batch
    "100, 2, 5, 10", // a batch smaller than the number of shards: 20 rows a shard, 10 updates each
    "100, 2, 1, 50"
  })
  void stepsOfAnEpoch(int rows, int batchSize, int shardsAndLocal, int steps) {
    int localSteps = shardsAndLocal == 1 ? 1 : 2;
    int[] perShard = new int[shardsAndLocal];
    Arrays.fill(perShard, rows / shardsAndLocal);
    assertThat(
            plan("sgd", 0.1, batchSize, localSteps, 1)
                .stepsPerEpoch(new DataLayout(1, perShard, 0)))
        .isEqualTo(steps);
    int total = 0;
    for (int t = 0; t < steps; t++) {
      int share =
          ShardPass.share(perShard[0], t + 1, steps) - ShardPass.share(perShard[0], t, steps);
      assertThat(share).isBetween(0, batchSize);
      total += share;
    }
    assertThat(total).isEqualTo(perShard[0]);
  }

  @ParameterizedTest
  @CsvSource({"64, 1000, 32", "200, 320, 64", "3, 7, 5", "16, 1, 4", "5, 0, 2"})
  void synchronousBatchesAreCutFromOneSequenceHoweverManyShards(
      int shards, int perShard, int batchSize) {
    int all = shards * perShard;
    int[] rows = new int[shards];
    Arrays.fill(rows, perShard);
    int steps = plan("sgd", 0.1, batchSize, 1, 1).stepsPerEpoch(new DataLayout(1, rows, 0));
    for (int t = 0; t <= steps; t++) {
      int before = 0;
      for (int s = 0; s < shards; s++) {
        before += ShardPass.staggeredShare(perShard, t, steps, s, shards);
      }
      assertThat(before).isEqualTo((int) ((long) all * t / steps));
    }
  }

  @Test
  void moreUpdatesAnEpochThanCanBeCountedAreRefused() {
    DataLayout large = new DataLayout(1, new int[] {2_000_000_000, 2_000_000_000}, 0);
    assertThatThrownBy(() -> plan("sgd", 0.1, 1, 1, 1).stepsPerEpoch(large))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4000000000 updates an epoch with batchSize = 1");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void aSlotThatOverflowsIsDivergence(int localSteps) {
    // the gradient's square is infinite: Adam's step would be 0 for ever, and the loss stays finite
    Rows rows = Rows.clouds(new Random(13), 100, COLUMNS, 4);
    rows.features.forEach(row -> row[0] *= 1e22f);
    Topology linear =
        new Topology(
            new int[] {COLUMNS, 8, 4}, Activations.IDENTITY, Losses.SOFTMAX_CROSS_ENTROPY, true);
    Optimizer adam = (Optimizer) Solvers.parse("adam");
    Schedule constant = Schedules.parse("constant");
    Plan plan = new Plan(linear, "openblas", adam, 1e-3, constant, 16, localSteps, 2, 0, 42);
    assertThatThrownBy(
            () -> new Trainer(rows.objective(2, 16), plan, TrainingListener.NONE).train(START))
        .isInstanceOf(DivergenceException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 50})
  void emptyShardsAndBatchesSmallerThanTheirNumberAreFine(int localSteps) {
    Rows rows = Rows.clouds(new Random(7), 9, COLUMNS, 4);
    TrainingResult result = train(rows.objective(40, 16), plan("adam", 0.05, 2, localSteps, 20));
    assertThat(result.costs().rows()).isEqualTo(20 * 9);
    assertThat(result.epochs().get(19).loss()).isLessThan(result.epochs().get(0).loss());
  }

  @Test
  void aShardWithoutRowsForAStepMakesNoUpdate() {
    // two shards of unequal size: the small one has rows in one of the three steps only
    Rows rows = Rows.clouds(new Random(8), 64, COLUMNS, 4);
    LocalObjective objective = rows.objective(2, 16);
    Plan plan = plan("adam", 0.05, 12, 100, 1);
    int steps = plan.stepsPerEpoch(objective.layout());
    RoundResult round =
        objective.round(
            new LocalSteps(plan, steps, steps),
            new TrainingState(START, new float[2 * START.length], TrainingState.NONE, 0, 0, 0));
    assertThat(round.rows()).isEqualTo(64);
    assertThat(round.scale()).isEqualTo(64);
    assertThat(round.weight()).isEqualTo(64);
  }

  @Test
  void validationAndListenersChangeNoBit() {
    Rows plain = Rows.clouds(new Random(9), 120, COLUMNS, 4);
    Rows withValidation = Rows.clouds(new Random(9), 120, COLUMNS, 4);
    Rows others = Rows.clouds(new Random(10), 60, COLUMNS, 4);
    for (int i = 0; i < 60; i++) {
      withValidation.add(others.features.get(i), others.labels.get(i), 1, true);
    }
    Plan plan = plan("adam", 0.05, 16, 3, 5);
    List<EpochRecord> heard = new ArrayList<>();
    List<Long> rows = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onEpoch(EpochRecord epoch) {
            heard.add(epoch);
          }

          @Override
          public void onRound(double epoch, int epochs, double loss, long rowsSoFar) {
            assertThat(epochs).isEqualTo(5);
            assertThat(epoch).isBetween(0.0, 5.0);
            rows.add(rowsSoFar);
          }
        };
    TrainingResult a = train(plain.objective(3, 16), plan);
    TrainingResult b = new Trainer(withValidation.objective(3, 16), plan, listener).train(START);
    assertThat(b.weights()).containsExactly(a.weights());
    assertThat(heard).isEqualTo(b.epochs()).hasSize(5);
    assertThat(rows).isSorted().endsWith(5 * 120L);
    assertThat(a.epochs().get(4).validationLoss()).isNaN();
    assertThat(heard.get(4).validationLoss())
        .isCloseTo(meanLoss(others, b.weights(), null), within(1e-5));
    assertThat(heard.get(4).validationAccuracy()).isGreaterThan(0.5);
  }

  @Test
  void anAveragingSeesWhereARoundBeganAndTheMeanOfItsShards() {
    Rows rows = Rows.clouds(new Random(14), 120, COLUMNS, 4);
    LocalObjective objective = rows.objective(3, 16);
    Plan plan = plan("adam", 0.05, 16, 2, 1);
    int steps = plan.stepsPerEpoch(objective.layout());
    List<Averaging.Point> heard = new ArrayList<>();
    float[] weights =
        train(
            objective,
            plan,
            (before, mean) -> {
              heard.add(before);
              heard.add(mean);
              return mean;
            });
    RoundResult round =
        objective.round(
            new LocalSteps(plan, steps, 2),
            new TrainingState(START, new float[2 * START.length], TrainingState.NONE, 0, 0, 0));
    double[] total = new double[3 * START.length];
    round.vector().total(total);
    float[] means = new float[total.length];
    for (int i = 0; i < total.length; i++) {
      means[i] = (float) (total[i] / round.scale());
    }
    assertThat(heard).hasSize(2 * ((steps + 1) / 2));
    assertThat(heard.get(0).weights()).containsExactly(START);
    assertThat(heard.get(0).slots()).containsOnly(0);
    assertThat(heard.get(0).updates()).isZero();
    Averaging.Point mean = heard.get(1);
    assertThat(mean.weights()).containsExactly(Arrays.copyOf(means, START.length));
    assertThat(mean.slots()).containsExactly(Arrays.copyOfRange(means, START.length, means.length));
    assertThat(mean.updates()).isEqualTo(2);
    assertThat(heard.get(2).weights()).containsExactly(mean.weights());
    assertThat(weights).containsExactly(heard.get(heard.size() - 1).weights());
    assertThat(weights).containsExactly(train(objective, plan).weights());
  }

  @Test
  void aRoundBeginsWhereTheAveragingSays() {
    Rows rows = Rows.clouds(new Random(15), 120, COLUMNS, 4);
    LocalObjective objective = rows.objective(3, 16);
    Plan plan = plan("adam", 0.05, 16, 1000, 2); // a round an epoch
    float[] slots = new float[2 * START.length];
    Arrays.fill(slots, 0.5f);
    List<Averaging.Point> means = new ArrayList<>();
    float[] weights =
        train(
            objective,
            plan,
            (before, mean) -> {
              means.add(mean);
              return new Averaging.Point(START, slots, 7);
            });
    assertThat(weights).containsExactly(START);
    int steps = plan.stepsPerEpoch(objective.layout());
    RoundResult second =
        objective.round(
            new LocalSteps(plan, steps, steps),
            new TrainingState(START, slots, TrainingState.NONE, 1, 0, 7));
    double[] total = new double[3 * START.length];
    second.vector().total(total);
    for (int i = 0; i < START.length; i++) {
      assertThat(means.get(1).weights()[i]).isEqualTo((float) (total[i] / second.scale()));
    }
    assertThat(means.get(1).updates()).isEqualTo(7 + steps);
  }

  @Test
  void outerMomentumMovesTheMeanOfSeveralShards() {
    Rows rows = Rows.clouds(new Random(17), 120, COLUMNS, 4);
    Plan plan = plan("adam", 0.05, 16, 2, 3).withOuterMomentum(0.6);
    List<Averaging.Point> heard = new ArrayList<>();
    Averaging listening =
        (before, mean) -> {
          heard.add(before);
          heard.add(mean);
          return mean;
        };
    float[] weights = train(rows.objective(3, 16), plan, listening);
    int steps = plan.stepsPerEpoch(rows.objective(3, 16).layout());
    assertThat(steps).isEqualTo(3); // rounds of 2 steps and of 1
    double[] rates = new double[heard.size() / 2];
    for (int epoch = 0; epoch < 3; epoch++) {
      rates[2 * epoch] = (plan.rate(epoch, 0, steps) + plan.rate(epoch, 1, steps)) / 2;
      rates[2 * epoch + 1] = plan.rate(epoch, 2, steps);
    }
    double[] velocity = new double[START.length];
    for (int round = 0; 2 * round < heard.size(); round++) {
      double kept = round == 0 ? 0 : 0.6 * rates[round] / rates[round - 1];
      float[] before = heard.get(2 * round).weights();
      float[] mean = heard.get(2 * round + 1).weights();
      float[] after = 2 * round + 2 < heard.size() ? heard.get(2 * round + 2).weights() : weights;
      for (int i = 0; i < velocity.length; i++) {
        double d = before[i] - mean[i];
        velocity[i] = kept * velocity[i] + d;
        assertThat((double) after[i])
            .isCloseTo(before[i] - 0.7 * (d + 0.6 * velocity[i]), within(1e-6));
      }
    }
    LocalObjective single = rows.objective(1, 16);
    assertThat(train(single, plan).weights())
        .containsExactly(train(single, plan.withOuterMomentum(0)).weights());
  }

  @Test
  void anAveragingThatLeavesTheNumbersIsDivergence() {
    Rows rows = Rows.clouds(new Random(16), 120, COLUMNS, 4);
    Plan plan = plan("adam", 0.05, 16, 2, 1);
    assertThatThrownBy(
            () ->
                train(
                    rows.objective(3, 16),
                    plan,
                    (before, mean) -> {
                      float[] weights = mean.weights().clone();
                      weights[3] = Float.NaN;
                      return new Averaging.Point(weights, mean.slots(), mean.updates());
                    }))
        .isInstanceOf(DivergenceException.class);
  }

  @Test
  void tolEndsTrainingThatNoLongerImproves() {
    Rows rows = Rows.clouds(new Random(11), 100, COLUMNS, 4);
    Plan endless = plan("sgd", 1e-9, 50, 1, 50);
    Plan stopping =
        new Plan(
            TOPOLOGY,
            "openblas",
            endless.optimizer(),
            1e-9,
            endless.schedule(),
            50,
            1,
            50,
            1e-3,
            42);
    assertThat(train(rows.objective(1, 16), endless).epochs()).hasSize(50);
    TrainingResult stopped = train(rows.objective(1, 16), stopping);
    assertThat(stopped.epochs()).hasSize(11); // the first sets the mark, ten don't reach it
    assertThat(stopped.stopReason())
        .isEqualTo("the loss fell by less than tol = 0.001 in 10 epochs");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void divergenceIsAnErrorThatSaysWhereAndWhatToDo(int localSteps) {
    Rows rows = Rows.clouds(new Random(12), 100, COLUMNS, 4);
    Topology linear =
        new Topology(
            new int[] {COLUMNS, 8, 4}, Activations.IDENTITY, Losses.MEAN_SQUARED_ERROR, true);
    Plan plan =
        new Plan(
            linear,
            "openblas",
            (Optimizer) Solvers.parse("sgd"),
            1000,
            Schedules.parse("constant"),
            16,
            localSteps,
            50,
            0,
            42);
    Trainer trainer = new Trainer(rows.objective(2, 16), plan, TrainingListener.NONE);
    assertThatThrownBy(() -> trainer.train(START))
        .isInstanceOf(DivergenceException.class)
        .hasMessageMatching(
            "training diverged in epoch \\d+, update \\d+ of \\d+: the loss is .* at learning rate 1000\\.0.*stepSize ten times"
                + " smaller.*");
  }

  @Test
  void autoLocalStepsFollowsTheSizes() {
    DataLayout one = new DataLayout(784, new int[] {60000}, 0);
    DataLayout two = new DataLayout(784, new int[] {30000, 30000}, 0);
    DataLayout small = new DataLayout(64, new int[] {240, 240, 240, 240}, 0);
    assertThat(AutoLocalSteps.choose(one, 128, 235146, 2).localSteps()).isEqualTo(469);
    assertThat(AutoLocalSteps.choose(two, 128, 235146, 2).localSteps()).isEqualTo(79);
    // ten times the rows, and a network fifty times larger: several rounds an epoch, equally long
    DataLayout many = new DataLayout(784, new int[] {300_000, 300_000}, 0);
    assertThat(AutoLocalSteps.choose(many, 256, 12_000_000, 2).localSteps()).isEqualTo(32);
    // a hundred shards: 1.5 s for 12 MB each by a tree, so a whole epoch of 7.7 ms updates
    int[] hundred = new int[100];
    java.util.Arrays.fill(hundred, 100_000);
    DataLayout wide = new DataLayout(784, hundred, 0);
    assertThat(AutoLocalSteps.choose(wide, 128, 1_000_000, 2).localSteps()).isEqualTo(782);
    assertThat(AutoLocalSteps.choose(small, 32, 10000, 2).localSteps()).isEqualTo(8);
    assertThat(AutoLocalSteps.choose(two, 8192, 12_000_000, 2).localSteps()).isEqualTo(1);
    assertThat(AutoLocalSteps.choose(small, 32, 10000, 2).reason())
        .isEqualTo(
            "an aggregation costs about 7 ms, an update 0.019 ms: one aggregation an epoch of 8 updates");
  }
}
