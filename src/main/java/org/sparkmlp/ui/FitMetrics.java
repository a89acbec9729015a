package org.sparkmlp.ui;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.apache.spark.scheduler.SparkListener;
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
  private final Map<String, FitRow> running = new LinkedHashMap<>();
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
    return running.values().stream()
        .mapToDouble(row -> row.position().rowsPerSecond())
        .filter(Double::isFinite)
        .sum();
  }

  @Override
  public synchronized void onOtherEvent(SparkListenerEvent event) {
    if (event instanceof FitStarted started) {
      put(started.fit(), new FitRow(0, started, null, null, null));
    } else if (event instanceof FitProgress progress && running.containsKey(progress.fit())) {
      put(progress.fit(), running.get(progress.fit()).with(progress));
    } else if (event instanceof FitEpoch epoch && running.containsKey(epoch.fit())) {
      put(epoch.fit(), running.get(epoch.fit()).with(epoch));
    } else if (event instanceof FitEnded ended && running.containsKey(ended.fit())) {
      last = running.remove(ended.fit()).with(ended);
    }
  }

  private void put(String fit, FitRow row) {
    running.put(fit, row);
    last = row;
  }
}
