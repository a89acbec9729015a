package org.sparkmlp.ui;

import com.fasterxml.jackson.annotation.JsonIgnore;
import org.apache.spark.util.kvstore.KVIndex;
import org.sparkmlp.events.FitEpoch;

/**
 * An epoch of a fit in Spark's status store: a point of its curves.
 *
 * @param fit its {@link FitRow#number}
 */
public record EpochRow(int fit, FitEpoch epoch) {
  /** What the store sorts by: by fits, and by epochs within them. */
  @KVIndex
  @JsonIgnore
  public String storeKey() {
    return key(fit, epoch.epoch());
  }

  static String key(int fit, int epoch) {
    return String.format("%010d/%010d", fit, epoch);
  }
}
