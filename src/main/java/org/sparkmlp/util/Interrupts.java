package org.sparkmlp.util;

/** What an interrupted thread must still do. */
public final class Interrupts {
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
}
