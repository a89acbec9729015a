package org.sparkmlp.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PairedTestTest {
  /**
   * With three folds there are two degrees of freedom, where the distribution of t is known in
   * closed form: P(|T| > t) = 1 - t / √(2 + t²).
   */
  @Test
  void threeFoldsByHand() {
    PairedTest test =
        PairedTest.of(new double[] {0.90, 0.92, 0.94}, new double[] {0.88, 0.91, 0.90});
    double s =
        Math.sqrt(
                ((2 - 7 / 3.) * (2 - 7 / 3.)
                        + (1 - 7 / 3.) * (1 - 7 / 3.)
                        + (4 - 7 / 3.) * (4 - 7 / 3.))
                    / 2)
            / 100;
    assertThat(test.difference()).isCloseTo(0.07 / 3, within(1e-12));
    assertThat(test.standardError()).isCloseTo(s * Math.sqrt(1 / 3. + 1 / 2.), within(1e-12));
    assertThat(test.pValue()).isCloseTo(1 - Math.sqrt(2.8 / 4.8), within(1e-9));
    assertThat(test.distinguishable()).isFalse();
    // the other way round: the same but for the sign
    PairedTest back =
        PairedTest.of(new double[] {0.88, 0.91, 0.90}, new double[] {0.90, 0.92, 0.94});
    assertThat(back.difference()).isEqualTo(-test.difference());
    assertThat(back.pValue()).isEqualTo(test.pValue());
  }

  @Test
  void differencesThatAreTheSameOnEveryFold() {
    double[] a = {0.5, 0.75};
    assertThat(PairedTest.of(a, a.clone()).pValue()).isEqualTo(1);
    assertThat(PairedTest.of(a, a.clone()).distinguishable()).isFalse();
    assertThat(PairedTest.of(a, new double[] {0.25, 0.5}).pValue()).isZero();
    assertThat(PairedTest.of(a, new double[] {0.25, 0.5}).distinguishable()).isTrue();
  }

  @Test
  void foldsOfOtherNumbersAreRefused() {
    assertThatThrownBy(() -> PairedTest.of(new double[3], new double[2]))
        .hasMessageContaining("got 3 and 2");
    assertThatThrownBy(() -> PairedTest.of(new double[1], new double[1]))
        .hasMessageContaining("at least 2");
  }
}
