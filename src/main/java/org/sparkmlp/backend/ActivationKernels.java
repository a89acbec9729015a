package org.sparkmlp.backend;

import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Elu;
import org.sparkmlp.function.LeakyRelu;
import org.sparkmlp.function.Maxout;

/**
 * Activations on {@code float[]}: loops for the known ones, {@link Activation}'s own methods for a
 * user's. The formulas are in their classes; here they are written without branches, which no
 * processor could foresee (measured for relu's gradient: 50 times slower).
 *
 * <p>One index serves all arrays, since the JIT doesn't vectorize a loop over two arrays at two
 * offsets (measured: 3 times slower).
 */
final class ActivationKernels {
  /** λ α of selu. */
  private static final float SELU_BOTTOM =
      (float) (Activations.SELU_LAMBDA * Activations.SELU_ALPHA);

  private static final float ROOT_HALF = 0.70710678f;

  /** 1/√(2π). */
  private static final float NORMAL_PEAK = 0.39894228f;

  private ActivationKernels() {}

  private static boolean isIdentity(Activation f) {
    return f == Activations.IDENTITY || f instanceof Maxout;
  }

  /** A = f(Z), row by row. */
  static void forward(
      Activation f, int rows, int columns, float[] z, float[] a, int offset, int ld) {
    if (isIdentity(f) && z == a) {
      return;
    }
    for (int i = 0; i < rows; i++) {
      int from = offset + i * ld;
      forward(f, z, a, from, from + columns);
    }
  }

  private static void forward(Activation f, float[] z, float[] a, int from, int to) {
    if (f == Activations.RELU) {
      relu(z, a, from, to);
    } else if (f == Activations.TANH) {
      tanh(z, a, from, to);
    } else if (f == Activations.SIGMOID) {
      sigmoid(z, a, from, to);
    } else if (f instanceof LeakyRelu leaky) {
      leaky((float) leaky.a(), z, a, from, to);
    } else if (f instanceof Elu elu) {
      elu(1, (float) elu.alpha(), z, a, from, to);
    } else if (f == Activations.SELU) {
      elu((float) Activations.SELU_LAMBDA, SELU_BOTTOM, z, a, from, to);
    } else if (f == Activations.GELU) {
      gelu(z, a, from, to);
    } else if (f == Activations.SILU) {
      silu(z, a, from, to);
    } else if (f == Activations.SOFTPLUS) {
      softplus(z, a, from, to);
    } else if (f == Activations.SOFTSIGN) {
      softsign(z, a, from, to);
    } else if (f == Activations.HARDTANH) {
      hardtanh(z, a, from, to);
    } else if (isIdentity(f)) {
      System.arraycopy(z, from, a, from, to - from);
    } else {
      generic(f, z, a, from, to);
    }
  }

  private static void relu(float[] z, float[] a, int from, int to) {
    for (int j = from; j < to; j++) {
      a[j] = Math.max(0, z[j]);
    }
  }

  private static void tanh(float[] z, float[] a, int from, int to) {
    for (int j = from; j < to; j++) {
      a[j] = FloatMath.tanh(z[j]);
    }
  }

  private static void sigmoid(float[] z, float[] a, int from, int to) {
    for (int j = from; j < to; j++) {
      a[j] = FloatMath.sigmoid(z[j]);
    }
  }

  private static void leaky(float slope, float[] z, float[] a, int from, int to) {
    for (int j = from; j < to; j++) {
      a[j] = Math.max(0, z[j]) + slope * Math.min(0, z[j]);
    }
  }

  /** scale z above 0, bottom (e^z - 1) below. */
  private static void elu(float scale, float bottom, float[] z, float[] a, int from, int to) {
    for (int j = from; j < to; j++) {
      a[j] = scale * Math.max(0, z[j]) + bottom * FloatMath.expm1OfNegative(Math.min(0, z[j]));
    }
  }

  /** z Φ(z) = max(0, z) - |z| Φ(-|z|), and the last term is 0 in float from 5.5 on. */
  private static void gelu(float[] z, float[] a, int from, int to) {
    for (int j = from; j < to; j++) {
      float t = Math.min(5.5f, Math.abs(z[j]));
      a[j] = Math.max(0, z[j]) - t * (0.5f - 0.5f * FloatMath.erf(t * ROOT_HALF));
    }
  }

  /** z σ(z) = max(0, z) - |z| σ(-|z|). */
  private static void silu(float[] z, float[] a, int from, int to) {
    for (int j = from; j < to; j++) {
      float t = Math.abs(z[j]);
      float e = FloatMath.expOfNegative(-t);
      a[j] = Math.max(0, z[j]) - t * e / (1 + e);
    }
  }

  private static void softplus(float[] z, float[] a, int from, int to) {
    for (int j = from; j < to; j++) {
      a[j] = Math.max(0, z[j]) + FloatMath.log1p(FloatMath.expOfNegative(-Math.abs(z[j])));
    }
  }

  private static void softsign(float[] z, float[] a, int from, int to) {
    for (int j = from; j < to; j++) {
      a[j] = z[j] / (1 + Math.abs(z[j]));
    }
  }

  private static void hardtanh(float[] z, float[] a, int from, int to) {
    for (int j = from; j < to; j++) {
      a[j] = Math.max(-1, Math.min(1, z[j]));
    }
  }

  private static void generic(Activation f, float[] z, float[] a, int from, int to) {
    for (int j = from; j < to; j++) {
      a[j] = (float) f.value(z[j]);
    }
  }

  /** D = D ⊙ f'(Z, A), row by row; {@code z} may be null unless f needs it. */
  static void backward(
      Activation f, int rows, int columns, float[] z, float[] a, float[] d, int offset, int ld) {
    if (isIdentity(f)) {
      return;
    }
    for (int i = 0; i < rows; i++) {
      int from = offset + i * ld;
      backward(f, z, a, d, from, from + columns);
    }
  }

  private static void backward(Activation f, float[] z, float[] a, float[] d, int from, int to) {
    if (f == Activations.RELU) {
      reluGradient(a, d, from, to);
    } else if (f == Activations.TANH) {
      tanhGradient(a, d, from, to);
    } else if (f == Activations.SIGMOID) {
      sigmoidGradient(a, d, from, to);
    } else if (f instanceof LeakyRelu leaky) {
      leakyGradient((float) leaky.a(), a, d, from, to);
    } else if (f instanceof Elu elu) {
      eluGradient(1, (float) elu.alpha(), a, d, from, to);
    } else if (f == Activations.SELU) {
      eluGradient((float) Activations.SELU_LAMBDA, SELU_BOTTOM, a, d, from, to);
    } else if (f == Activations.GELU) {
      geluGradient(z, d, from, to);
    } else if (f == Activations.SILU) {
      siluGradient(z, d, from, to);
    } else if (f == Activations.SOFTPLUS) {
      softplusGradient(a, d, from, to);
    } else if (f == Activations.SOFTSIGN) {
      softsignGradient(a, d, from, to);
    } else if (f == Activations.HARDTANH) {
      hardtanhGradient(a, d, from, to);
    } else {
      genericGradient(f, z, a, d, from, to);
    }
  }

  /** 1 where a > 0, else 0: 2^150 a is 0 or at least 2, down to the smallest float. */
  private static float step(float a) {
    return Math.min(1, a * 0x1p127f * 0x1p23f);
  }

  private static void reluGradient(float[] a, float[] d, int from, int to) {
    for (int j = from; j < to; j++) {
      d[j] *= step(a[j]);
    }
  }

  private static void tanhGradient(float[] a, float[] d, int from, int to) {
    for (int j = from; j < to; j++) {
      d[j] *= 1 - a[j] * a[j];
    }
  }

  private static void sigmoidGradient(float[] a, float[] d, int from, int to) {
    for (int j = from; j < to; j++) {
      d[j] *= a[j] * (1 - a[j]);
    }
  }

  private static void leakyGradient(float slope, float[] a, float[] d, int from, int to) {
    for (int j = from; j < to; j++) {
      d[j] *= slope + (1 - slope) * step(Math.max(0, a[j]));
    }
  }

  /** scale where a > 0, else a + bottom. */
  private static void eluGradient(
      float scale, float bottom, float[] a, float[] d, int from, int to) {
    for (int j = from; j < to; j++) {
      float positive = step(Math.max(0, a[j]));
      d[j] *= Math.min(0, a[j]) + bottom + (scale - bottom) * positive;
    }
  }

  private static void geluGradient(float[] z, float[] d, int from, int to) {
    for (int j = from; j < to; j++) {
      float below = 0.5f + 0.5f * FloatMath.erf(z[j] * ROOT_HALF);
      d[j] *= below + z[j] * NORMAL_PEAK * FloatMath.expOfNegative(-0.5f * z[j] * z[j]);
    }
  }

  private static void siluGradient(float[] z, float[] d, int from, int to) {
    for (int j = from; j < to; j++) {
      float e = FloatMath.expOfNegative(-Math.abs(z[j]));
      d[j] *= FloatMath.sigmoid(z[j]) + z[j] * e / ((1 + e) * (1 + e));
    }
  }

  private static void softplusGradient(float[] a, float[] d, int from, int to) {
    for (int j = from; j < to; j++) {
      d[j] *= -FloatMath.expm1OfNegative(-a[j]);
    }
  }

  private static void softsignGradient(float[] a, float[] d, int from, int to) {
    for (int j = from; j < to; j++) {
      float rest = 1 - Math.abs(a[j]);
      d[j] *= rest * rest;
    }
  }

  private static void hardtanhGradient(float[] a, float[] d, int from, int to) {
    for (int j = from; j < to; j++) {
      d[j] *= step(1 - Math.abs(a[j]));
    }
  }

  private static void genericGradient(
      Activation f, float[] z, float[] a, float[] d, int from, int to) {
    boolean input = f.needsInput();
    for (int j = from; j < to; j++) {
      d[j] *= (float) f.derivative(input ? z[j] : Double.NaN, a[j]);
    }
  }

  /** See {@link Backend#largest}. */
  static void largest(int pieces, int rows, int columns, float[] z, float[] a, int lda) {
    for (int i = 0; i < rows; i++) {
      int from = i * pieces * columns;
      int to = i * lda;
      System.arraycopy(z, from, a, to, columns);
      for (int k = 1; k < pieces; k++) {
        larger(columns, z, from + k * columns, a, to);
      }
    }
  }

  private static void larger(int columns, float[] z, int from, float[] a, int to) {
    for (int j = 0; j < columns; j++) {
      a[to + j] = Math.max(a[to + j], z[from + j]);
    }
  }

  /** See {@link Backend#largestGradient}. */
  static void largestGradient(
      int pieces, int rows, int columns, float[] z, float[] a, float[] d, int lda, float[] e) {
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < pieces; k++) {
        give(columns, z, e, (i * pieces + k) * columns, a, d, i * lda);
      }
    }
  }

  /** Moves D to E where Z = A, so that what was given once isn't given again. */
  private static void give(
      int columns, float[] z, float[] e, int from, float[] a, float[] d, int at) {
    for (int j = 0; j < columns; j++) {
      boolean largest = z[from + j] == a[at + j];
      e[from + j] = largest ? d[at + j] : 0;
      d[at + j] = largest ? 0 : d[at + j];
    }
  }
}
