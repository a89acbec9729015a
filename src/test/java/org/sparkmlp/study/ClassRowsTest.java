package org.sparkmlp.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Topology;

class ClassRowsTest {
  private static final ClassRows ROWS =
      new ClassRows(
          List.of(new float[] {1}, new float[] {-1}, new float[] {2}, new float[] {3}),
          List.of(1, 0, 1, 0));

  @Test
  void scoreIsTheMeanLossAndTheShareOfRightRows() {
    // logits (0, 2x): right but for the last row
    Topology topology =
        new Topology(new int[] {1, 2}, List.of(), Losses.SOFTMAX_CROSS_ENTROPY, true);
    ClassRows.Score score = ROWS.score(topology, new float[] {0, 2, 0, 0});
    double expected =
        (Math.log1p(Math.exp(-2))
                + Math.log1p(Math.exp(-2))
                + Math.log1p(Math.exp(-4))
                + Math.log1p(Math.exp(6)))
            / 4;
    assertThat(score.loss()).isCloseTo(expected, within(1e-9));
    assertThat(score.accuracy()).isEqualTo(0.75);
  }

  @Test
  void anOrderHasEveryRowOnceWithItsClass() {
    ClassRows digits = new Digits().all();
    ClassRows one = digits.inOrder(1);
    assertThat(one.features()).containsExactlyInAnyOrderElementsOf(digits.features());
    assertThat(one.features()).isEqualTo(digits.inOrder(1).features());
    assertThat(one.features()).isNotEqualTo(digits.inOrder(2).features());
    int at = digits.features().indexOf(one.features().get(7));
    assertThat(one.classes().get(7)).isEqualTo(digits.classes().get(at));
  }

  @Test
  void digitsAreHeldOutOnce() {
    Digits digits = new Digits();
    assertThat(digits.training().count()).isEqualTo(Digits.trainingRows());
    assertThat(digits.training().count() + digits.test().count()).isEqualTo(digits.all().count());
    assertThat(digits.test().features().get(1)).isSameAs(digits.all().features().get(5));
    assertThat(digits.objective().layout().rows()).isEqualTo(digits.training().count());
    assertThat(digits.objective().layout().validationRows()).isEqualTo(digits.test().count());
  }

  @Test
  void pairsAreToldApartByTheirDifferences() {
    double[] a = {0.90, 0.80, 0.70, 0.60, 0.50};
    double[] b = {0.89, 0.78, 0.69, 0.58, 0.49};
    Paired test = Paired.of(a, b);
    assertThat(test.difference()).isCloseTo(0.014, within(1e-12));
    assertThat(test.standardError()).isCloseTo(0.0024494897, within(1e-9));
    // 4 degrees of freedom: p = 1 - sin(a) (1 + cos²(a) / 2) with tan(a) = t / 2
    double angle = Math.atan(0.014 / test.standardError() / 2);
    double p = 1 - Math.sin(angle) * (1 + Math.pow(Math.cos(angle), 2) / 2);
    assertThat(test.pValue()).isCloseTo(p, within(1e-9)).isCloseTo(0.00464, within(1e-5));
    assertThat(test.isHigher()).isTrue();
    assertThat(Paired.of(b, a).isLower()).isTrue();
    assertThat(Paired.of(a, new double[] {0.8, 0.9, 0.7, 0.6, 0.5}).pValue()).isEqualTo(1);
    Paired one = Paired.of(new double[] {1}, new double[] {0});
    assertThat(one.isHigher() || one.isLower()).as("of one seed nothing is known").isFalse();
    Paired failed = Paired.of(new double[] {1, Double.NaN}, new double[] {0, 0});
    assertThat(failed.isHigher() || failed.isLower()).isFalse();
  }

  @Test
  void maxoutHasAsManySums() {
    Remedy maxout = Remedy.parse("maxout(4), dropout(hidden=0.5)");
    assertThat(maxout.family()).isEqualTo("maxout + dropout");
    assertThat(maxout.units(64)).isEqualTo(16);
    assertThat(maxout.activation(Activations.RELU).pieces()).isEqualTo(4);
    assertThat(maxout.regularization(2).dropout().hidden()).containsExactly(0.5, 0.5);
  }
}
