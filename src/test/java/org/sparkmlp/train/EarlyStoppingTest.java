package org.sparkmlp.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.Seeds;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.data.FeatureRow;
import org.sparkmlp.data.Shard;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Network;
import org.sparkmlp.nn.Regularization;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Lbfgs;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solver;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.schedule.Schedules;

/**
 * Training that overfits: a third of the few training rows have a wrong label, which the network
 * learns in the end, while the loss of the validation rows falls and then rises.
 */
class EarlyStoppingTest {
  private static final int COLUMNS = 5;
  private static final int MOST = 60;
  private static final Topology TOPOLOGY =
      new Topology(
          new int[] {COLUMNS, 40, 2}, Activations.TANH, Losses.SOFTMAX_CROSS_ENTROPY, true);
  private static final float[] START = Initializer.parse("auto").weights(TOPOLOGY, 3);

  private static Rows overfitting(int validationSeed) {
    Random random = new Random(21);
    Rows rows = new Rows(COLUMNS);
    Rows clean = Rows.clouds(random, 60, COLUMNS, 2);
    for (int i = 0; i < 60; i++) {
      float label = clean.labels.get(i);
      rows.add(clean.features.get(i), i % 3 == 0 ? 1 - label : label);
    }
    if (validationSeed != 0) {
      Rows others = Rows.clouds(new Random(validationSeed), 80, COLUMNS, 2);
      for (int i = 0; i < 80; i++) {
        rows.add(others.features.get(i), others.labels.get(i), 0.5f + i % 3, true);
      }
    }
    return rows;
  }

  /** A training that can be started any number of times. */
  private record Run(
      Solver solver, double stepSize, double tol, int epochs, EarlyStopping stopping) {
    static Run of(String solver, int patience, ValidationMetric metric) {
      double rate = solver.equals("sgd") ? 0.2 : 0.01;
      return new Run(Solvers.parse(solver), rate, 0, MOST, new EarlyStopping(patience, metric));
    }

    Run tol(double other) {
      return new Run(solver, stepSize, other, epochs, stopping);
    }

    Run epochs(int other) {
      return new Run(solver, stepSize, tol, other, EarlyStopping.OFF);
    }

    TrainingResult on(Rows rows) {
      return on(rows, Safeguards.NONE, TrainingListener.NONE);
    }

    TrainingResult on(Rows rows, Safeguards safeguards, TrainingListener listener) {
      Objective objective = rows.objective(2, 16);
      if (solver instanceof Lbfgs lbfgs) {
        return new LbfgsTrainer(
                objective,
                TOPOLOGY,
                "openblas",
                lbfgs,
                epochs,
                1e-9,
                listener,
                safeguards.checkpoints(),
                Regularization.NONE,
                stopping)
            .train(START);
      }
      Plan plan =
          new Plan(
              TOPOLOGY,
              "openblas",
              (Optimizer) solver,
              stepSize,
              Schedules.parse("constant"),
              10,
              2,
              epochs,
              tol,
              42);
      return new Trainer(objective, plan, listener, safeguards, stopping).train(START);
    }
  }

  private static double[] metrics(TrainingResult result) {
    return result.epochs().stream().mapToDouble(EpochRecord::validationMetric).toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"adam", "sgd", "l-bfgs"})
  void theWeightsOfTheBestEpochAreRestoredBitForBit(String solver) {
    Run run = Run.of(solver, 6, ValidationMetric.LOSS);
    TrainingResult stopped = run.on(overfitting(5));
    int best = stopped.bestEpoch();
    assertThat(stopped.epochs()).hasSize(best + 6).hasSizeLessThan(MOST);
    double[] losses = metrics(stopped);
    assertThat(losses[best - 1]).isEqualTo(Arrays.stream(losses).min().getAsDouble());
    assertThat(losses[best + 5]).as("overfits").isGreaterThan(losses[best - 1]);
    assertThat(stopped.stopReason())
        .isEqualTo(
            "validation loss didn't improve in 6 epochs; the weights are those after epoch %d, best by validation loss",
            best);
    TrainingResult unhindered = run.epochs(best).on(overfitting(5));
    assertThat(stopped.weights()).containsExactly(unhindered.weights());
    assertThat(unhindered.bestEpoch()).isEqualTo(best);
  }

  @Test
  void validationRowsInfluenceNoWeightButByStopping() {
    Run run = Run.of("adam", 6, ValidationMetric.LOSS);
    List<Integer> ends = new ArrayList<>();
    for (int validation : new int[] {5, 8, 13}) {
      TrainingResult stopped = run.on(overfitting(validation));
      ends.add(stopped.bestEpoch());
      assertThat(stopped.weights())
          .as("as without any validation rows")
          .containsExactly(run.epochs(stopped.bestEpoch()).on(overfitting(0)).weights());
    }
    assertThat(ends).as("other rows, another best epoch").doesNotHaveDuplicates();
  }

  @Test
  void theMorePatienceTheLaterItEnds() {
    List<Integer> ends = new ArrayList<>();
    List<Double> bests = new ArrayList<>();
    for (int patience : new int[] {1, 3, 8, 20}) {
      TrainingResult result =
          Run.of("adam", patience, ValidationMetric.ACCURACY).on(overfitting(5));
      assertThat(result.epochs()).hasSize(Math.min(MOST, result.bestEpoch() + patience));
      ends.add(result.epochs().size());
      bests.add(metrics(result)[result.bestEpoch() - 1]);
    }
    assertThat(ends).isSorted();
    assertThat(ends.get(0)).isLessThan(ends.get(3));
    assertThat(bests).isSorted();
  }

  @Test
  void theLargerTolTheSoonerItEndsAndTheBestEpochIsTheBestAllTheSame() {
    TrainingResult strict = Run.of("adam", 4, ValidationMetric.LOSS).tol(0.02).on(overfitting(5));
    TrainingResult lenient = Run.of("adam", 4, ValidationMetric.LOSS).on(overfitting(5));
    assertThat(strict.epochs().size()).isLessThan(lenient.epochs().size());
    assertThat(strict.stopReason())
        .startsWith("validation loss didn't improve by more than tol = 0.02 in 4 epochs");
    double[] losses = metrics(strict);
    assertThat(losses[strict.bestEpoch() - 1]).isEqualTo(Arrays.stream(losses).min().getAsDouble());
  }

  @Test
  void withoutValidationRowsTheTrainingLossJudgesAndTheLastWeightsStay() {
    Run still =
        new Run(Solvers.parse("sgd"), 1e-9, 0.001, 30, new EarlyStopping(3, ValidationMetric.LOSS));
    TrainingResult result = still.on(overfitting(0));
    assertThat(result.epochs()).hasSize(1 + 3);
    assertThat(result.stopReason()).isEqualTo("the loss fell by less than tol = 0.001 in 3 epochs");
    assertThat(result.bestEpoch()).isEqualTo(4);
    assertThat(result.weights()).containsExactly(still.epochs(4).on(overfitting(0)).weights());
    TrainingResult all = still.tol(0).epochs(30).on(overfitting(0));
    assertThat(all.epochs()).as("no patience, no tol").hasSize(30);
    assertThat(all.stopReason()).isEqualTo("all 30 epochs done");
  }

  @Test
  void patienceThatIsNeverExhaustedStillRestoresTheBest() {
    TrainingResult result = Run.of("adam", MOST, ValidationMetric.LOSS).on(overfitting(5));
    assertThat(result.epochs()).hasSize(MOST);
    assertThat(result.bestEpoch()).isLessThan(MOST);
    assertThat(result.stopReason())
        .isEqualTo(
            "all 60 epochs done; the weights are those after epoch %d, best by validation loss",
            result.bestEpoch());
  }

  @Test
  void aMetricThatIsNoNumberRestoresNothing() {
    Rows rows = overfitting(0);
    Rows.clouds(new Random(3), 10, COLUMNS, 1)
        .features
        .forEach(x -> rows.add(x, 0, 1, true)); // one class alone has no ROC
    Run run = Run.of("adam", 4, ValidationMetric.AREA_UNDER_ROC);
    TrainingResult result = run.on(rows);
    assertThat(metrics(result)).containsOnly(Double.NaN).hasSize(4);
    assertThat(result.bestEpoch()).isEqualTo(4);
    assertThat(result.stopReason())
        .endsWith("validation areaUnderROC never was a number, so the weights are the last ones");
    assertThat(result.weights()).containsExactly(run.epochs(4).on(rows).weights());
  }

  private record KillAfter(int epoch) implements TrainingListener {
    @Override
    public void onEpoch(EpochRecord record) {
      if (record.epoch() >= epoch) {
        throw new MemoryStore.Killed();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"adam, F1", "sgd, LOSS", "l-bfgs, LOG_LOSS"})
  void aKilledRunEndsWithTheSameBitsAndTheSameBestEpoch(String solver, ValidationMetric metric) {
    Run run = Run.of(solver, 5, metric);
    Rows rows = overfitting(5);
    TrainingResult expected = run.on(rows);
    int end = expected.epochs().size();
    assertThat(expected.bestEpoch()).isLessThan(end);
    for (int kill = 1; kill < end; kill++) {
      MemoryStore store = new MemoryStore();
      Safeguards safeguards = new Safeguards(new CheckpointPolicy(store, 2), false);
      int after = kill;
      assertThatThrownBy(() -> run.on(rows, safeguards, new KillAfter(after)))
          .isInstanceOf(MemoryStore.Killed.class);
      TrainingResult resumed = run.on(rows, safeguards, TrainingListener.NONE);
      assertThat(resumed.weights()).containsExactly(expected.weights());
      assertThat(resumed.bestEpoch()).isEqualTo(expected.bestEpoch());
      assertThat(resumed.stopReason()).isEqualTo(expected.stopReason());
      assertThat(metrics(resumed)).containsExactly(metrics(expected));
    }
  }

  @Test
  void anotherPatienceOrMetricDoesNotResume() {
    Rows rows = overfitting(5);
    MemoryStore store = new MemoryStore();
    Safeguards safeguards = new Safeguards(new CheckpointPolicy(store, 1), false);
    Run run = Run.of("adam", 5, ValidationMetric.LOSS);
    for (Run other :
        List.of(
            run,
            Run.of("adam", 6, ValidationMetric.LOSS),
            Run.of("adam", 5, ValidationMetric.ACCURACY))) {
      assertThatThrownBy(() -> other.on(rows, safeguards, new KillAfter(3)))
          .isInstanceOf(MemoryStore.Killed.class);
    }
    assertThat(store.files.keySet().stream().map(path -> path.split("/", -1)[0]).distinct())
        .hasSize(3);
  }

  /**
   * A network without bounds and far too large a rate: it diverges, and returns. The best epoch is
   * one of those that count, and its weights have the metric that its record tells; killed
   * anywhere, all is the same.
   */
  @ParameterizedTest
  @ValueSource(doubles = {2, 4, 40})
  void afterReturnsFromDivergenceTheBestIsOneOfTheEpochsThatCount(double stepSize) {
    Topology linear =
        new Topology(
            new int[] {COLUMNS, 8, 2}, Activations.IDENTITY, Losses.MEAN_SQUARED_ERROR, true);
    float[] start = Initializer.parse("auto").weights(linear, 11);
    Plan plan =
        new Plan(
            linear,
            "openblas",
            (Optimizer) Solvers.parse("momentum"),
            stepSize,
            Schedules.parse("constant"),
            10,
            2,
            15,
            0,
            42);
    EarlyStopping stopping = new EarlyStopping(15, ValidationMetric.LOSS);
    LocalObjective objective = overfitting(5).objective(2, 16);
    MemoryStore none = new MemoryStore();
    TrainingResult expected =
        new Trainer(
                objective,
                plan,
                TrainingListener.NONE,
                new Safeguards(new CheckpointPolicy(none, 1), true),
                stopping)
            .train(start);
    assertThat(expected.backoffs()).isNotEmpty();
    double[] losses = metrics(expected);
    assertThat(losses[expected.bestEpoch() - 1])
        .isEqualTo(Arrays.stream(losses).min().getAsDouble());
    RoundResult evaluated =
        objective.round(
            new Evaluate(linear, "openblas", plan.networkRows(), ValidationMetric.LOSS),
            expected.weights());
    assertThat(ValidationMetric.LOSS.value(evaluated, linear))
        .isEqualTo(losses[expected.bestEpoch() - 1]);
    for (int kill = 1; kill < 15; kill++) {
      MemoryStore store = new MemoryStore();
      Safeguards safeguards = new Safeguards(new CheckpointPolicy(store, 1), true);
      int after = kill;
      assertThatThrownBy(
              () ->
                  new Trainer(objective, plan, new KillAfter(after), safeguards, stopping)
                      .train(start))
          .isInstanceOf(MemoryStore.Killed.class);
      TrainingResult resumed =
          new Trainer(objective, plan, TrainingListener.NONE, safeguards, stopping).train(start);
      assertThat(resumed.weights()).containsExactly(expected.weights());
      assertThat(resumed.bestEpoch()).isEqualTo(expected.bestEpoch());
    }
  }

  /** Epochs that are given up take the best weights among them with them. */
  @Test
  void aReturnIsOneToWhatWasBestThen() {
    TrainingState[] states = new TrainingState[6];
    for (int i = 0; i < states.length; i++) {
      states[i] =
          new TrainingState(new float[] {i}, TrainingState.NONE, TrainingState.NONE, i, 0, i);
    }
    Progress progress = new Progress(states[0], true, ValidationMetric.LOSS);
    double[] training = {0.5, 0.4, 0.6, 0.7};
    double[] validation = {0.8, 0.9, 0.3, 0.2}; // better and better, but about to diverge
    for (int i = 0; i < 4; i++) {
      progress.add(
          states[i + 1],
          new EpochRecord(i + 1, training[i], 0, 1, validation[i], 0, validation[i], 0));
    }
    assertThat(progress.result(null, "").bestEpoch()).isEqualTo(4);
    assertThat(progress.backOff(1, 0.1).epochsKept()).isEqualTo(1);
    TrainingResult returned = progress.result(null, "");
    assertThat(returned.bestEpoch()).isEqualTo(1);
    assertThat(returned.weights()).containsExactly(1);
    progress.add(states[2], new EpochRecord(2, 0.4, 0, 1, 0.85, 0, 0.85, 0));
    assertThat(progress.result(null, "").bestEpoch()).isEqualTo(1);
    progress.add(states[3], new EpochRecord(3, 0.4, 0, 1, 0.7, 0, 0.7, 0));
    assertThat(progress.result(null, "").bestEpoch()).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource(ValidationMetric.class)
  void metricsAreExactSumsWhateverTheShardsAndTheirOrder(ValidationMetric metric) {
    Random random = Seeds.random("metrics " + metric);
    boolean values = !metric.ofClasses();
    Topology topology =
        values
            ? new Topology(
                new int[] {COLUMNS, 6, 1}, Activations.TANH, Losses.MEAN_SQUARED_ERROR, false)
            : TOPOLOGY;
    float[] weights = Seeds.floats(random, topology.size());
    Rows rows = new Rows(COLUMNS);
    for (int i = 0; i < 200; i++) {
      float[] x = Seeds.floats(random, COLUMNS);
      float target = values ? (float) random.nextGaussian() : random.nextInt(2);
      rows.add(x, target, 0.5f + random.nextInt(3), i % 4 != 0);
    }
    Evaluate evaluate = new Evaluate(topology, "openblas", 1, metric);
    double expected = Double.NaN;
    for (int shards : new int[] {1, 3, 7}) {
      double value = metric.value(rows.objective(shards, 16).round(evaluate, weights), topology);
      assertThat(value).isFinite();
      if (shards > 1) {
        assertThat(value).isCloseTo(expected, within(1e-12));
      }
      expected = value;
    }
    for (int order = 0; order < 5; order++) {
      List<RoundResult> parts = new ArrayList<>();
      rows.objective(7, 16).round(new Parts(evaluate, parts), weights);
      Collections.shuffle(parts, random);
      RoundResult sum = parts.stream().reduce(evaluate.empty(), RoundResult::merge).finish();
      assertThat(metric.value(sum, topology)).isEqualTo(expected);
    }
  }

  /** Hands out what the shards return. */
  private record Parts(Evaluate evaluate, List<RoundResult> parts)
      implements Program<float[], RoundResult> {
    @Override
    public RoundResult empty() {
      return evaluate.empty();
    }

    @Override
    public RoundResult run(float[] weights, Shard shard, Workspaces workspaces) {
      parts.add(evaluate.run(weights, shard, workspaces));
      return empty();
    }
  }

  @Test
  void metricsOfValuesAreTheTextbooks() {
    Random random = Seeds.random("metrics of values");
    Topology topology =
        new Topology(new int[] {COLUMNS, 6, 1}, Activations.TANH, Losses.MEAN_SQUARED_ERROR, false);
    float[] weights = Seeds.floats(random, topology.size());
    Network network = Network.forPrediction(topology, Backends.get("openblas"), 1);
    network.setWeights(weights);
    Rows rows = new Rows(COLUMNS);
    double[] y = new double[50];
    double[] error = new double[50];
    double[] w = new double[50];
    float[] prediction = new float[1];
    FeatureRow row = new FeatureRow(COLUMNS, null);
    for (int i = 0; i < 50; i++) {
      float[] x = Seeds.floats(random, COLUMNS);
      row.set(null, IntStream.range(0, COLUMNS).mapToDouble(j -> x[j]).toArray());
      network.load(0, row);
      network.predict(1, prediction);
      w[i] = 0.5 + i % 3;
      y[i] = (float) (3 + random.nextGaussian());
      error[i] = y[i] - prediction[0];
      rows.add(x, (float) y[i], (float) w[i], true);
    }
    double weight = Arrays.stream(w).sum();
    double mean = 0;
    double absolute = 0;
    double squares = 0;
    for (int i = 0; i < 50; i++) {
      mean += w[i] * y[i] / weight;
      absolute += w[i] * Math.abs(error[i]);
      squares += w[i] * error[i] * error[i];
    }
    double spread = 0;
    for (int i = 0; i < 50; i++) {
      spread += w[i] * (y[i] - mean) * (y[i] - mean);
    }
    Map<ValidationMetric, Double> expected =
        Map.of(
            ValidationMetric.MSE,
            squares / weight,
            ValidationMetric.RMSE,
            Math.sqrt(squares / weight),
            ValidationMetric.MAE,
            absolute / weight,
            ValidationMetric.R2,
            1 - squares / spread);
    expected.forEach(
        (metric, value) -> {
          Evaluate evaluate = new Evaluate(topology, "openblas", 1, metric);
          assertThat(metric.value(rows.objective(3, 16).round(evaluate, weights), topology))
              .as(metric.spec())
              .isCloseTo(value, within(1e-5 * (1 + Math.abs(value))));
        });
  }
}
