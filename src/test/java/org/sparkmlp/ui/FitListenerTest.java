package org.sparkmlp.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.util.kvstore.InMemoryStore;
import org.junit.jupiter.api.Test;
import org.sparkmlp.events.FitEnded;
import org.sparkmlp.events.FitEpoch;
import org.sparkmlp.events.FitStarted;
import scala.Option;

class FitListenerTest {
  private final InMemoryStore store = new InMemoryStore();
  private final Fits fits = new Fits(store);
  private final FitListener listener =
      new FitListener(store, new SparkConf(false).set(FitListener.RETAINED, "2"));

  private void begin(String fit) {
    listener.onOtherEvent(
        new FitStarted(fit, 0, "mlp", "[2, 2]", "adam", 9, 8, 0, 1, 1, "ejml", Map.of()));
  }

  private void epoch(String fit, int epoch, double loss) {
    listener.onOtherEvent(
        new FitEpoch(fit, epoch, loss, 1, 0.1, 0, 0, 0, epoch, 8 * epoch, epoch, 0.25 * epoch));
  }

  private void end(String fit) {
    listener.onOtherEvent(new FitEnded(fit, 0, false, "done", 2, 2, 2, 16, 2, 0.5));
  }

  private List<Integer> numbers() {
    return fits.all().stream().map(FitRow::number).toList();
  }

  @Test
  void epochsThatAreGivenUpCountNoMore() {
    begin("a");
    epoch("a", 1, 0.5);
    epoch("a", 2, 0.4);
    epoch("a", 3, 7e9);
    epoch("a", 4, 7e19);
    epoch("a", 2, 0.45);
    assertThat(fits.epochs(1)).extracting(FitEpoch::loss).containsExactly(0.5, 0.45);
    assertThat(fits.all().get(0).position().epoch()).isEqualTo(2);
    assertThat(fits.all().get(0).position().aggregationShare()).isEqualTo(0.75);
    assertThat(fits.all().get(0).position().rowsPerSecond()).isEqualTo(8);
  }

  @Test
  void theOldestFitsThatHaveEndedAreForgotten() {
    begin("a");
    begin("b");
    epoch("a", 1, 0.5);
    epoch("b", 1, 0.5);
    end("b");
    begin("c");
    assertThat(numbers()).containsExactly(1, 3);
    assertThat(fits.epochs(2)).isEmpty();
    assertThat(fits.epochs(1)).hasSize(1);
    epoch("b", 2, 0.4); // of a fit that is forgotten, or that began before we listened
    end("b");
    assertThat(numbers()).containsExactly(1, 3);
  }

  /** Spark may drop the events of ends. */
  @Test
  void thenThoseThatWereHeardOfTheLongestAgo() {
    for (int i = 0; i < 1000; i++) {
      begin("lost " + i);
      epoch("lost " + i, 1, 0.5);
      epoch("lost 0", i + 1, 0.4);
      assertThat(numbers()).hasSizeLessThanOrEqualTo(2).contains(1);
    }
    assertThat(numbers()).containsExactly(1, 1000);
    assertThat(fits.epochs(999)).isEmpty();
    assertThat(fits.epochs(1000)).hasSize(1);
    end("lost 5");
    epoch("lost 5", 2, 0.3);
    assertThat(numbers()).containsExactly(1, 1000);
    begin("next");
    end("next");
    begin("another");
    assertThat(numbers()).as("lost 0, heard of last, is there yet").containsExactly(1, 1002);
  }

  @Test
  void nothingRunsWhenTheApplicationHasEnded() {
    begin("a");
    begin("b");
    listener.onApplicationEnd(new SparkListenerApplicationEnd(7, Option.empty()));
    assertThat(numbers()).containsExactly(1, 2);
    end("a");
    assertThat(fits.all().get(0).ended()).as("too late").isNull();
    begin("c");
    assertThat(numbers()).as("of those that ended, the oldest goes").containsExactly(2, 3);
  }
}
