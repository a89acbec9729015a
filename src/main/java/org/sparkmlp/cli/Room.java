package org.sparkmlp.cli;

import java.io.File;
import java.util.List;
import java.util.Locale;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.sparkmlp.cluster.TreeShape;

/**
 * Whether a round has room in a local session. It must be known before, since Spark ends the whole
 * process when a task runs out of memory.
 */
final class Room {
  /** On the driver: weights, slots, gradient, sum and broadcast, old and new. */
  private static final double DRIVER_BYTES = 100;

  /**
   * In a task that merges: two sums in digits, and the total that it returns, as read or written.
   */
  private static final double TASK_BYTES = 60;

  private static final double LEAF_BYTES = 4;
  private static final double SUM_BYTES = 16;

  private Room() {}

  /** What is missing for a round of so many weights, in a sentence, or null if there is room. */
  static String missing(SparkContext spark, int partitions, long weights) {
    if (!spark.isLocal()) {
      return null;
    }
    double heap = weights * (DRIVER_BYTES + TASK_BYTES * spark.defaultParallelism());
    if (heap > Runtime.getRuntime().maxMemory()) {
      return String.format(
          Locale.ROOT,
          "takes about %.1f GB of heap, and there are %.1f (--driver-memory)",
          1e-9 * heap,
          1e-9 * Runtime.getRuntime().maxMemory());
    }
    long leaf = (long) (LEAF_BYTES * weights);
    List<Integer> levels =
        TreeShape.of(partitions, leaf, leaf, ClusterForecast.DEPTH, TreeShape.SMALL_BYTES).levels();
    double disk = levels.isEmpty() ? 0 : partitions * LEAF_BYTES * weights;
    for (int level : levels) {
      disk += level > 1 ? level * SUM_BYTES * weights : 0;
    }
    double free = 0;
    for (File folder : SparkEnv.get().blockManager().diskBlockManager().localDirs()) {
      free = Math.max(free, (double) folder.getUsableSpace());
    }
    return disk <= free
        ? null
        : String.format(
            Locale.ROOT,
            "takes up to %.1f GB of disk for its shuffles, and there are %.1f (spark.local.dir)",
            1e-9 * disk,
            1e-9 * free);
  }
}
