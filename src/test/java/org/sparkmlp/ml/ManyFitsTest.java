package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.Fork;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;

/** Fits leave nothing behind: neither on the heap, nor in native memory, nor on disk. */
@Tag("slow")
class ManyFitsTest {
  private static final int WARM = 20;
  private static final int FITS = 50;
  private static final Path STATUS = Path.of("/proc/self/status");

  @TempDir Path folder;

  /**
   * Each fit packs 2.4 MB and has 50,000 weights: one that kept its rows or its network would show
   * as 120 MB or 30 MB. The heap is committed from the start, so that resident memory grows by
   * native memory alone: metaspace and the JIT compiler's code among it.
   */
  @Test
  void heapNativeMemoryAndDiskStayFlatOverFiftyFits() throws Exception {
    Assumptions.assumeTrue(Files.exists(STATUS), "resident memory is read from /proc");
    String printed =
        Fork.run(
            folder,
            List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", "-XX:ReservedCodeCacheSize=64m"),
            ManyFitsTest.class.getName());
    System.out.println(printed);
    String[] growth =
        printed.lines().filter(l -> l.startsWith("growth ")).findFirst().orElseThrow().split(" ");
    assertThat(Long.parseLong(growth[1])).as("growth of the heap, bytes").isLessThan(8 << 20);
    assertThat(Long.parseLong(growth[2])).as("growth of resident memory").isLessThan(40 << 20);
    assertThat(Long.parseLong(growth[3])).as("files left in spark.local.dir").isLessThan(60);
  }

  /**
   * Runs in a JVM of its own; prints by how many bytes heap and resident memory grew, and files.
   */
  public static void main(String[] arguments) throws Exception {
    SparkSession spark = SparkSessions.shared();
    Dataset<Row> rows =
        Frames.of(spark, Frames.clouds(new Random(1), 3000, 200, 4), Frames.LABELED, 2).cache();
    long heap = 0;
    long resident = 0;
    long files = 0;
    for (int i = 0; i <= WARM + FITS; i++) {
      if (i == WARM) {
        heap = heap();
        resident = resident();
        files = files();
      }
      if (i == WARM + FITS) {
        System.out.printf(
            "growth %d %d %d%n", heap() - heap, resident() - resident, files() - files);
      } else {
        new MLPClassifier()
            .setHiddenLayers(200, 50)
            .setMaxIter(2)
            .setLocalSteps(i % 2 == 0 ? 1 : 4)
            .setBatchSize(500)
            .setSeed(i)
            .fit(rows);
      }
    }
    spark.stop();
  }

  private static long heap() throws InterruptedException {
    for (int i = 0; i < 3; i++) { // what the cleaner of Spark finds goes with the next collection
      System.gc();
      Thread.sleep(500);
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static long resident() throws Exception {
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }

  private static long files() throws Exception {
    try (var all = Files.walk(Path.of(System.getProperty("spark.local.dir")))) {
      return all.filter(Files::isRegularFile).count();
    }
  }
}
