package org.sparkmlp.util;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** What an interrupted thread must still do. */
public final class Interrupts {
  /** Threads that nobody interrupts, since nobody knows them. They inherit nothing of Spark's. */
  private static final Executor APART =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(null, work, "spark-mlp-apart", 0, false);
            thread.setDaemon(true);
            return thread;
          });

  private Interrupts() {}

  /**
   * Runs {@code cleanup} to its end even if this thread was interrupted before: Spark's calls that
   * wait for an answer would give up at once and leave half the work undone. The thread is
   * interrupted afterwards as it was before.
   */
  public static void withheld(Runnable cleanup) {
    boolean interrupted = Thread.interrupted();
    try {
      cleanup.run();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Runs {@code work} to its end whenever this thread is interrupted, before or meanwhile: on
   * another one. The thread is interrupted afterwards. Not for Spark jobs, which must know the
   * groups and tags of the thread that they are for.
   *
   * @throws CompletionException with an error or a checked exception of {@code work} as its cause;
   *     its other exceptions come as they are
   */
  public static <T> T apart(Supplier<T> work) {
    try {
      return CompletableFuture.supplyAsync(work, APART).join(); // which no interrupt ends
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException theirs) {
        throw theirs;
      }
      throw e;
    }
  }
}
