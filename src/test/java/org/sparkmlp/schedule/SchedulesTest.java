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
    assertThat(Schedules.names()).hasSize(12);
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
  void restartsAndPiecesBeginAtTheirUpdateForAnyNumberOfUpdatesAnEpoch() {
    for (String spec : new String[] {"cosineRestarts(10step)", "cosineRestarts(10step,mult=3)"}) {
      Schedule schedule = Schedules.parse(spec);
      for (int stepsPerEpoch = 1; stepsPerEpoch < 400; stepsPerEpoch++) {
        double step = 1.0 / stepsPerEpoch;
        assertThat(schedule.factor(time(9, stepsPerEpoch), 1000, step)).isLessThan(0.05);
        assertThat(schedule.factor(time(10, stepsPerEpoch), 1000, step)).isCloseTo(1, within(1e-9));
        assertThat(Schedules.parse("piecewise(10step,0.5)").factor(time(9, stepsPerEpoch), 9, step))
            .isEqualTo(1);
        assertThat(
                Schedules.parse("piecewise(10step,0.5)").factor(time(10, stepsPerEpoch), 99, step))
            .isEqualTo(0.5);
      }
    }
  }

  @Test
  void oneCycleOfFewUpdatesIsStillANumber() {
    for (int updates = 1; updates <= 5; updates++) {
      for (int i = 0; i < updates; i++) {
        double factor = Schedules.parse("oneCycle").factor(i, updates, 1);
        assertThat(factor).as("%d of %d", i, updates).isBetween(0.0, 1.0);
      }
    }
    assertThat(Schedules.parse("oneCycle(length=5ep)").factor(15, 20, 0.1))
        .isCloseTo(4e-6, within(1e-12));
  }

  @Test
  void reduceOnPlateauIsLeftToTheTrainer() {
    assertThat(Schedules.parse("cosine").plateau(0.1)).isEmpty();
    assertThat(Schedules.parse("warmup(2ep).then(cosine)").plateau(0.1)).isEmpty();
    assertThat(Schedules.parse("reduceOnPlateau(0.5,3)").plateau(0.1))
        .contains(new Plateau(0.5, 3, 1e-4, 0, 0, 0));
    assertThat(
            Schedules.parse(
                    "warmup(20step).then(constant(length=3ep)).then(reduceOnPlateau(cooldown=2))")
                .plateau(0.1))
        .contains(new Plateau(0.1, 10, 1e-4, 2, 0, 5));
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
        "inverseTime(k=-1)        | k must be a number >= 0, got -1",
        "polynomial(power=0)      | power of polynomial(power=0) must be a finite number > 0, got 0.0",
        "polynomial(end=2)        | end must be between 0 and 1, got 2.0",
        "piecewise                | piecewise needs a boundary and the factor from there on",
        "piecewise(5ep)           | needs pairs of a boundary and the factor from there on",
        "piecewise(factor2=1,boundary2=5ep) | needs pairs of a boundary and the factor from there on",
        "piecewise(5,0.1)         | a length needs its unit",
        "piecewise(9ep,0.1,5ep,1) | boundaries must rise, but 5ep comes after 9ep",
        "piecewise(9ep,-1)        | factors must be finite numbers >= 0, got -1.0",
        "cosineRestarts           | cosineRestarts needs the length of its first cycle",
        "cosineRestarts(5ep,0.5)  | mult must be a number >= 1, got 0.5",
        "oneCycle(pctStart=1)     | pctStart must be between 0 and 1, got 1.0",
        "oneCycle(divFactor=0.5)  | divFactor must be a finite number >= 1, got 0.5",
        "reduceOnPlateau(factor=1)    | factor must be greater than 0 and less than 1, got 1.0",
        "reduceOnPlateau(patience=-1) | patience of reduceOnPlateau(patience=-1) must be at least 0, got -1",
        "reduceOnPlateau(threshold=1) | threshold of reduceOnPlateau(threshold=1) must be in [0, 1), got 1.0",
        "reduceOnPlateau(cooldown=-1) | cooldown of reduceOnPlateau(cooldown=-1) must be at least 0",
        "reduceOnPlateau(minFactor=2) | minFactor must be between 0 and 1, got 2.0",
        "reduceOnPlateau.then(linear) | reduceOnPlateau has no end, so nothing can follow it",
        "exponential(k=-1)        | k must be a number >= 0, got -1",
        "exponential(rate=1)      | exponential has no argument 'rate'; it takes k, unit, length"
      })
  void badSpecsSayWhatIsWrong(String spec, String message) {
    assertThatThrownBy(() -> Schedules.parse(spec))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
