package org.sparkmlp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.BlockId;
import scala.collection.Iterator;

/**
 * What a session in this JVM holds after a full garbage collection.
 *
 * @param heapBytes live objects
 * @param nativeBytes resident memory outside of the Java heap; 0 where the system doesn't tell
 * @param broadcasts blocks of broadcasts in the block manager, Spark's own of tasks included
 * @param packedRows cached RDDs of packed rows
 * @param shuffles shuffles that have files
 */
public record Footprint(
    long heapBytes, long nativeBytes, int threads, int broadcasts, int packedRows, int shuffles) {
  private static final long PATIENCE_SECONDS = 60;

  /**
   * Heaps of less than 4 GB, as tests have, lie below this address, so that object references fit
   * into 32 bits; all else lies above it.
   */
  private static final long END_OF_HEAP = 1L << 32;

  /**
   * Collects garbage until the broadcasts that nothing refers to are gone, and measures.
   *
   * @param mostBroadcasts that are expected to be left
   */
  public static Footprint after(SparkSession spark, int mostBroadcasts) {
    eventually(
        () -> {
          System.gc(); // Spark's cleaner removes what is unreachable then
          return countBroadcasts() <= mostBroadcasts;
        });
    System.gc();
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    int packed =
        (int)
            context.getPersistentRDDs().values().stream()
                .filter(rdd -> "spark-mlp: packed rows".equals(rdd.name()))
                .count();
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    return new Footprint(
        heap.getUsed(),
        resident(),
        Thread.activeCount(),
        countBroadcasts(),
        packed,
        countShuffles());
  }

  /** Polls until {@code condition} holds; whether it does in the end is the caller's to assert. */
  public static boolean eventually(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(20);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return true;
  }

  private static int countBroadcasts() {
    int count = 0;
    Iterator<? extends scala.Tuple2<BlockId, ?>> blocks =
        SparkEnv.get().blockManager().blockInfoManager().entries();
    while (blocks.hasNext()) {
      count += blocks.next()._1().isBroadcast() ? 1 : 0;
    }
    return count;
  }

  /** Shuffles of which a file is left in spark.local.dir. */
  public static int countShuffles() {
    return (int)
        scala.jdk.javaapi.CollectionConverters.asJava(
                SparkEnv.get().blockManager().diskBlockManager().getAllFiles())
            .stream()
            .map(file -> file.getName().split("_"))
            .filter(name -> name[0].equals("shuffle"))
            .map(name -> name[1])
            .distinct()
            .count();
  }

  private static long resident() {
    Path maps = Path.of("/proc/self/smaps");
    if (!Files.isReadable(maps)) {
      return 0;
    }
    try {
      boolean outside = false;
      long kilobytes = 0;
      for (String line : Files.readAllLines(maps)) {
        if (line.startsWith("Rss:")) {
          kilobytes += outside ? Long.parseLong(line.replaceAll("\\D", "")) : 0;
        } else if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
          String address = line.substring(0, line.indexOf('-'));
          outside = Long.compareUnsigned(Long.parseUnsignedLong(address, 16), END_OF_HEAP) >= 0;
        }
      }
      return kilobytes << 10;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
