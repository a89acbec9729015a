package org.sparkmlp.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class OuterMomentumTest {
  @Test
  void twoRoundsByHand() {
    float[] weights = {0.5f};
    float[] velocity = OuterMomentum.move(0.8, new float[] {1}, weights, new float[0], 0.8);
    assertThat(velocity).containsExactly(0.5f);
    // moved 0.5: 1 - 0.6 (0.5 + 0.8 * 0.5)
    assertThat(weights[0]).isCloseTo(0.46f, within(1e-6f));
    float[] second = {0.36f};
    velocity = OuterMomentum.move(0.8, weights, second, velocity, 0.4);
    // moved 0.1, at half the rate, velocity 0.4 * 0.5 + 0.1: 0.46 - 0.6 (0.1 + 0.8 * 0.3)
    assertThat(velocity[0]).isCloseTo(0.3f, within(1e-6f));
    assertThat(second[0]).isCloseTo(0.256f, within(1e-6f));
  }

  @Test
  void withoutMomentumItIsTheMean() {
    float[] mean = {0.5f, -3, 1e-30f};
    OuterMomentum.move(0, new float[] {1, 2, 3}, mean, new float[0], 0);
    assertThat(mean).containsExactly(0.5f, -3, 0);
  }
}
