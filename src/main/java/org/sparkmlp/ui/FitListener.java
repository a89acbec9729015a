package org.sparkmlp.ui;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.scheduler.SparkListenerEvent;
import org.apache.spark.util.kvstore.KVStore;
import org.sparkmlp.events.FitEnded;
import org.sparkmlp.events.FitEpoch;
import org.sparkmlp.events.FitProgress;
import org.sparkmlp.events.FitStarted;

/**
 * Writes the events of fits to Spark's status store, for the pages. When there are more than
 * {@value #RETAINED} allows, the oldest fits that have ended are forgotten, then those that run and
 * were heard of the longest ago: Spark may have dropped the event of their end. None runs any more
 * when the application has ended.
 */
final class FitListener extends SparkListener {
  /** Most fits that are remembered. */
  static final String RETAINED = "spark.mlp.ui.retainedFits";

  static final int RETAINED_DEFAULT = 500;

  private final Fits fits;
  private final int retained;
  private final RunningFits running = new RunningFits();
  private final Deque<Integer> ended = new ArrayDeque<>();
  private int count;

  FitListener(KVStore store, SparkConf conf) {
    this.fits = new Fits(store);
    this.retained = Math.max(1, conf.getInt(RETAINED, RETAINED_DEFAULT));
  }

  @Override
  public void onOtherEvent(SparkListenerEvent event) {
    if (event instanceof FitStarted started) {
      write(running.begin(started.fit(), new FitRow(++count, started, null, null, null)));
      forgetOldest();
    } else if (event instanceof FitProgress progress) {
      write(running.heard(progress.fit(), row -> row.with(progress)));
    } else if (event instanceof FitEpoch epoch) {
      write(running.heard(epoch.fit(), row -> next(row, epoch)));
    } else if (event instanceof FitEnded end) {
      FitRow row = running.end(end);
      write(row);
      if (row != null) {
        ended.add(row.number());
      }
    }
  }

  @Override
  public void onApplicationEnd(SparkListenerApplicationEnd event) {
    running.clear().forEach(row -> ended.add(row.number()));
  }

  private FitRow next(FitRow row, FitEpoch epoch) {
    int last = row.epoch() == null ? 0 : row.epoch().epoch();
    for (int given = epoch.epoch() + 1; given <= last; given++) {
      fits.deleteEpoch(row.number(), given); // training has returned to earlier weights
    }
    fits.write(new EpochRow(row.number(), epoch));
    return row.with(epoch);
  }

  /**
   * @param row null if nobody has seen it begin, or if it is forgotten
   */
  private void write(FitRow row) {
    if (row != null) {
      fits.write(row);
    }
  }

  private void forgetOldest() {
    while (running.size() + ended.size() > retained) {
      fits.delete(ended.isEmpty() ? running.forgetStalest().number() : ended.remove());
    }
  }
}
