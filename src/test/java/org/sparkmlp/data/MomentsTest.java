package org.sparkmlp.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Seeds;

class MomentsTest {
  private static final MathContext DIGITS = new MathContext(80);

  /** μ and σ of one feature with 80 digits. */
  private static double[] exactly(double[] x, float[] w) {
    BigDecimal weight = BigDecimal.ZERO;
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = 0; i < x.length; i++) {
      weight = weight.add(new BigDecimal(w[i]));
      sum = sum.add(new BigDecimal(x[i]).multiply(new BigDecimal(w[i])));
    }
    BigDecimal mean = sum.divide(weight, DIGITS);
    BigDecimal squares = BigDecimal.ZERO;
    for (int i = 0; i < x.length; i++) {
      BigDecimal d = new BigDecimal(x[i]).subtract(mean);
      squares = squares.add(d.multiply(d).multiply(new BigDecimal(w[i])));
    }
    return new double[] {
      mean.doubleValue(), squares.divide(weight, DIGITS).sqrt(DIGITS).doubleValue()
    };
  }

  private static Scaling scaling(double[][] rows, float[] w) {
    Moments moments = new Moments(rows[0].length);
    for (int i = 0; i < rows.length; i++) {
      moments.add(null, rows[i], w[i]);
    }
    return moments.scaling(true);
  }

  @Test
  void hugeConstantTinyAndSkewedFeatures() {
    Random random = Seeds.random("moments");
    int n = 1000;
    double[][] rows = new double[n][];
    float[] w = new float[n];
    for (int i = 0; i < n; i++) {
      rows[i] =
          new double[] {
            1.6e9 + 10 * random.nextGaussian(),
            1.6e9,
            -0.1,
            1e-30 * random.nextGaussian(),
            i == 7 ? 1e30 : random.nextGaussian(),
            random.nextInt(2),
            -3e38 * random.nextDouble()
          };
      w[i] = i % 3 == 0 ? 1 : 0.1f * (1 + random.nextInt(30));
    }
    Scaling scaling = scaling(rows, w);
    for (int j = 0; j < rows[0].length; j++) {
      int feature = j;
      double[] expected = exactly(Arrays.stream(rows).mapToDouble(r -> r[feature]).toArray(), w);
      double mean = scaling.means()[j];
      double deviation = scaling.deviations()[j];
      assertThat(mean).isCloseTo(expected[0], within(1e-15 * Math.abs(expected[0])));
      if (j == 1 || j == 2) {
        assertThat(deviation).as("of a constant").isZero();
        assertThat(scaling.apply(j, rows[0][j])).isZero();
        assertThat(scaling.apply(j, 12345)).as("whatever comes later").isZero();
      } else {
        assertThat(deviation).isCloseTo(expected[1], within(1e-14 * expected[1]));
      }
    }
    // the naive formula has lost all of it
    double mean = Arrays.stream(rows).mapToDouble(r -> r[0]).average().getAsDouble();
    double square = Arrays.stream(rows).mapToDouble(r -> r[0] * r[0]).average().getAsDouble();
    assertThat(Math.abs(square - mean * mean - 100)).isGreaterThan(50);
  }

  @Test
  void anyOrderAndGroupingAndBothFormsGiveTheSameBits() {
    Random random = Seeds.random("bits of moments");
    int n = 300;
    int columns = 40;
    double[][] rows = new double[n][columns];
    float[] w = new float[n];
    for (int i = 0; i < n; i++) {
      w[i] = (float) Math.exp(4 * random.nextGaussian());
      for (int k = 0; k < 5; k++) {
        rows[i][random.nextInt(columns)] = random.nextGaussian() * Math.exp(random.nextInt(60));
      }
    }
    Scaling expected = scaling(rows, w);
    for (int trial = 0; trial < 20; trial++) {
      Moments[] parts = {new Moments(columns), new Moments(columns), new Moments(columns)};
      for (int i : random.ints(0, n).distinct().limit(n).toArray()) {
        Moments part = parts[random.nextInt(3)];
        if (random.nextBoolean()) {
          part.add(null, rows[i], w[i]);
        } else {
          double[] x = rows[i];
          int[] indices =
              java.util.stream.IntStream.range(0, columns).filter(j -> x[j] != 0).toArray();
          part.add(indices, Arrays.stream(indices).mapToDouble(j -> x[j]).toArray(), w[i]);
        }
      }
      int first = random.nextInt(3);
      parts[first].add(parts[(first + 1) % 3]);
      parts[first].add(parts[(first + 2) % 3]);
      assertThat(parts[first].scaling(true)).isEqualTo(expected);
    }
  }

  @Test
  void aRowOfWeightTwoIsTwoRowsAndDeviationsAreThoseOfTheRowsAtHand() {
    Scaling twice = scaling(new double[][] {{1}, {1}, {4}}, new float[] {1, 1, 1});
    Scaling weighted = scaling(new double[][] {{1}, {4}}, new float[] {2, 1});
    assertThat(weighted).isEqualTo(twice);
    assertThat(twice.means()).containsExactly(2);
    assertThat(twice.deviations()).containsExactly(Math.sqrt(2)); // 6 / 3, not 6 / 2
  }

  @Test
  void numbersThatPackingRefusesDontSpoilTheRest() {
    Moments moments = new Moments(2);
    moments.add(null, new double[] {1, Double.NaN}, 1);
    moments.add(null, new double[] {3, 1e300}, 1);
    assertThat(moments.scaling(true).means()[0]).isEqualTo(2);
  }

  @Test
  void scalingsThatMakeNoSense() {
    assertThatThrownBy(() -> new Scaling(new double[1], new double[2]))
        .hasMessage("there must be as many means as deviations, not 1 and 2");
    assertThatThrownBy(() -> new Scaling(null, new double[] {1, -1}))
        .hasMessage("deviations must be finite and at least 0, got -1.0 for feature 1");
    assertThatThrownBy(() -> new Scaling(new double[] {Double.NaN}, new double[] {1}))
        .hasMessage("means must be finite, got NaN for feature 0");
  }
}
