package org.sparkmlp.cluster;

import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.sparkmlp.util.Interrupts;

/**
 * The Spark jobs of a fit, under one tag, so that they can be ended together and no others with
 * them.
 */
public final class FitJobs {
  private FitJobs() {}

  /**
   * Runs a fit. If its thread is interrupted, Spark would stop waiting for the running job and let
   * it go on; here it is cancelled. (A round does so itself.)
   *
   * @throws IllegalArgumentException if no job of this session can ever run
   * @throws CancellationException if the thread was interrupted, which it is then again
   */
  public static <T> T run(SparkContext spark, Supplier<T> fit) {
    GpuResources.checkLocalMode(spark);
    String tag = "spark-mlp-" + UUID.randomUUID();
    spark.addJobTag(tag);
    try {
      return fit.get();
    } catch (Throwable e) { // Spark throws InterruptedException without declaring it
      if (!(e instanceof InterruptedException) && !Thread.currentThread().isInterrupted()) {
        throw e;
      }
      Interrupts.withheld(() -> spark.cancelJobsWithTag(tag));
      Thread.currentThread().interrupt();
      CancellationException cancelled =
          new CancellationException(
              "the thread that fits was interrupted: its Spark jobs are cancelled and what it cached is freed");
      cancelled.initCause(e);
      throw cancelled;
    } finally {
      spark.removeJobTag(tag);
    }
  }
}
