package org.sparkmlp.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.util.kvstore.InMemoryStore;
import org.junit.jupiter.api.Test;
import org.sparkmlp.events.FitEnded;
import org.sparkmlp.events.FitEpoch;
import org.sparkmlp.events.FitStarted;

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
    begin("c");
    epoch("a", 1, 0.5);
    epoch("b", 1, 0.5);
    assertThat(numbers()).as("all run").containsExactly(1, 2, 3);
    end("b");
    begin("d");
    assertThat(numbers()).containsExactly(1, 3, 4);
    assertThat(fits.epochs(2)).isEmpty();
    assertThat(fits.epochs(1)).hasSize(1);
    epoch("b", 2, 0.4); // of a fit that is forgotten, or that began before we listened
    end("b");
    assertThat(numbers()).containsExactly(1, 3, 4);
  }
}
