package org.sparkmlp.ui;

import com.fasterxml.jackson.annotation.JsonIgnore;
import org.apache.spark.util.kvstore.KVIndex;
import org.sparkmlp.events.FitEnded;
import org.sparkmlp.events.FitEpoch;
import org.sparkmlp.events.FitProgress;
import org.sparkmlp.events.FitStarted;

/**
 * A fit in Spark's status store: the newest event of each kind.
 *
 * @param number from 1, in the order in which fits began
 * @param started never null
 * @param progress null as long as there is none
 * @param epoch likewise
 * @param ended likewise
 */
public record FitRow(
    int number, FitStarted started, FitProgress progress, FitEpoch epoch, FitEnded ended) {
  /** What the store sorts by. */
  @KVIndex
  @JsonIgnore
  public int storeKey() {
    return number;
  }

  /** What a fit has taken and how far it is, by whichever event came last. */
  record Position(double epoch, double loss, long rows, double seconds, double computeSeconds) {
    double rowsPerSecond() {
      return seconds > 0 ? rows / seconds : Double.NaN;
    }

    /** The share of time in which the slowest task of a round didn't compute. */
    double aggregationShare() {
      return seconds > 0 ? Math.max(0, 1 - computeSeconds / seconds) : Double.NaN;
    }
  }

  Position position() {
    double loss = epoch == null ? Double.NaN : epoch.loss();
    if (ended != null) {
      return new Position(
          ended.epochs(), loss, ended.rows(), ended.seconds(), ended.computeSeconds());
    }
    if (progress != null && (epoch == null || progress.rounds() > epoch.rounds())) {
      return new Position(
          progress.epoch(),
          progress.loss(),
          progress.rows(),
          progress.seconds(),
          progress.computeSeconds());
    }
    return epoch == null
        ? new Position(0, Double.NaN, 0, 0, 0)
        : new Position(epoch.epoch(), loss, epoch.rows(), epoch.seconds(), epoch.computeSeconds());
  }

  FitRow with(FitProgress newer) {
    return new FitRow(number, started, newer, epoch, ended);
  }

  FitRow with(FitEpoch newer) {
    return new FitRow(number, started, progress, newer, ended);
  }

  FitRow with(FitEnded end) {
    return new FitRow(number, started, progress, epoch, end);
  }
}
