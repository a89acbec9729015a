package org.sparkmlp.events;

import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * A fit has ended.
 *
 * @param fit identifies it
 * @param time in milliseconds since 1970
 * @param failed whether without a model
 * @param reason why it ended, in words; of a failed fit, the error
 * @param epochs done
 * @param bestEpoch the epoch whose weights the model has; 0 if there is none
 * @param rounds aggregations
 * @param rows gone through
 * @param seconds from the first round to the last
 * @param computeSeconds of them, the slowest task of each round
 */
public record FitEnded(
    String fit,
    long time,
    boolean failed,
    String reason,
    int epochs,
    int bestEpoch,
    long rounds,
    long rows,
    double seconds,
    double computeSeconds)
    implements SparkListenerEvent {}
