package org.sparkmlp.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Seeds;

class EpochOrderTest {
  private static int[] order(long seed, int epoch, int shard, int rows, int columns) {
    EpochOrder order = new EpochOrder();
    order.start(seed, epoch, shard, rows, columns);
    int[] rowsInOrder = new int[rows];
    for (int i = 0; i < rows; i++) {
      rowsInOrder[i] = order.row(i);
    }
    return rowsInOrder;
  }

  @Test
  void everyEpochVisitsEveryRowOnce() {
    for (int rows : new int[] {1, 2, 255, 256, 257, 1000, 5000}) {
      for (int columns : new int[] {0, 1, 64, 1 << 20}) { // one window, many windows
        int[] order = order(3, 1, 2, rows, columns);
        Set<Integer> seen = new HashSet<>();
        for (int row : order) {
          assertThat(row).isBetween(0, rows - 1);
          seen.add(row);
        }
        assertThat(seen).hasSize(rows);
      }
    }
  }

  @Test
  void epochShardAndSeedChangeIt() {
    int[] base = order(3, 1, 2, 1000, 64);
    assertThat(order(3, 1, 2, 1000, 64)).containsExactly(base);
    assertThat(order(3, 2, 2, 1000, 64)).isNotEqualTo(base);
    assertThat(order(3, 1, 3, 1000, 64)).isNotEqualTo(base);
    assertThat(order(4, 1, 2, 1000, 64)).isNotEqualTo(base);
  }

  @Test
  void itIsAShuffle() {
    int n = 2000;
    int[] order = order(3, 1, 2, n, 64);
    double correlation = 0;
    int fixed = 0;
    for (int i = 0; i < n; i++) {
      correlation += (i - n / 2.0) * (order[i] - n / 2.0);
      fixed += order[i] == i ? 1 : 0;
    }
    correlation /= n * (n * (double) n - 1) / 12;
    assertThat(Math.abs(correlation)).isLessThan(5 / Math.sqrt(n));
    assertThat(fixed).isLessThan(10);
  }

  @Test
  void positionsMayBeAskedForInAnyOrder() {
    Random random = Seeds.random("positions");
    int[] expected = order(5, 0, 0, 3000, 1 << 20);
    EpochOrder order = new EpochOrder();
    order.start(5, 0, 0, 3000, 1 << 20);
    for (int i = 0; i < 500; i++) {
      int position = random.nextInt(3000);
      assertThat(order.row(position)).isEqualTo(expected[position]);
    }
  }
}
