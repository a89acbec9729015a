package org.sparkmlp.backend;

import java.util.Arrays;

/** What regularisation does to weights, gradients and a layer's values, on {@code float[]}. */
final class RegularizationKernels {
  private RegularizationKernels() {}

  static void scale(float factor, float[] x, int from, int to) {
    for (int i = from; i < to; i++) {
      x[i] *= factor;
    }
  }

  static void penalize(float l1, float l2, float[] w, float[] g, int from, int to) {
    if (l1 == 0) {
      for (int i = from; i < to; i++) {
        g[i] += l2 * w[i];
      }
    } else {
      for (int i = from; i < to; i++) {
        g[i] += l1 * FloatMath.sign(w[i]) + l2 * w[i];
      }
    }
  }

  static void clip(float bound, float[] x, int from, int to) {
    for (int i = from; i < to; i++) {
      x[i] = Math.max(-bound, Math.min(bound, x[i]));
    }
  }

  /** Four sums side by side, so that an addition needn't wait for the one before. */
  static double sumOfSquares(float[] x, int from, int to) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = from;
    for (; i < to - 3; i += 4) {
      a += (double) x[i] * x[i];
      b += (double) x[i + 1] * x[i + 1];
      c += (double) x[i + 2] * x[i + 2];
      d += (double) x[i + 3] * x[i + 3];
    }
    for (; i < to; i++) {
      a += (double) x[i] * x[i];
    }
    return a + b + (c + d);
  }

  static void limitColumnNorms(
      int rows, int columns, float[] w, int offset, float most, float[] factors) {
    Arrays.fill(factors, 0, columns, 0);
    for (int i = 0; i < rows; i++) {
      int at = offset + i * columns;
      for (int j = 0; j < columns; j++) {
        factors[j] += w[at + j] * w[at + j];
      }
    }
    boolean any = false;
    for (int j = 0; j < columns; j++) {
      float factor = factor(factors[j], most);
      factors[j] = factor;
      any |= factor != 1;
    }
    if (any) {
      for (int i = 0; i < rows; i++) {
        int at = offset + i * columns;
        for (int j = 0; j < columns; j++) {
          w[at + j] *= factors[j];
        }
      }
    }
  }

  private static float factor(float squares, float most) {
    if (!(squares < Float.POSITIVE_INFINITY)) {
      return Float.NaN;
    }
    double norm = Math.sqrt(squares);
    return norm > most ? (float) (most / norm) : 1;
  }

  static void dropout(
      double rate,
      int[] keys,
      int rows,
      int columns,
      float[] x,
      float[] mask,
      float[] out,
      int offset,
      int ld) {
    DropoutMask masks = new DropoutMask(rate);
    for (int i = 0; i < rows; i++) {
      int from = offset + i * ld;
      int key = keys[i];
      for (int j = 0; j < columns; j++) {
        mask[from + j] = masks.at(key, j);
      }
      for (int j = from; j < from + columns; j++) {
        out[j] = x[j] * mask[j];
      }
    }
  }

  static void multiply(int rows, int columns, float[] x, float[] y, int offset, int ld) {
    for (int i = 0; i < rows; i++) {
      int from = offset + i * ld;
      for (int j = from; j < from + columns; j++) {
        x[j] *= y[j];
      }
    }
  }
}
