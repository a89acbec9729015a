package org.sparkmlp.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlp.Golden;
import org.sparkmlp.util.Spec;

class SchedulesTest {
  private static final JsonNode GOLDEN = Golden.read("schedules.json");
  private static final double TOTAL = GOLDEN.get("total").asDouble();
  private static final double STEP = 1 / GOLDEN.get("stepsAnEpoch").asDouble();

  @Test
  void equalsPyTorchPerEpochAndPerUpdate() {
    check(GOLDEN.get("epochs"), 1);
    check(GOLDEN.get("updates"), STEP);
  }

  private static void check(JsonNode golden, double unit) {
    golden
        .properties()
        .forEach(
            entry -> {
              Schedule schedule = Schedules.parse(entry.getKey());
              double[] rates = Golden.numbers(entry.getValue());
              for (int i = 0; i < rates.length; i++) {
                assertThat(schedule.factor(i * unit, TOTAL, STEP))
                    .as("%s at %d", entry.getKey(), i)
                    .isCloseTo(rates[i], within(1e-12));
              }
            });
  }

  @Test
  void everyScheduleHasGoldenNumbers() {
    Set<String> seen = new TreeSet<>();
    for (String kind : new String[] {"epochs", "updates"}) {
      GOLDEN
          .get(kind)
          .fieldNames()
          .forEachRemaining(s -> Spec.parseChain(s).forEach(p -> seen.add(p.name())));
    }
    assertThat(seen).containsAll(Schedules.names());
    assertThat(Schedules.names()).hasSize(6);
  }

  @Test
  void askingInAnyOrderGivesTheSame() {
    Schedule schedule =
        Schedules.parse("warmup(2ep).then(exponential(k=0.3,length=5ep)).then(cosine)");
    double late = schedule.factor(15, 20, 0.1);
    double early = schedule.factor(1, 20, 0.1);
    assertThat(schedule.factor(15, 20, 0.1)).isEqualTo(late);
    assertThat(schedule.factor(1, 20, 0.1)).isEqualTo(early);
    assertThat(Schedules.parse(schedule.spec()).factor(15, 20, 0.1)).isEqualTo(late);
  }

  @Test
  void aLengthThatHasPassedStaysAtItsEnd() {
    assertThat(Schedules.parse("cosine(length=10ep)").factor(15, 20, 0.1))
        .isCloseTo(0, within(1e-15));
    assertThat(Schedules.parse("warmup(2ep)").factor(15, 20, 0.1)).isEqualTo(1);
  }

  @Test
  void boundariesBelongToTheNextPartForAnyNumberOfUpdatesAnEpoch() {
    Schedule schedule = Schedules.parse("constant(length=10step).then(exponential(k=50))");
    for (int stepsPerEpoch = 1; stepsPerEpoch < 400; stepsPerEpoch++) {
      double step = 1.0 / stepsPerEpoch;
      double before = time(9, stepsPerEpoch);
      double at = time(10, stepsPerEpoch);
      double after = time(11, stepsPerEpoch);
      assertThat(schedule.factor(before, 100, step)).isEqualTo(1);
      assertThat(schedule.factor(at, 100, step)).isCloseTo(1, within(1e-9));
      assertThat(schedule.factor(after, 100, step)).isLessThan(0.9);
    }
  }

  private static double time(int step, int stepsPerEpoch) {
    int epoch = step / stepsPerEpoch;
    return epoch + (double) (step % stepsPerEpoch) / stepsPerEpoch;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cosinus                  | unknown learning-rate schedule 'cosinus'; known are constant",
        "cosinus                  | did you mean 'cosine'?",
        "warmup                   | warmup needs its length, as in warmup(2ep)",
        "warmup(2)                | a length needs its unit, epochs or updates, as in 2ep or 200step; got '2'",
        "warmup(0ep)              | a length must be a number > 0, got '0ep'",
        "warmup(1.2.3ep)          | a length needs a number",
        "cosine.then(linear)      | cosine is followed by another schedule, so it needs a length",
        "linear(unit=hour)        | unit must be one of epoch, step, got 'hour'",
        "exponential(k=-1)        | k must be a number >= 0, got -1",
        "exponential(rate=1)      | exponential has no argument 'rate'; it takes k, unit, length"
      })
  void badSpecsSayWhatIsWrong(String spec, String message) {
    assertThatThrownBy(() -> Schedules.parse(spec))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
