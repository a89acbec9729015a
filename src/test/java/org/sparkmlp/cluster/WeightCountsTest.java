package org.sparkmlp.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Seeds;

class WeightCountsTest {
  @Test
  void theSumIsTheSameInAnyOrderAndGrouping() {
    Random random = Seeds.random("weight counts");
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
      WeightCounts a = new WeightCounts();
      WeightCounts b = new WeightCounts();
      for (int i = 0; i < weights.size(); i++) {
        (random.nextBoolean() ? a : b).add(4, weights.get(i));
      }
      a.merge(b);
      assertThat(a.of(4)).isBetween(plain * (1 - 1e-12), plain * (1 + 1e-12));
      assertThat(order == 0 ? a.of(4) : expected).isEqualTo(a.of(4));
      expected = a.of(4);
      assertThat(a.of(3)).isZero();
    }
  }

  @Test
  void everyFloatIsCountedAsItIs() {
    for (float weight :
        new float[] {1, 0.1f, 3e-20f, 1e20f, Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE}) {
      WeightCounts counts = new WeightCounts();
      counts.add(0, weight);
      assertThat(counts.of(0)).isEqualTo(weight);
      counts.add(0, weight);
      assertThat(counts.of(0)).isEqualTo(2.0 * weight);
    }
  }
}
