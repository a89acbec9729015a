package org.sparkmlp.cluster;

import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.spark.SimpleFutureAction;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.Schedulable;
import org.apache.spark.scheduler.TaskSetManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.Awaitable;
import scala.concurrent.duration.Duration;
import scala.util.Try;

/**
 * Waits for a job as {@code SparkContext.runJob} does, and for its tasks too where it hasn't
 * succeeded: Spark says that a job has failed or is cancelled when it has told the tasks to end,
 * not when they have. Until then they read what the job was given, and complain if it is gone.
 */
final class WholeJob {
  private static final Logger LOG = LoggerFactory.getLogger(WholeJob.class);

  /** For tasks that don't see that they are killed, as in the middle of a large shard. */
  private static final long PATIENCE_SECONDS = 30;

  private static final long POLL_MILLIS = 5;

  private WholeJob() {}

  /**
   * Waits for the end.
   *
   * @throws CancellationException if this thread is interrupted, which it is then again; the job is
   *     cancelled
   */
  static void await(SparkContext spark, SimpleFutureAction<?> job) {
    try {
      Awaitable<?> end = job;
      end.ready(Duration.Inf(), null);
    } catch (InterruptedException e) {
      job.cancel();
      awaitTasks(spark, job);
      Thread.currentThread().interrupt();
      CancellationException cancelled =
          new CancellationException("interrupted in a round, whose job is cancelled");
      cancelled.initCause(e);
      throw cancelled;
    } catch (TimeoutException e) {
      throw new IllegalStateException(e); // there is no limit
    } finally {
      if (spark.progressBar().isDefined()) {
        spark.progressBar().get().finishAll();
      }
    }
    Try<?> outcome = job.value().get();
    if (outcome.isFailure()) {
      awaitTasks(spark, job);
      Throwable error = outcome.failed().get(); // of the scheduler's thread: who asked is added
      error.setStackTrace(
          Stream.of(error.getStackTrace(), Thread.currentThread().getStackTrace())
              .flatMap(Stream::of)
              .toArray(StackTraceElement[]::new));
      outcome.get(); // throws it
    }
  }

  private static void awaitTasks(SparkContext spark, SimpleFutureAction<?> job) {
    int id = (Integer) job.jobIds().head();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    boolean interrupted = Thread.interrupted();
    while (!spark.isStopped()
        && (!job.isCompleted() || hasTasks(spark.taskScheduler().rootPool(), id))) {
      if (System.nanoTime() > deadline) {
        LOG.warn(
            "tasks of job {}, which has ended, still run after {} s; they may complain of what is freed now",
            id,
            PATIENCE_SECONDS);
        break;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether tasks of a job run. The events of listeners tell it too, but late, or not at all. */
  private static boolean hasTasks(Schedulable schedulable, int job) {
    if (schedulable instanceof TaskSetManager tasks) {
      return tasks.priority() == job && tasks.runningTasks() > 0; // priorities are numbers of jobs
    }
    return schedulable.schedulableQueue().stream().anyMatch(inner -> hasTasks(inner, job));
  }
}
