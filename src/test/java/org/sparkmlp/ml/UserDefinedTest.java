package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.schedule.Schedule;
import org.sparkmlp.schedule.Schedules;

/** A user's own optimizer and schedule train by their names. */
class UserDefinedTest {
  @BeforeAll
  static void register() {
    Solvers.register("signDescent", List.of("most"), a -> new SignDescent(a.number("most", 1)));
    Schedules.register("halving", List.of("every"), a -> new Halving(a.number("every", 1)));
  }

  /** Steps of equal length, down the sign of the gradient. */
  private record SignDescent(double most) implements Optimizer {
    @Override
    public String spec() {
      return "signDescent(most=" + most + ")";
    }

    @Override
    public List<String> slots() {
      return List.of("steps");
    }

    @Override
    public double defaultStepSize() {
      return 0.01;
    }

    @Override
    public double[] coefficients(double rate, long step) {
      return new double[] {rate};
    }

    @Override
    public double update(double w, double g, double[] s, double[] c) {
      s[0]++;
      return Math.max(-most, Math.min(most, w - c[0] * Math.signum(g)));
    }
  }

  /** Halves the rate every so many epochs. */
  private record Halving(double every) implements Schedule {
    @Override
    public double factor(double t, double total, double step) {
      return StrictMath.pow(0.5, Math.floor(t / every));
    }

    @Override
    public String spec() {
      return "halving(every=" + every + ")";
    }
  }

  @Test
  void anOptimizerAndAScheduleOfOnesOwnTrain() {
    assertThat(Solvers.parse("signDescent(0.5)")).isEqualTo(new SignDescent(0.5));
    assertThat(Solvers.names()).doesNotContain("signDescent");
    assertThat(Schedules.names()).doesNotContain("halving");
    Dataset<Row> rows = Frames.clouds(SparkSessions.shared(), 200, 5, 3);
    for (int localSteps : new int[] {1, 3}) {
      MLPClassificationModel model =
          new MLPClassifier()
              .setHiddenLayers(8)
              .setSolver("signDescent(most=0.7)")
              .setLearningRateSchedule("halving(2,length=8ep).then(constant)")
              .setLocalSteps(localSteps)
              .setOuterMomentum(0)
              .setNumShards(2)
              .setBatchSize(16)
              .setMaxIter(12)
              .setSeed(1)
              .fit(rows);
      for (double weight : model.weights().toArray()) {
        assertThat(Math.abs(weight)).isLessThanOrEqualTo((double) 0.7f);
      }
      double[] rates = model.summary().learningRates();
      assertThat(rates).startsWith(0.01, 0.01, 0.005, 0.005, 0.0025).endsWith(0.01);
      double[] losses = model.summary().objectiveHistory();
      assertThat(losses[11]).isLessThan(0.7 * losses[0]);
    }
  }

  @Test
  void aNameThatIsTakenIsRefused() {
    assertThatThrownBy(() -> Solvers.register("gd", List.of(), a -> new SignDescent(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("solver 'gd' is already known");
    assertThatThrownBy(() -> Schedules.register("halving", List.of(), a -> new Halving(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("learning-rate schedule 'halving' is already known");
  }
}
