package org.sparkmlp.backend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The stated errors of the float functions, over their whole range. */
class FloatMathTest {
  @Test
  void exp() {
    double worst = 0;
    for (float x = -87.29f; x < 88.7f; x += 1e-4f) {
      double error = Math.abs(FloatMath.exp(x) / Math.exp(x) - 1);
      worst = Math.max(worst, error);
    }
    System.out.println("exp: worst relative error " + worst);
    assertThat(worst).isLessThan(2e-7);
    assertThat(FloatMath.exp(-88)).isZero();
    assertThat(FloatMath.exp(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(FloatMath.exp(89)).isInfinite();
    assertThat(FloatMath.exp(Float.NaN)).isNaN();
    assertThat(FloatMath.exp(0)).isEqualTo(1);
  }

  @Test
  void tanhAndSigmoid() {
    double worstTanh = 0;
    double worstSigmoid = 0;
    for (float x = -20; x < 20; x += 1e-4f) {
      worstTanh = Math.max(worstTanh, Math.abs(FloatMath.tanh(x) - Math.tanh(x)));
      worstSigmoid =
          Math.max(worstSigmoid, Math.abs(FloatMath.sigmoid(x) - 1 / (1 + Math.exp(-x))));
    }
    System.out.println("tanh: worst error " + worstTanh + ", sigmoid: " + worstSigmoid);
    assertThat(worstTanh).isLessThan(4e-7);
    assertThat(worstSigmoid).isLessThan(2e-7);
    assertThat(FloatMath.tanh(0)).isZero();
    assertThat(FloatMath.tanh(Float.NaN)).isNaN();
    assertThat(FloatMath.tanh(Float.POSITIVE_INFINITY)).isBetween(0.999999f, 1f);
    assertThat(FloatMath.sigmoid(0)).isEqualTo(0.5f);
  }
}
