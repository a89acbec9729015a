package org.sparkmlp.backend;

/**
 * Functions in plain float arithmetic: the same bits whether interpreted or compiled, and, but for
 * {@link #exp}, in a form that the JIT compiler vectorizes: no branches, and no integers, which
 * Java 17 doesn't convert to and from floats in vectors.
 */
final class FloatMath {
  /** Beyond it the rational function below is flat. */
  private static final float TANH_LIMIT = 7.9053111f;

  private FloatMath() {}

  /**
   * e^x with a relative error below 2e-7, 0 below -87.3, infinite above 88.7.
   *
   * <p>x = k ln 2 + r, |r| &lt;= ln 2 / 2, and a polynomial for e^r (Cephes expf, S. Moshier).
   */
  static float exp(float x) {
    if (!(x > -87.3f)) {
      return Float.isNaN(x) ? x : 0;
    }
    if (x > 88.7f) {
      return Float.POSITIVE_INFINITY;
    }
    float k = Math.round(x * 1.44269504f);
    float r = x - k * 0.693359375f + k * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1;
    // 2^k in two factors, since k = 128 has no float of its own
    int half = (int) k >> 1;
    return p * power(half) * power((int) k - half);
  }

  private static float power(int k) {
    return Float.intBitsToFloat((k + 127) << 23);
  }

  /**
   * tanh x with an absolute error below 4e-7.
   *
   * <p>A rational function of degree 13 over 6 on [-7.905, 7.905], the coefficients of Eigen's
   * generic_fast_tanh_float.
   */
  static float tanh(float x) {
    float t = Math.max(-TANH_LIMIT, Math.min(TANH_LIMIT, x));
    float s = t * t;
    float p = -2.76076847742355e-16f;
    p = p * s + 2.00018790482477e-13f;
    p = p * s - 8.60467152213735e-11f;
    p = p * s + 5.12229709037114e-08f;
    p = p * s + 1.48572235717979e-05f;
    p = p * s + 6.37261928875436e-04f;
    p = p * s + 4.89352455891786e-03f;
    float q = 1.19825839466702e-06f;
    q = q * s + 1.18534705686654e-04f;
    q = q * s + 2.26843463243900e-03f;
    q = q * s + 4.89352518554385e-03f;
    return t * p / q;
  }

  /** 1 / (1 + e^-x) with an absolute error below 2e-7. */
  static float sigmoid(float x) {
    return 0.5f * tanh(0.5f * x) + 0.5f;
  }

  /**
   * e^x for x &lt;= 0 with an absolute error below 1e-6; below -32 it stays at 1e-13.
   *
   * <p>(e^(x/16))^16, the root by its Taylor polynomial, which needs to be good near 0 only.
   */
  static float expOfNegative(float x) {
    float y = Math.max(-32, x) * 0.0625f;
    float p = 1 / 720f;
    p = p * y + 1 / 120f;
    p = p * y + 1 / 24f;
    p = p * y + 1 / 6f;
    p = p * y + 0.5f;
    p = p * y + 1;
    p = p * y + 1;
    p *= p;
    p *= p;
    p *= p;
    return p * p;
  }

  /**
   * e^x - 1 for x &lt;= 0 with a relative error below 4e-7.
   *
   * <p>q = e^y - 1 for y = x/32 by its Taylor polynomial, then five times e^2y - 1 = q (2 + q),
   * which makes no relative error larger.
   */
  static float expm1OfNegative(float x) {
    float y = Math.max(-18, x) * 0.03125f;
    float p = 1 / 40320f;
    p = p * y + 1 / 5040f;
    p = p * y + 1 / 720f;
    p = p * y + 1 / 120f;
    p = p * y + 1 / 24f;
    p = p * y + 1 / 6f;
    p = p * y + 0.5f;
    float q = p * y * y + y;
    q *= 2 + q;
    q *= 2 + q;
    q *= 2 + q;
    q *= 2 + q;
    return q * (2 + q);
  }

  /**
   * log(1 + x) for 0 &lt;= x &lt;= 1 with a relative error below 4e-7: 2 artanh(x / (2 + x)) by its
   * series.
   */
  static float log1p(float x) {
    float t = x / (2 + x);
    float s = t * t;
    float p = 2 / 13f;
    p = p * s + 2 / 11f;
    p = p * s + 2 / 9f;
    p = p * s + 2 / 7f;
    p = p * s + 2 / 5f;
    p = p * s + 2 / 3f;
    p = p * s + 2;
    return t * p;
  }

  /**
   * erf x with an absolute error below 5e-7.
   *
   * <p>A rational function of degree 13 over 8 on [-4, 4], the coefficients of XLA's ErfImpl32.
   */
  static float erf(float x) {
    float t = Math.max(-4, Math.min(4, x));
    float s = t * t;
    float p = -2.72614225801306e-10f;
    p = p * s + 2.77068142495902e-08f;
    p = p * s - 2.10102402082508e-06f;
    p = p * s - 5.69250639462346e-05f;
    p = p * s - 7.34990630326855e-04f;
    p = p * s - 2.95459980854025e-03f;
    p = p * s - 1.60960333262415e-02f;
    float q = -1.45660718464996e-05f;
    q = q * s - 2.13374055278905e-04f;
    q = q * s - 1.68282697438203e-03f;
    q = q * s - 7.37332916720468e-03f;
    q = q * s - 1.42647390514189e-02f;
    return t * p / q;
  }

  /**
   * -1, 0 or 1, without a branch (Math.signum has some): 2^150 x is 0 or at least 2 in size, down
   * to the smallest float. NaN stays.
   */
  static float sign(float x) {
    return Math.max(-1, Math.min(1, x * 0x1p127f * 0x1p23f));
  }
}
