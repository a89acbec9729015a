package org.sparkmlp.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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

  @Test
  void ofNegativeNumbers() {
    double worstExp = 0;
    double worstExpm1 = 0;
    for (float x = 0; x > -100; x -= 1e-4f) {
      worstExp = Math.max(worstExp, Math.abs(FloatMath.expOfNegative(x) - Math.exp(x)));
      double exact = Math.expm1(x);
      double error = Math.abs(FloatMath.expm1OfNegative(x) - exact);
      worstExpm1 = Math.max(worstExpm1, exact == 0 ? error : error / -exact);
    }
    for (float x = -1; x < -1e-37f; x *= 0.99f) {
      double error = Math.abs(FloatMath.expm1OfNegative(x) / Math.expm1(x) - 1);
      worstExpm1 = Math.max(worstExpm1, error);
    }
    System.out.println("exp of negative: worst error " + worstExp + ", expm1: " + worstExpm1);
    assertThat(worstExp).isLessThan(1e-6);
    assertThat(worstExpm1).isLessThan(4e-7);
    assertThat(FloatMath.expOfNegative(0)).isEqualTo(1);
    assertThat(FloatMath.expOfNegative(-1e30f)).isBetween(0f, 2e-13f);
    assertThat(FloatMath.expOfNegative(Float.NaN)).isNaN();
    assertThat(FloatMath.expm1OfNegative(0)).isZero();
    assertThat(FloatMath.expm1OfNegative(Float.NEGATIVE_INFINITY)).isBetween(-1f, -0.9999999f);
    assertThat(FloatMath.expm1OfNegative(Float.NaN)).isNaN();
  }

  @Test
  void log1p() {
    double worst = 0;
    for (float x = 1; x > 1e-37f; x *= 0.9999f) {
      worst = Math.max(worst, Math.abs(FloatMath.log1p(x) / Math.log1p(x) - 1));
    }
    System.out.println("log1p: worst relative error " + worst);
    assertThat(worst).isLessThan(4e-7);
    assertThat(FloatMath.log1p(0)).isZero();
  }

  /** Against the integral of its derivative, by Simpson's rule. */
  @Test
  void erf() {
    double worst = 0;
    double exact = 0;
    double h = 1e-4;
    for (int i = 0; i < 60_000; i++) {
      float x = (float) (i * h);
      double at = exact + (x - i * h) * density(i * h);
      worst = Math.max(worst, Math.abs(FloatMath.erf(x) - at));
      worst = Math.max(worst, Math.abs(FloatMath.erf(-x) + at));
      exact += h / 6 * (density(i * h) + 4 * density((i + 0.5) * h) + density((i + 1) * h));
    }
    assertThat(exact).isCloseTo(1, within(1e-12));
    System.out.println("erf: worst error " + worst);
    assertThat(worst).isLessThan(5e-7);
    assertThat(FloatMath.erf(0)).isZero();
    assertThat(FloatMath.erf(Float.NaN)).isNaN();
  }

  private static double density(double x) {
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x);
  }
}
