package org.sparkmlp.backend;

import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Activations;

/**
 * Activations on {@code float[]}: loops for the known ones, {@link Activation}'s own methods for a
 * user's.
 */
final class ActivationKernels {
  private ActivationKernels() {}

  /** Z = f(Z + 1 bias'). */
  static void forward(
      Activation f, int rows, int columns, float[] z, int zOffset, float[] bias, int biasOffset) {
    for (int i = 0; i < rows; i++) {
      int at = zOffset + i * columns;
      if (f == Activations.IDENTITY) {
        identity(columns, z, at, bias, biasOffset);
      } else if (f == Activations.RELU) {
        relu(columns, z, at, bias, biasOffset);
      } else if (f == Activations.TANH) {
        tanh(columns, z, at, bias, biasOffset);
      } else if (f == Activations.SIGMOID) {
        sigmoid(columns, z, at, bias, biasOffset);
      } else {
        generic(f, columns, z, at, bias, biasOffset);
      }
    }
  }

  private static void identity(int n, float[] z, int at, float[] bias, int b) {
    for (int j = 0; j < n; j++) {
      z[at + j] += bias[b + j];
    }
  }

  private static void relu(int n, float[] z, int at, float[] bias, int b) {
    for (int j = 0; j < n; j++) {
      z[at + j] = Math.max(0, z[at + j] + bias[b + j]);
    }
  }

  private static void tanh(int n, float[] z, int at, float[] bias, int b) {
    for (int j = 0; j < n; j++) {
      z[at + j] = FloatMath.tanh(z[at + j] + bias[b + j]);
    }
  }

  private static void sigmoid(int n, float[] z, int at, float[] bias, int b) {
    for (int j = 0; j < n; j++) {
      z[at + j] = FloatMath.sigmoid(z[at + j] + bias[b + j]);
    }
  }

  private static void generic(Activation f, int n, float[] z, int at, float[] bias, int b) {
    for (int j = 0; j < n; j++) {
      z[at + j] = (float) f.value((double) z[at + j] + bias[b + j]);
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
      identity(columns, biasGradient, biasOffset, d, y);
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
