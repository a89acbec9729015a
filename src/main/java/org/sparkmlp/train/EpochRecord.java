package org.sparkmlp.train;

import java.io.Serializable;

/**
 * What is known of one epoch (for L-BFGS: one iteration).
 *
 * @param epoch its number, from 1
 * @param loss the objective: the mean training loss over its rows, each under the weights (and
 *     dropout) it was visited with, and the penalty of regParam, if any, of the weights at its end
 * @param accuracy share of those rows whose class was predicted right; NaN where there are no
 *     classes
 * @param learningRate of its first update; NaN for L-BFGS
 * @param validationLoss mean loss of the validation rows under the weights at its end, without
 *     dropout and penalty; NaN without such rows
 * @param validationAccuracy likewise
 * @param seconds it took, validation apart
 */
public record EpochRecord(
    int epoch,
    double loss,
    double accuracy,
    double learningRate,
    double validationLoss,
    double validationAccuracy,
    double seconds)
    implements Serializable {}
