package org.sparkmlp.ui;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.function.ToDoubleFunction;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.scheduler.SparkListenerEvent;
import org.sparkmlp.events.FitEnded;
import org.sparkmlp.events.FitEpoch;
import org.sparkmlp.events.FitProgress;
import org.sparkmlp.events.FitStarted;

/**
 * Gauges for Spark's metrics system. Those of one fit tell of the one that was heard of last, and
 * keep their value when it ends; NaN where nothing is known.
 */
final class FitMetrics extends SparkListener {
  /** Of fits beyond that, those heard of the longest ago have ended without a word. */
  private static final int MOST_RUNNING = FitListener.RETAINED_DEFAULT;

  private final RunningFits running = new RunningFits();
  private FitRow last;

  void register(MetricRegistry registry) {
    gauge(registry, "training.loss", row -> row.position().loss());
    gauge(registry, "training.epoch", row -> row.position().epoch());
    gauge(
        registry,
        "training.learningRate",
        row -> row.epoch() == null ? Double.NaN : row.epoch().learningRate());
    gauge(registry, "training.aggregationShare", row -> row.position().aggregationShare());
    registry.register("training.fitsRunning", (Gauge<Integer>) this::fitsRunning);
    registry.register("training.rowsPerSecond", (Gauge<Double>) this::rowsPerSecond);
  }

  private void gauge(MetricRegistry registry, String name, ToDoubleFunction<FitRow> value) {
    registry.register(name, (Gauge<Double>) () -> ofLast(value));
  }

  private synchronized double ofLast(ToDoubleFunction<FitRow> value) {
    return last == null ? Double.NaN : value.applyAsDouble(last);
  }

  private synchronized int fitsRunning() {
    return running.size();
  }

  /** Of all fits that are running. */
  private synchronized double rowsPerSecond() {
    return running.all().stream()
        .mapToDouble(row -> row.position().rowsPerSecond())
        .filter(Double::isFinite)
        .sum();
  }

  @Override
  public synchronized void onOtherEvent(SparkListenerEvent event) {
    if (event instanceof FitStarted started) {
      last = running.begin(started.fit(), new FitRow(0, started, null, null, null));
      if (running.size() > MOST_RUNNING) {
        running.forgetStalest();
      }
    } else if (event instanceof FitProgress progress) {
      heard(running.heard(progress.fit(), row -> row.with(progress)));
    } else if (event instanceof FitEpoch epoch) {
      heard(running.heard(epoch.fit(), row -> row.with(epoch)));
    } else if (event instanceof FitEnded ended) {
      heard(running.end(ended));
    }
  }

  @Override
  public synchronized void onApplicationEnd(SparkListenerApplicationEnd event) {
    running.clear();
  }

  /**
   * @param row null if nobody has seen it begin, or if it is forgotten
   */
  private void heard(FitRow row) {
    last = row == null ? last : row;
  }
}
