package org.sparkmlp.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Seeds;

class EpochOrderTest {
  /** Starts of chunks that together have that many rows, of unequal sizes and some empty. */
  private static int[] starts(int rows, int chunks) {
    int[] starts = new int[chunks + 1];
    for (int c = 1; c < chunks; c++) {
      starts[c] = c % 5 == 0 ? starts[c - 1] : (int) ((long) rows * c * c / chunks / chunks);
    }
    starts[chunks] = rows;
    return starts;
  }

  private static int[] order(long seed, int epoch, int shard, int rows, int chunks) {
    EpochOrder order = new EpochOrder();
    order.start(seed, epoch, shard, starts(rows, chunks));
    int[] rowsInOrder = new int[rows];
    for (int i = 0; i < rows; i++) {
      rowsInOrder[i] = order.row(i);
    }
    return rowsInOrder;
  }

  @Test
  void everyEpochVisitsEveryRowOnce() {
    for (int rows : new int[] {1, 2, 255, 256, 257, 1000, 5000}) {
      for (int chunks : new int[] {1, 2, 7, 64}) {
        int[] order = order(3, 1, 2, rows, chunks);
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
    int[] base = order(3, 1, 2, 1000, 3);
    assertThat(order(3, 1, 2, 1000, 3)).containsExactly(base);
    assertThat(order(3, 2, 2, 1000, 3)).isNotEqualTo(base);
    assertThat(order(3, 1, 3, 1000, 3)).isNotEqualTo(base);
    assertThat(order(4, 1, 2, 1000, 3)).isNotEqualTo(base);
  }

  @Test
  void itIsAShuffle() {
    int n = 2000;
    int[] order = order(3, 1, 2, n, 1);
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
  void aChunkIsVisitedAsAWhole() {
    int[] starts = starts(1000, 8);
    int[] order = order(3, 1, 2, 1000, 8);
    int changes = 0;
    int chunk = -1;
    for (int row : order) {
      int at = 0;
      while (row >= starts[at + 1]) {
        at++;
      }
      changes += at == chunk ? 0 : 1;
      chunk = at;
    }
    assertThat(changes).isEqualTo(7); // one of the eight is empty
    assertThat(order(3, 2, 2, 1000, 8)[0]).isNotEqualTo(order[0]);
  }

  @Test
  void positionsMayBeAskedForInAnyOrder() {
    Random random = Seeds.random("positions");
    int[] expected = order(5, 0, 0, 3000, 9);
    EpochOrder order = new EpochOrder();
    order.start(5, 0, 0, starts(3000, 9));
    for (int i = 0; i < 500; i++) {
      int position = random.nextInt(3000);
      assertThat(order.row(position)).isEqualTo(expected[position]);
    }
  }
}
