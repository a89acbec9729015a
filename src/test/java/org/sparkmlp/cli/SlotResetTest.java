package org.sparkmlp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sparkmlp.train.Averaging.Point;

class SlotResetTest {
  @Test
  void slotsAndTheCountOfUpdatesBeginAnew() {
    Point next = new SlotReset().next(point(1, 3), point(0.5f, 7));
    assertThat(next.weights()).containsExactly(0.5f);
    assertThat(next.slots()).containsExactly(0);
    assertThat(next.updates()).isZero();
  }

  private static Point point(float weight, long updates) {
    return new Point(new float[] {weight}, new float[] {weight / 10}, updates);
  }
}
