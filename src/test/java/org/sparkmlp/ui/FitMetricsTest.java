package org.sparkmlp.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import java.util.Map;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.junit.jupiter.api.Test;
import org.sparkmlp.events.FitEnded;
import org.sparkmlp.events.FitProgress;
import org.sparkmlp.events.FitStarted;
import scala.Option;

class FitMetricsTest {
  private final FitMetrics metrics = new FitMetrics();
  private final MetricRegistry registry = new MetricRegistry();

  FitMetricsTest() {
    metrics.register(registry);
  }

  private void begin(String fit) {
    metrics.onOtherEvent(
        new FitStarted(fit, 0, "mlp", "[2, 2]", "adam", 9, 8, 0, 1, 1, "ejml", Map.of()));
  }

  private void progress(String fit, double loss) {
    metrics.onOtherEvent(new FitProgress(fit, 1.5, loss, 1, 10, 2, 1));
  }

  private Object gauge(String name) {
    return registry.getGauges().get("training." + name).getValue();
  }

  @Test
  void fitsOfWhichNothingIsHeardAreForgottenAtLast() {
    begin("live");
    for (int i = 0; i < 2 * FitListener.RETAINED_DEFAULT; i++) {
      begin("lost " + i); // Spark may drop the events of ends
      progress("live", 0.5);
    }
    assertThat(gauge("fitsRunning")).isEqualTo(FitListener.RETAINED_DEFAULT);
    assertThat(gauge("rowsPerSecond")).isEqualTo(5.0);
    assertThat(gauge("loss")).isEqualTo(0.5);
    progress("lost 3", 77);
    assertThat(gauge("loss")).as("of one that is forgotten").isEqualTo(0.5);
    metrics.onOtherEvent(new FitEnded("live", 0, false, "done", 2, 2, 2, 16, 2, 0.5));
    assertThat(gauge("fitsRunning")).isEqualTo(FitListener.RETAINED_DEFAULT - 1);
    metrics.onApplicationEnd(new SparkListenerApplicationEnd(7, Option.empty()));
    assertThat(gauge("fitsRunning")).isEqualTo(0);
    assertThat(gauge("rowsPerSecond")).isEqualTo(0.0);
    assertThat(gauge("epoch")).as("of the fit heard of last").isEqualTo(2.0);
  }
}
