package org.sparkmlp.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Seeds;

class HoldoutTest {
  private static double[] doubles(Random random, int n) {
    return random.doubles(n, -1, 1).toArray();
  }

  private static int count(Holdout holdout, Random random, int rows, int columns) {
    int count = 0;
    for (int i = 0; i < rows; i++) {
      count += holdout.takes(null, doubles(random, columns)) ? 1 : 0;
    }
    return count;
  }

  @Test
  void takesAboutTheFraction() {
    Random random = Seeds.random("holdout");
    for (int columns : new int[] {1, 2, 50}) {
      for (double fraction : new double[] {0.01, 0.1, 0.5, 0.9}) {
        int n = 20_000;
        int taken = count(Holdout.of(fraction, random.nextLong()), random, n, columns);
        double deviation = Math.sqrt(n * fraction * (1 - fraction));
        assertThat((taken - n * fraction) / deviation).isBetween(-5.0, 5.0);
      }
    }
    assertThat(count(Holdout.of(0, 7), random, 1000, 3)).isZero();
    assertThat(Holdout.of(0, 7)).isEqualTo(Holdout.NONE);
  }

  @Test
  void whatAFractionTakesALargerOneTakesTooAndAnotherSeedTakesOthers() {
    Random random = Seeds.random("holdout seeds");
    int both = 0;
    int one = 0;
    for (int i = 0; i < 20_000; i++) {
      double[] x = doubles(random, 4);
      if (Holdout.of(0.2, 1).takes(null, x)) {
        assertThat(Holdout.of(0.3, 1).takes(null, x)).isTrue();
        one++;
        both += Holdout.of(0.2, 2).takes(null, x) ? 1 : 0;
      }
    }
    assertThat((double) both / one).as("independent").isBetween(0.15, 0.25);
  }

  /** Small whole numbers, as pixels and counts are: the sum of hashes must tell them apart. */
  @Test
  void rowsOfSmallNumbersAreSplitToo() {
    Random random = Seeds.random("holdout of small numbers");
    int taken = 0;
    for (int i = 0; i < 20_000; i++) {
      double[] x = new double[30];
      for (int j = 0; j < 30; j++) {
        x[j] = random.nextInt(3);
      }
      taken += Holdout.of(0.25, 3).takes(null, x) ? 1 : 0;
    }
    assertThat(taken).isBetween(5000 - 310, 5000 + 310); // 5 deviations
  }

  @Test
  void theSignOfZeroAndWhetherItIsStoredDontCount() {
    Random random = Seeds.random("holdout zeros");
    Holdout half = Holdout.of(0.5, 3);
    for (int i = 0; i < 1000; i++) {
      double[] x = doubles(random, 3);
      x[1] = 0.0;
      boolean taken = half.takes(null, x);
      x[1] = -0.0;
      assertThat(half.takes(null, x)).isEqualTo(taken);
      double[] sparse = {x[0], 0, x[2]};
      assertThat(half.takes(new int[] {0, 1, 2}, sparse)).isEqualTo(taken);
      assertThat(half.takes(new int[] {0, 2}, new double[] {x[0], x[2]})).isEqualTo(taken);
    }
  }
}
