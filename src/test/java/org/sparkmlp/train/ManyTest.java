package org.sparkmlp.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Seeds;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Regularization;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Adam;
import org.sparkmlp.schedule.Schedules;

/** Several programs as one give each what it gives alone, to the bit. */
class ManyTest {
  private static Plan plan(int hidden, int batchSize, int localSteps) {
    return new Plan(
        new Topology(
            new int[] {5, hidden, 3}, Activations.TANH, Losses.SOFTMAX_CROSS_ENTROPY, true),
        "openblas",
        new Adam(0.9, 0.999, 1e-8),
        0.01,
        Schedules.parse("cosine"),
        batchSize,
        localSteps,
        0,
        3,
        0,
        7,
        Regularization.NONE,
        Past.NONE);
  }

  private static TrainingState start(Plan plan) {
    int size = plan.topology().size();
    return new TrainingState(
        Initializer.parse("auto").weights(plan.topology(), 3),
        new float[2 * size],
        TrainingState.NONE,
        0,
        0,
        0);
  }

  @Test
  void eachGetsItsOwnBits() {
    Rows rows = Rows.clouds(Seeds.random("many"), 300, 5, 3);
    for (int i = 0; i < 40; i++) {
      rows.add(new float[] {i, 1, -1, 0.5f, 2}, i % 3, 1, true);
    }
    LocalObjective objective = rows.objective(3, 32);
    Plan small = plan(4, 8, 5);
    Plan wide = plan(9, 16, 5);
    Plan sync = plan(4, 30, 1);
    List<Program<?, RoundResult>> programs =
        List.of(
            new LocalSteps(small, small.stepsPerEpoch(objective.layout()), 5),
            new LocalSteps(wide, wide.stepsPerEpoch(objective.layout()), 5),
            new SyncStep(sync, sync.stepsPerEpoch(objective.layout()), 3),
            new Evaluate(small.topology(), "openblas", 64, ValidationMetric.LOSS));
    List<Serializable> states =
        List.of(start(small), start(wide), start(sync), start(small).weights);
    List<Many.Part<?, ?>> parts = new ArrayList<>();
    programs.forEach(program -> parts.add(new Many.Part<>(program)));
    Many.Sums sums =
        objective.round(new Many(parts), new Many.States(new ArrayList<>(states))).finish();
    for (int i = 0; i < programs.size(); i++) {
      RoundResult alone = alone(objective, programs.get(i), states.get(i));
      RoundResult together = sums.of(i);
      assertThat(together.loss()).isEqualTo(alone.loss()).isPositive();
      assertThat(together.weight()).isEqualTo(alone.weight());
      assertThat(together.correct()).isEqualTo(alone.correct());
      assertThat(together.rows()).isEqualTo(alone.rows());
      assertThat(together.bytes()).isEqualTo(alone.bytes());
      if (i < 3) {
        Plan plan = List.of(small, wide, sync).get(i);
        int vectors = i == 2 ? 1 : 3;
        assertThat(numbers(together, plan, vectors)).isEqualTo(numbers(alone, plan, vectors));
      }
    }
  }

  private static float[][] numbers(RoundResult result, Plan plan, int vectors) {
    int size = plan.topology().size();
    float[] first = new float[size];
    if (vectors == 1) {
      assertThat(result.vector().quotient(1, first)).isTrue();
      return new float[][] {first};
    }
    float[] rest = new float[(vectors - 1) * size];
    assertThat(result.vector().quotient(result.scale(), first, rest)).isTrue();
    return new float[][] {first, rest};
  }

  @SuppressWarnings("unchecked")
  private static <S extends Serializable> RoundResult alone(
      LocalObjective objective, Program<?, RoundResult> program, Serializable state) {
    return objective.round((Program<S, RoundResult>) program, (S) state);
  }

  /** A sum that tells how it was merged. */
  private record Count(int shards, int merged, int inTask, boolean done)
      implements Mergeable<Count> {
    @Override
    public Count merge(Count other) {
      return new Count(shards + other.shards, merged + 1, inTask, false);
    }

    @Override
    public Count mergeInTask(Count other) {
      return new Count(shards + other.shards, merged, inTask + 1, false);
    }

    @Override
    public Count finish() {
      return new Count(shards, merged, inTask, true);
    }
  }

  private record Counting() implements Program<Integer, Count> {
    @Override
    public Count empty() {
      return new Count(0, 0, 0, false);
    }

    @Override
    public Count run(Integer state, org.sparkmlp.data.Shard shard, Workspaces workspaces) {
      return new Count(state, 0, 0, false);
    }
  }

  @Test
  void sumsAreMergedAsEachMerges() {
    Many many = new Many(List.of(new Many.Part<>(new Counting()), new Many.Part<>(new Counting())));
    Many.States states = new Many.States(new ArrayList<>(List.of(1, 10)));
    Many.Sums one = many.run(states, null, null).mergeInTask(many.run(states, null, null));
    Many.Sums other = many.empty().merge(one).finish();
    assertThat((Count) other.of(0)).isEqualTo(new Count(2, 1, 0, true));
    assertThat((Count) other.of(1)).isEqualTo(new Count(20, 1, 0, true));
    assertThat((Count) many.run(states, null, null).mergeInTask(many.empty()).of(1))
        .isEqualTo(new Count(10, 0, 1, false));
  }
}
