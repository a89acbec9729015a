package org.sparkmlp.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.Golden;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.schedule.Plateau;
import org.sparkmlp.schedule.Schedules;

/** The rate of training that no longer improves. */
class PlateauTest {
  private static final JsonNode GOLDEN = Golden.read("schedules.json");

  private static EpochRecord epoch(int number, double loss, double validationLoss) {
    return new EpochRecord(number, loss, 0, 0, validationLoss, 0, 0);
  }

  /** The losses have noise, a long fall and a rise: every branch of the rule is taken. */
  @Test
  void equalsPyTorch() {
    double[] losses = Golden.numbers(GOLDEN.get("losses"));
    GOLDEN
        .get("plateaus")
        .properties()
        .forEach(
            entry -> {
              Plateau rule = Schedules.parse(entry.getKey()).plateau(1).orElseThrow();
              double[] rates = Golden.numbers(entry.getValue());
              List<EpochRecord> epochs = new ArrayList<>();
              List<EpochRecord> validated = new ArrayList<>();
              for (int i = 0; i < losses.length; i++) {
                epochs.add(epoch(i + 1, losses[i], Double.NaN));
                validated.add(epoch(i + 1, 1, losses[i]));
                for (List<EpochRecord> history : List.of(epochs, validated)) {
                  assertThat(PlateauRule.factorAfter(history, rule))
                      .as("%s after %d", entry.getKey(), i)
                      .isCloseTo(rates[i], within(1e-12));
                }
              }
              assertThat(rates[losses.length - 1]).isLessThan(0.6);
            });
    assertThat(GOLDEN.get("plateaus")).hasSize(4);
  }

  @Test
  void epochsBeforeItBeginsDoNotCountAndLossesMayBeNegative() {
    Plateau rule = Schedules.parse("reduceOnPlateau(0.5,1)").plateau(1).orElseThrow();
    Plateau late =
        Schedules.parse("warmup(30step).then(reduceOnPlateau(0.5,1))").plateau(0.1).orElseThrow();
    List<EpochRecord> flat = new ArrayList<>();
    double[] expected = {1, 1, 0.5, 0.5, 0.25, 0.25};
    for (int i = 0; i < 6; i++) {
      flat.add(epoch(i + 1, -2, Double.NaN));
      assertThat(PlateauRule.factorAfter(flat, rule)).isEqualTo(expected[i]);
      assertThat(PlateauRule.factorAfter(flat, late)).isEqualTo(i < 3 ? 1 : expected[i - 3]);
    }
    List<EpochRecord> falling = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      falling.add(epoch(i + 1, -2 - i, Double.NaN));
    }
    assertThat(PlateauRule.factorAfter(falling, rule)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void theTrainerTrainsWithTheRateOfTheRule(int localSteps) {
    Topology topology =
        new Topology(new int[] {6, 8, 4}, Activations.TANH, Losses.SOFTMAX_CROSS_ENTROPY, true);
    float[] start = Initializer.parse("auto").weights(topology, 11);
    Rows rows = Rows.clouds(new Random(1), 100, 6, 4);
    Plan plan =
        new Plan(
            topology,
            "openblas",
            (Optimizer) Solvers.parse("adam"),
            0.5, // far too much
            Schedules.parse("reduceOnPlateau(factor=0.2,patience=1)"),
            16,
            localSteps,
            30,
            0,
            42);
    TrainingResult result =
        new Trainer(rows.objective(2, 16), plan, TrainingListener.NONE).train(start);
    Plateau rule = plan.schedule().plateau(1).orElseThrow();
    List<EpochRecord> epochs = result.epochs();
    for (int i = 0; i < epochs.size(); i++) {
      assertThat(epochs.get(i).learningRate())
          .isEqualTo(0.5 * PlateauRule.factorAfter(epochs.subList(0, i), rule));
    }
    assertThat(epochs.get(29).learningRate()).isLessThan(0.11);
    Plan constant =
        new Plan(
            topology,
            "openblas",
            plan.optimizer(),
            0.5,
            Schedules.parse("constant"),
            16,
            localSteps,
            30,
            0,
            42);
    TrainingResult wild =
        new Trainer(rows.objective(2, 16), constant, TrainingListener.NONE).train(start);
    assertThat(result.weights()).isNotEqualTo(wild.weights());
    assertThat(epochs.get(29).loss()).isLessThan(epochs.get(0).loss());
  }

  /** As OuterMomentum has it for schedules: velocity of a higher rate shrinks with the rate. */
  @Test
  void outerVelocityShrinksWithTheRate() {
    Topology topology =
        new Topology(new int[] {6, 8, 4}, Activations.TANH, Losses.SOFTMAX_CROSS_ENTROPY, true);
    Plan plan =
        new Plan(
                topology,
                "openblas",
                (Optimizer) Solvers.parse("sgd"),
                3,
                Schedules.parse("reduceOnPlateau(factor=0.25,patience=0,threshold=0.3)"),
                16,
                1000, // a round an epoch
                6,
                0,
                42)
            .withOuterMomentum(0.6);
    Rows rows = Rows.clouds(new Random(1), 100, 6, 4);
    List<Averaging.Point> heard = new ArrayList<>();
    TrainingResult result =
        new Trainer(
                rows.objective(2, 16),
                plan,
                TrainingListener.NONE,
                (before, mean) -> {
                  heard.add(before);
                  heard.add(mean);
                  return mean;
                })
            .train(Initializer.parse("auto").weights(topology, 11));
    double[] velocity = new double[topology.size()];
    double before = 3;
    int cuts = 0;
    for (int epoch = 0; epoch < 6; epoch++) {
      double rate = result.epochs().get(epoch).learningRate();
      cuts += rate < before ? 1 : 0;
      float[] after = epoch < 5 ? heard.get(2 * epoch + 2).weights() : result.weights();
      for (int i = 0; i < velocity.length; i++) {
        double d =
            (double) heard.get(2 * epoch).weights()[i] - heard.get(2 * epoch + 1).weights()[i];
        velocity[i] = 0.6 * rate / before * velocity[i] + d;
        assertThat((double) after[i])
            .isCloseTo(
                heard.get(2 * epoch).weights()[i] - 0.7 * (d + 0.6 * velocity[i]), within(1e-5));
      }
      before = rate;
    }
    assertThat(cuts).isPositive();
  }
}
