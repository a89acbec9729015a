package org.sparkmlp.backend;

import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Activations;

/**
 * Activations on {@code float[]}: loops for the known ones, {@link Activation}'s own methods for a
 * user's.
 */
final class ActivationKernels {
  private ActivationKernels() {}

  /**
   * Z = f(Z + 1 bias'). Two passes, since the JIT vectorizes a loop over a stretch of one array
   * well and one over two arrays at two offsets badly (measured: tanh 4 times faster).
   */
  static void forward(
      Activation f, int rows, int columns, float[] z, int zOffset, float[] bias, int biasOffset) {
    for (int i = 0; i < rows; i++) {
      add(columns, z, zOffset + i * columns, bias, biasOffset);
    }
    int end = zOffset + rows * columns;
    if (f == Activations.RELU) {
      relu(z, zOffset, end);
    } else if (f == Activations.TANH) {
      tanh(z, zOffset, end);
    } else if (f == Activations.SIGMOID) {
      sigmoid(z, zOffset, end);
    } else if (f != Activations.IDENTITY) {
      generic(f, z, zOffset, end);
    }
  }

  private static void add(int n, float[] z, int at, float[] x, int from) {
    for (int j = 0; j < n; j++) {
      z[at + j] += x[from + j];
    }
  }

  private static void relu(float[] z, int from, int to) {
    for (int j = from; j < to; j++) {
      z[j] = Math.max(0, z[j]);
    }
  }

  private static void tanh(float[] z, int from, int to) {
    for (int j = from; j < to; j++) {
      z[j] = FloatMath.tanh(z[j]);
    }
  }

  private static void sigmoid(float[] z, int from, int to) {
    for (int j = from; j < to; j++) {
      z[j] = FloatMath.sigmoid(z[j]);
    }
  }

  private static void generic(Activation f, float[] z, int from, int to) {
    for (int j = from; j < to; j++) {
      z[j] = (float) f.value(z[j]);
    }
  }

  /** D = D ⊙ f'(A); bias gradient += column sums of D. */
  static void backward(
      Activation f,
      int rows,
      int columns,
      float[] a,
      int aOffset,
      float[] d,
      int dOffset,
      float[] biasGradient,
      int biasOffset) {
    for (int i = 0; i < rows; i++) {
      int x = aOffset + i * columns;
      int y = dOffset + i * columns;
      if (f == Activations.RELU) {
        reluGradient(columns, a, x, d, y);
      } else if (f == Activations.TANH) {
        tanhGradient(columns, a, x, d, y);
      } else if (f == Activations.SIGMOID) {
        sigmoidGradient(columns, a, x, d, y);
      } else if (f != Activations.IDENTITY) {
        genericGradient(f, columns, a, x, d, y);
      }
      add(columns, biasGradient, biasOffset, d, y);
    }
  }

  private static void reluGradient(int n, float[] a, int x, float[] d, int y) {
    for (int j = 0; j < n; j++) {
      d[y + j] = a[x + j] > 0 ? d[y + j] : 0;
    }
  }

  private static void tanhGradient(int n, float[] a, int x, float[] d, int y) {
    for (int j = 0; j < n; j++) {
      d[y + j] *= 1 - a[x + j] * a[x + j];
    }
  }

  private static void sigmoidGradient(int n, float[] a, int x, float[] d, int y) {
    for (int j = 0; j < n; j++) {
      d[y + j] *= a[x + j] * (1 - a[x + j]);
    }
  }

  private static void genericGradient(Activation f, int n, float[] a, int x, float[] d, int y) {
    for (int j = 0; j < n; j++) {
      d[y + j] *= (float) f.derivative(a[x + j]);
    }
  }
}
