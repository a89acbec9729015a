package org.sparkmlp.events;

import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * The end of an epoch (for l-bfgs, of an iteration). A number may come again, lower than the last
 * one: then training has returned to earlier weights, and the epochs from there on count no more.
 *
 * @param fit identifies it
 * @param epoch its number, from 1
 * @param loss mean training loss and the penalty of regParam
 * @param accuracy share of rows whose class was predicted right; NaN where there are no classes
 * @param learningRate of its first update; NaN for l-bfgs
 * @param validationLoss mean loss of validation rows; NaN without any
 * @param validationAccuracy likewise
 * @param validationMetric likewise, by the metric that judges epochs
 * @param rounds aggregations so far
 * @param rows gone through so far
 * @param seconds since training began
 * @param computeSeconds of them, the slowest task of each round
 */
public record FitEpoch(
    String fit,
    int epoch,
    double loss,
    double accuracy,
    double learningRate,
    double validationLoss,
    double validationAccuracy,
    double validationMetric,
    long rounds,
    long rows,
    double seconds,
    double computeSeconds)
    implements SparkListenerEvent {}
