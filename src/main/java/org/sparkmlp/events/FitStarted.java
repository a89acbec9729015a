package org.sparkmlp.events;

import java.util.Map;
import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * A fit begins to train.
 *
 * @param fit identifies it among all fits
 * @param time in milliseconds since 1970
 * @param estimator its uid
 * @param network layers, activations and loss
 * @param solver its spec
 * @param epochs most epochs (for l-bfgs, iterations)
 * @param rows training rows
 * @param validationRows rows that judge epochs
 * @param shards parts that the rows were dealt into
 * @param localSteps updates between two aggregations; 0 for l-bfgs
 * @param backend what the shards compute on
 * @param params those that were set, as JSON, long ones cut
 */
public record FitStarted(
    String fit,
    long time,
    String estimator,
    String network,
    String solver,
    int epochs,
    long rows,
    long validationRows,
    int shards,
    int localSteps,
    String backend,
    Map<String, String> params)
    implements SparkListenerEvent {}
