package org.sparkmlp.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TreeShapeTest {
  private static final long MB = 1 << 20;

  private static TreeShape shape(int partitions, long leafBytes, int depth) {
    return TreeShape.of(partitions, leafBytes, leafBytes, depth, 64 * MB);
  }

  @Test
  void smallResultsGoStraightToTheDriver() {
    assertThat(shape(256, MB / 4, 2).levels()).isEmpty();
    assertThat(shape(257, MB / 4, 2).levels()).isNotEmpty();
    assertThat(shape(1, 1000 * MB, 2).levels()).isEmpty();
    assertThat(shape(4, 1000 * MB, 2).levels())
        .as("no more than the digits of their sum")
        .isEmpty();
    assertThat(TreeShape.of(1, 400 * MB, 100 * MB, 2, 64 * MB).levels()).isEmpty();
    assertThat(TreeShape.of(2, 400 * MB, 100 * MB, 2, 64 * MB).levels())
        .as("tasks of several shards return sums")
        .isEqualTo(List.of(1));
  }

  @Test
  void levelsAreThoseOfTreeAggregate() {
    assertThat(shape(5, 100 * MB, 2).levels()).isEqualTo(List.of(1));
    assertThat(shape(16, 100 * MB, 2).levels()).isEqualTo(List.of(4, 1));
    assertThat(shape(256, 100 * MB, 2).levels()).isEqualTo(List.of(16, 1));
    assertThat(shape(1000, 100 * MB, 3).levels()).isEqualTo(List.of(100, 10, 1));
  }

  @Test
  void driverMemoryDoesNotGrowWithPartitions() {
    for (int depth = 2; depth <= 4; depth++) {
      for (int partitions = 1; partitions <= 5000; partitions = partitions * 3 / 2 + 1) {
        for (long bytes = 1000; bytes <= 1000 * MB; bytes *= 10) {
          List<Integer> levels = shape(partitions, bytes, depth).levels();
          long received = (levels.isEmpty() ? partitions : 1) * bytes;
          assertThat(received)
              .as("%d partitions of %d bytes, depth %d", partitions, bytes, depth)
              .isLessThanOrEqualTo(Math.max(64 * MB, 4 * bytes));
          assertThat(levels).hasSizeLessThanOrEqualTo(depth);
          if (!levels.isEmpty()) {
            assertThat(levels.get(levels.size() - 1)).isEqualTo(1);
          }
        }
      }
    }
  }
}
