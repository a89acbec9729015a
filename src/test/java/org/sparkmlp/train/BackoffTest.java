package org.sparkmlp.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.CapturedLog;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.schedule.Schedules;

/** Training that diverges and is told to return to good weights. */
class BackoffTest {
  private static final Topology LINEAR =
      new Topology(new int[] {6, 8, 4}, Activations.IDENTITY, Losses.MEAN_SQUARED_ERROR, true);
  private static final float[] START = Initializer.parse("auto").weights(LINEAR, 11);
  private static final int EPOCHS = 20;

  private static TrainingResult train(
      double stepSize, int localSteps, Safeguards safeguards, TrainingListener listener) {
    Plan plan =
        new Plan(
                LINEAR,
                "openblas",
                (Optimizer) Solvers.parse("momentum"),
                stepSize,
                Schedules.parse("constant"),
                16,
                localSteps,
                EPOCHS,
                0,
                42)
            .withOuterMomentum(0.5);
    Rows rows = Rows.clouds(new Random(12), 100, 6, 4);
    return new Trainer(rows.objective(2, 16), plan, listener, safeguards).train(START);
  }

  private static Safeguards backOff(CheckpointStore store) {
    return new Safeguards(new CheckpointPolicy(store, 1), true);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void trainingGoesOnFromGoodWeightsWithATenthOfTheRate(int localSteps) {
    List<EpochRecord> heard = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onEpoch(EpochRecord epoch) {
            heard.add(epoch);
          }
        };
    TrainingResult result;
    try (CapturedLog log = new CapturedLog(Trainer.class.getName())) {
      result = train(4, localSteps, backOff(null), listener);
      assertThat(log.lines()).hasSize(result.backoffs().size());
      assertThat(log.lines().get(0))
          .matches(
              "WARN the loss ceased to be finite in epoch \\d+, update \\d+ of \\d+: back to the weights after epoch \\d+,"
                  + " with stepSize = 0\\.4 \\(return 1 of at most 3\\)");
    }
    assertThat(result.backoffs()).hasSizeBetween(1, 3);
    Backoff first = result.backoffs().get(0);
    assertThat(first.stepSize()).isEqualTo(0.4);
    assertThat(first.epochsKept()).isLessThan(first.epoch());
    assertThat(first.update()).isPositive();
    assertThat(result.epochs()).hasSize(EPOCHS);
    assertThat(heard).hasSizeGreaterThanOrEqualTo(EPOCHS);
    for (int i = 0; i < EPOCHS; i++) {
      assertThat(result.epochs().get(i).epoch()).isEqualTo(i + 1);
    }
    EpochRecord last = result.epochs().get(EPOCHS - 1);
    assertThat(last.learningRate())
        .isEqualTo(result.backoffs().get(result.backoffs().size() - 1).stepSize());
    assertThat(last.loss()).isLessThan(0.5);
    assertThat(train(4, localSteps, backOff(null), TrainingListener.NONE).weights())
        .containsExactly(result.weights());
  }

  /**
   * A rate that grows and grows: the loss falls, then rises for epochs, and only then is no number.
   * The weights of those epochs were on their way to infinity already.
   */
  @Test
  void whatLedToDivergenceIsGivenUpToo() {
    Topology flat =
        new Topology(new int[] {6, 4}, Activations.IDENTITY, Losses.MEAN_SQUARED_ERROR, true);
    Plan plan =
        new Plan(
            flat,
            "openblas",
            (Optimizer) Solvers.parse("sgd"),
            16,
            Schedules.parse("warmup(60ep)"),
            50,
            1,
            60,
            0,
            42);
    List<Double> losses = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onEpoch(EpochRecord epoch) {
            losses.add(epoch.loss());
          }
        };
    Rows rows = Rows.clouds(new Random(12), 100, 6, 4);
    TrainingResult result;
    try (CapturedLog log = new CapturedLog(Trainer.class.getName())) {
      result =
          new Trainer(rows.objective(2, 16), plan, listener, backOff(null))
              .train(new float[flat.size()]);
    }
    Backoff first = result.backoffs().get(0);
    List<Double> before = losses.subList(0, first.epoch() - 1);
    assertThat(before.get(before.size() - 1)).isGreaterThan(1e6);
    int best = before.indexOf(before.stream().mapToDouble(loss -> loss).min().getAsDouble());
    assertThat(best).isBetween(2, before.size() - 5);
    assertThat(first.epochsKept()).isEqualTo(best);
    assertThat(result.epochs()).hasSize(60);
    assertThat(result.epochs().get(59).loss()).isLessThan(1.1 * before.get(best));
  }

  @Test
  void afterThreeReturnsItIsAnErrorAfterAll() {
    try (CapturedLog log = new CapturedLog(Trainer.class.getName())) {
      assertThatThrownBy(() -> train(1e9, 4, backOff(null), TrainingListener.NONE))
          .isInstanceOf(DivergenceException.class)
          .hasMessageMatching(
              "training diverged in epoch \\d+, .* at learning rate 1000000\\.0\\. Try .*"
                  + "; onDivergence = backoff has gone back 3 times already");
      assertThat(log.lines()).hasSize(3);
    }
    MemoryStore store = new MemoryStore();
    try (CapturedLog log = new CapturedLog(Checkpoints.class.getName())) {
      Safeguards checkpoints = new Safeguards(new CheckpointPolicy(store, 1), false);
      assertThatThrownBy(() -> train(0.8, 4, checkpoints, TrainingListener.NONE))
          .isInstanceOf(DivergenceException.class);
    }
    assertThat(store.completed).isNotEmpty();
    assertThat(store.files).as("checkpoints that would lead to the same error").isEmpty();
    assertThatThrownBy(() -> train(1e9, 4, Safeguards.NONE, TrainingListener.NONE))
        .isInstanceOf(DivergenceException.class)
        .hasMessageContaining("or onDivergence = backoff");
  }

  @Test
  void trainingThatDoesNotDivergeIsTheSameBitForBit() {
    TrainingResult plain = train(0.01, 4, Safeguards.NONE, TrainingListener.NONE);
    TrainingResult guarded = train(0.01, 4, backOff(null), TrainingListener.NONE);
    assertThat(guarded.weights()).containsExactly(plain.weights());
    assertThat(guarded.backoffs()).isEmpty();
  }

  /** Killed after every epoch in turn, those before a return, and those after it. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void returnsAreInTheCheckpoint(int localSteps) {
    try (CapturedLog log = new CapturedLog(Trainer.class.getName());
        CapturedLog others = new CapturedLog(Checkpoints.class.getName())) {
      int[] count = new int[1];
      TrainingListener counter =
          new TrainingListener() {
            @Override
            public void onEpoch(EpochRecord epoch) {
              count[0]++;
            }
          };
      TrainingResult expected = train(1.0, localSteps, backOff(null), counter);
      assertThat(expected.backoffs()).isNotEmpty();
      for (int kill = 1; kill <= count[0]; kill++) {
        MemoryStore store = new MemoryStore();
        int last = kill;
        int[] heard = new int[1];
        TrainingListener killer =
            new TrainingListener() {
              @Override
              public void onEpoch(EpochRecord epoch) {
                if (++heard[0] == last) {
                  throw new MemoryStore.Killed();
                }
              }
            };
        assertThatThrownBy(() -> train(1.0, localSteps, backOff(store), killer))
            .isInstanceOf(MemoryStore.Killed.class);
        int[] again = new int[1];
        TrainingResult result =
            train(
                1.0,
                localSteps,
                backOff(store),
                new TrainingListener() {
                  @Override
                  public void onEpoch(EpochRecord epoch) {
                    again[0]++;
                  }
                });
        assertThat(result.weights())
            .as("killed after %d", kill)
            .containsExactly(expected.weights());
        assertThat(result.backoffs()).isEqualTo(expected.backoffs());
        assertThat(again[0]).as("epochs after the kill").isEqualTo(count[0] - kill + 1);
      }
    }
  }
}
