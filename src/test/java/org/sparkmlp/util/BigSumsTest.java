package org.sparkmlp.util;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Seeds;

class BigSumsTest {
  private static BigDecimal value(BigSums sums, int i) {
    BigDecimal power = new BigDecimal(BigInteger.TWO.pow(Math.abs(sums.exponent(i))));
    BigDecimal wholes = new BigDecimal(sums.wholes(i));
    return sums.exponent(i) < 0 ? wholes.divide(power) : wholes.multiply(power);
  }

  @Test
  void numbersOfLikeSizeAreAddedExactly() {
    Random random = Seeds.random("big sums");
    BigSums sums = new BigSums(2);
    BigDecimal expected = BigDecimal.ZERO;
    BigDecimal products = BigDecimal.ZERO;
    for (int i = 0; i < 5000; i++) {
      double x = (random.nextDouble() - 0.3) * Math.scalb(1.0, random.nextInt(20) - 10);
      double y = random.nextGaussian();
      sums.add(0, x);
      expected = expected.add(new BigDecimal(x));
      double product = x * y;
      sums.addProduct(1, x, y);
      products =
          products.add(new BigDecimal(product)).add(new BigDecimal(Math.fma(x, y, -product)));
    }
    assertThat(value(sums, 0)).isEqualByComparingTo(expected);
    assertThat(value(sums, 1).subtract(products).abs())
        .isLessThan(products.abs().scaleByPowerOfTen(-30));
  }

  @Test
  void noOrderOrGroupingOfAnyNumbersMatters() {
    Random random = Seeds.random("order of big sums");
    double[] x = new double[400];
    for (int i = 0; i < x.length; i++) {
      double wide = Math.scalb(random.nextDouble() - 0.5, random.nextInt(600) - 300);
      x[i] = i % 50 == 0 ? 0 : i % 49 == 0 ? Double.MIN_VALUE : wide;
    }
    BigDecimal expected = null;
    BigDecimal plain = BigDecimal.ZERO;
    int otherPlainSums = 0;
    for (int trial = 0; trial < 200; trial++) {
      BigSums[] groups = new BigSums[1 + random.nextInt(6)];
      for (int g = 0; g < groups.length; g++) {
        groups[g] = new BigSums(1);
      }
      double sum = 0;
      for (int i = x.length - 1; i >= 0; i--) {
        int j = random.nextInt(i + 1);
        double swapped = x[j];
        x[j] = x[i];
        x[i] = swapped;
        groups[random.nextInt(groups.length)].add(0, x[i]);
        sum += x[i];
      }
      for (int g = groups.length - 1; g > 0; g--) {
        groups[random.nextInt(g)].add(groups[g]);
      }
      BigDecimal total = value(groups[0], 0);
      expected = trial == 0 ? total : expected;
      otherPlainSums += trial > 0 && plain.compareTo(new BigDecimal(sum)) != 0 ? 1 : 0;
      plain = trial == 0 ? new BigDecimal(sum) : plain;
      assertThat(total).isEqualByComparingTo(expected);
    }
    assertThat(otherPlainSums).as("plain addition depends on the order").isPositive();
  }

  @Test
  void onlyFiniteNumbersAreAdded() {
    BigSums sums = new BigSums(1);
    assertThat(value(sums, 0)).isEqualByComparingTo(BigDecimal.ZERO);
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> sums.add(0, bad)).hasMessage(bad + " can't be added up");
    }
    sums.add(0, -Double.MAX_VALUE);
    sums.add(0, Double.MAX_VALUE);
    assertThat(value(sums, 0)).isEqualByComparingTo(BigDecimal.ZERO);
  }

  @Test
  void sumsOfFloatsAreTheSameInAnyOrderAndGrouping() {
    Random random = Seeds.random("sums of floats");
    List<Float> weights = new ArrayList<>();
    double plain = 0;
    for (int i = 0; i < 3000; i++) {
      float weight = (float) Math.pow(10, random.nextDouble() * 40 - 20);
      weights.add(weight);
      plain += weight;
    }
    weights.add(Float.MIN_VALUE);
    weights.add(Float.MAX_VALUE / 1e20f);
    plain += Float.MAX_VALUE / 1e20f;
    double expected = Double.NaN;
    for (int order = 0; order < 10; order++) {
      Collections.shuffle(weights, random);
      BigSums a = new BigSums(5);
      BigSums b = new BigSums(5);
      for (int i = 0; i < weights.size(); i++) {
        (random.nextBoolean() ? a : b).add(4, weights.get(i));
      }
      a.add(b);
      assertThat(a.value(4)).isBetween(plain * (1 - 1e-12), plain * (1 + 1e-12));
      assertThat(order == 0 ? a.value(4) : expected).isEqualTo(a.value(4));
      expected = a.value(4);
      assertThat(a.value(3)).isZero();
    }
  }

  @Test
  void everyFloatIsCountedAsItIs() {
    for (float weight :
        new float[] {1, 0.1f, 3e-20f, 1e20f, Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE}) {
      BigSums sums = new BigSums(1);
      sums.add(0, weight);
      assertThat(sums.value(0)).isEqualTo(weight);
      sums.add(0, weight);
      assertThat(sums.value(0)).isEqualTo(2.0 * weight);
    }
  }
}
