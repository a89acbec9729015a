package org.sparkmlp.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * How the results of a round come together: as in Spark's treeAggregate, with as many levels as
 * sizes ask for.
 *
 * @param levels partitions after each merge on executors, the last of them 1; empty if the driver
 *     merges what the tasks return
 */
public record TreeShape(List<Integer> levels) {
  /**
   * A level of the tree costs a stage (about 12 ms on two idle cores), so that results which
   * together are smaller than this go straight to the driver.
   */
  public static final long SMALL_BYTES = 64L << 20;

  /**
   * A sum keeps two doubles of digits for each float of a leaf, so that the driver needs as much as
   * for four leaves in any case. (Doubles: three for one.)
   */
  static final int LEAVES_OF_A_SUM = 4;

  /**
   * Chooses from sizes alone. The driver gets at most {@code mostBytes} or the bytes of one sum,
   * whatever the number of partitions.
   *
   * @param partitions that return a result each
   * @param resultBytes size of one, about: of a leaf, or of a sum where tasks have several shards
   * @param leafBytes size of what one shard returns
   * @param depth merges on the way to the driver, at most; at least 2
   * @param mostBytes that the driver may get in one round
   */
  public static TreeShape of(
      int partitions, long resultBytes, long leafBytes, int depth, long mostBytes) {
    if (partitions * resultBytes <= Math.max(mostBytes, LEAVES_OF_A_SUM * leafBytes)) {
      return new TreeShape(List.of());
    }
    List<Integer> levels = new ArrayList<>();
    int fanIn = (int) Math.max(2, Math.ceil(Math.pow(partitions, 1.0 / depth)));
    int left = partitions;
    while (left > fanIn + (left + fanIn - 1) / fanIn) {
      left /= fanIn;
      levels.add(left);
    }
    if (left > 1) {
      levels.add(1);
    }
    return new TreeShape(List.copyOf(levels));
  }
}
