package org.sparkmlp.util;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InterruptsTest {
  @AfterEach
  void clear() {
    Thread.interrupted();
  }

  private static String sleep() {
    try {
      TimeUnit.MILLISECONDS.sleep(100);
      return "slept";
    } catch (InterruptedException e) {
      return "woken";
    }
  }

  @Test
  void workIsDoneWheneverTheInterruptComes() throws Exception {
    Thread.currentThread().interrupt();
    assertThat(Interrupts.apart(InterruptsTest::sleep)).isEqualTo("slept");
    assertThat(Thread.interrupted()).isTrue();

    Thread caller = Thread.currentThread();
    Thread other = new Thread(caller::interrupt);
    assertThat(
            Interrupts.apart(
                () -> {
                  other.start();
                  return sleep();
                }))
        .isEqualTo("slept");
    other.join();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(Interrupts.apart(InterruptsTest::sleep)).isEqualTo("slept");
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void itsErrorsAreTheCallers() {
    assertThatThrownBy(
            () ->
                Interrupts.apart(
                    () -> {
                      throw new IllegalStateException("the disk is full");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the disk is full");
  }

  @Test
  void cleanupGoesOnAfterAnInterrupt() {
    Thread.currentThread().interrupt();
    String[] done = new String[1];
    Interrupts.withheld(() -> done[0] = sleep());
    assertThat(done[0]).isEqualTo("slept");
    assertThat(Thread.interrupted()).isTrue();
  }
}
