package org.sparkmlp.events;

import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * Where a fit stands, in the middle of an epoch too: for those who watch, not for the event log.
 *
 * @param fit identifies it
 * @param epoch epochs done, with the fraction of the one at hand
 * @param loss mean training loss of the epoch so far
 * @param rounds aggregations so far
 * @param rows gone through so far
 * @param seconds since training began
 * @param computeSeconds of them, the slowest task of each round
 */
public record FitProgress(
    String fit,
    double epoch,
    double loss,
    long rounds,
    long rows,
    double seconds,
    double computeSeconds)
    implements SparkListenerEvent {
  @Override
  public boolean logEvent() {
    return false;
  }
}
