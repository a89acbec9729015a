package org.sparkmlp.util;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CounterRandomTest {
  private static final int N = 200_000;

  @Test
  void uniformHasItsMeanVarianceAndNoNeighbourCorrelation() {
    int key = CounterRandom.hash(42, 1, 2, 3, 4);
    double sum = 0;
    double squares = 0;
    double products = 0;
    double previous = 0;
    for (int i = 0; i < N; i++) {
      double u = CounterRandom.uniform(CounterRandom.element(key, i)) - 0.5;
      assertThat(u).isBetween(-0.5, 0.5);
      sum += u;
      squares += u * u;
      products += u * previous;
      previous = u;
    }
    assertThat(sum / N).isCloseTo(0, within(5 * Math.sqrt(1.0 / 12 / N)));
    assertThat(squares / N).isCloseTo(1.0 / 12, within(0.001));
    assertThat(products / N).isCloseTo(0, within(0.001));
  }

  @Test
  void gaussianHasItsMoments() {
    double[] moments = new double[5];
    for (int i = 0; i < N; i++) {
      double g = CounterRandom.gaussian(CounterRandom.element(1, i), CounterRandom.element(2, i));
      for (int p = 1; p <= 4; p++) {
        moments[p] += Math.pow(g, p) / N;
      }
    }
    assertThat(moments[1]).isCloseTo(0, within(0.01));
    assertThat(moments[2]).isCloseTo(1, within(0.02));
    assertThat(moments[3]).isCloseTo(0, within(0.05));
    assertThat(moments[4]).isCloseTo(3, within(0.15));
  }

  @Test
  void everyCoordinateCounts() {
    int base = CounterRandom.hash(5, 1, 2, 3, 4);
    assertThat(
            new int[] {
              CounterRandom.hash(6, 1, 2, 3, 4),
              CounterRandom.hash(5L + (1L << 40), 1, 2, 3, 4),
              CounterRandom.hash(5, 2, 2, 3, 4),
              CounterRandom.hash(5, 1, 3, 3, 4),
              CounterRandom.hash(5, 1, 2, 4, 4),
              CounterRandom.hash(5, 1, 2, 3, 5)
            })
        .doesNotContain(base)
        .doesNotHaveDuplicates();
  }

  @Test
  void belowIsUniform() {
    int[] counts = new int[7];
    for (int i = 0; i < N; i++) {
      counts[CounterRandom.below(CounterRandom.element(9, i), 7)]++;
    }
    for (int count : counts) {
      assertThat((double) count).isCloseTo(N / 7.0, within(5 * Math.sqrt(N / 7.0)));
    }
  }
}
