package org.sparkmlp.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkmlp.cli.CostModel.Work;

class CostModelTest {
  /** Partitions and parameters as in the benchmark, two levels of a tree where there are many. */
  private static List<Work> rounds() {
    List<Work> rounds = new ArrayList<>();
    for (int partitions : new int[] {1, 4, 16, 64, 256}) {
      for (double n : new double[] {1e4, 1e5, 1e6, 1e7}) {
        boolean tree = partitions * n > 16e6 && partitions > 4;
        int merges = (int) Math.sqrt(partitions);
        rounds.add(
            tree
                ? new Work(
                    partitions + merges + 1,
                    2,
                    12 * n,
                    8 * n,
                    4 * n * partitions + 16 * n * merges * 1.5)
                : new Work(
                    partitions, 0, 12 * n, 4 * n * partitions, 4 * n * (partitions + 1) / 2));
      }
    }
    return rounds;
  }

  private static List<Double> seconds(List<Work> rounds, double... costs) {
    return rounds.stream()
        .map(
            round -> {
              double sum = 0;
              for (int j = 0; j < costs.length; j++) {
                sum += costs[j] * round.terms()[j];
              }
              return sum;
            })
        .toList();
  }

  @Test
  void findsTheCostsThatRoundsWereMadeOf() {
    double[] costs = {0.02, 0.001, 0.012, 3e-9, 2e-9, 5e-9};
    List<Work> rounds = rounds();
    List<Double> seconds = seconds(rounds, costs);
    CostModel model = CostModel.fit(rounds, seconds);
    for (int j = 0; j < costs.length; j++) {
      assertThat(model.costs()[j] / costs[j]).as(CostModel.TERMS.get(j)).isCloseTo(1, within(1e-6));
    }
    assertThat(model.medianError(rounds, seconds)).isLessThan(1e-9);
    assertThat(model.seconds(new Work(1000, 2, 1e9, 1e8, 1e9)))
        .isCloseTo(0.02 + 1 + 0.024 + 3 + 0.2 + 5, within(1e-5));
  }

  @Test
  void noCostIsNegative() {
    List<Work> rounds = rounds();
    List<Double> seconds = seconds(rounds, 0.02, 0.001, -0.008, 3e-9, 2e-9, 5e-9);
    CostModel model = CostModel.fit(rounds, seconds);
    assertThat(model.costs()[2]).isZero();
    for (double cost : model.costs()) {
      assertThat(cost).isNotNegative();
    }
    assertThat(model.costs()[0]).isPositive();
  }

  @Test
  void whatNoRoundHasDoneCostsNothing() {
    List<Work> rounds = rounds().stream().filter(round -> round.stagesAboveFirst() == 0).toList();
    CostModel model = CostModel.fit(rounds, seconds(rounds, 0.02, 0.001, 0.012, 3e-9, 2e-9, 5e-9));
    assertThat(model.costs()[2]).isZero();
    assertThat(model.seconds(rounds.get(0)))
        .isCloseTo(seconds(rounds, 0.02, 0.001, 0, 3e-9, 2e-9, 5e-9).get(0), within(1e-9));
  }
}
