package org.sparkmlp.ui;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerEvent;
import org.apache.spark.util.kvstore.KVStore;
import org.sparkmlp.events.FitEnded;
import org.sparkmlp.events.FitEpoch;
import org.sparkmlp.events.FitProgress;
import org.sparkmlp.events.FitStarted;

/**
 * Writes the events of fits to Spark's status store, for the pages. The oldest fits that have ended
 * are forgotten when there are more than {@value #RETAINED} allows.
 */
final class FitListener extends SparkListener {
  /** Most fits that are remembered, as long as they don't all run. */
  static final String RETAINED = "spark.mlp.ui.retainedFits";

  private static final int RETAINED_DEFAULT = 500;

  private final Fits fits;
  private final int retained;
  private final Map<String, FitRow> running = new HashMap<>();
  private final Deque<Integer> ended = new ArrayDeque<>();
  private int count;

  FitListener(KVStore store, SparkConf conf) {
    this.fits = new Fits(store);
    this.retained = conf.getInt(RETAINED, RETAINED_DEFAULT);
  }

  @Override
  public void onOtherEvent(SparkListenerEvent event) {
    if (event instanceof FitStarted started) {
      running.put(started.fit(), new FitRow(++count, started, null, null, null));
      update(started.fit(), row -> row);
      forgetOldest();
    } else if (event instanceof FitProgress progress) {
      update(progress.fit(), row -> row.with(progress));
    } else if (event instanceof FitEpoch epoch) {
      update(epoch.fit(), row -> next(row, epoch));
    } else if (event instanceof FitEnded end) {
      FitRow row = update(end.fit(), before -> before.with(end));
      if (row != null) {
        running.remove(end.fit());
        ended.add(row.number());
      }
    }
  }

  private FitRow next(FitRow row, FitEpoch epoch) {
    int last = row.epoch() == null ? 0 : row.epoch().epoch();
    for (int given = epoch.epoch() + 1; given <= last; given++) {
      fits.deleteEpoch(row.number(), given); // training has returned to earlier weights
    }
    fits.write(new EpochRow(row.number(), epoch));
    return row.with(epoch);
  }

  /** Changes a running fit; null if nobody has seen it begin. */
  private FitRow update(String fit, UnaryOperator<FitRow> change) {
    FitRow row = running.computeIfPresent(fit, (id, before) -> change.apply(before));
    if (row != null) {
      fits.write(row);
    }
    return row;
  }

  private void forgetOldest() {
    while (running.size() + ended.size() > retained && !ended.isEmpty()) {
      fits.delete(ended.remove());
    }
  }
}
