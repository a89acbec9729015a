package org.sparkmlp.study;

import org.sparkmlp.backend.Backend;
import org.sparkmlp.backend.Backend.Buffer;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.optim.Optimizer;

/** Updates of a point by the kernels that train networks. */
final class Descent {
  /** Their loops over weights are the same in all CPU backends; this one loads everywhere. */
  private static final String BACKEND = "ejml";

  /** The gradient of a function. */
  interface Gradient {
    void at(float[] point, float[] gradient);
  }

  private Descent() {}

  /**
   * The points from {@code start} on: {@code [coordinate][update]}, the start being update 0. From
   * where it ceases to be finite on, NaN.
   */
  static double[][] path(
      Optimizer optimizer, double rate, double[] start, int updates, Gradient gradient) {
    Backend backend = Backends.get(BACKEND);
    int n = start.length;
    float[] point = new float[n];
    float[] slope = new float[n];
    double[][] path = new double[n][updates + 1];
    for (int i = 0; i < n; i++) {
      point[i] = (float) start[i];
      path[i][0] = start[i];
    }
    Buffer w = backend.copyOf(point);
    Buffer g = backend.allocate(n);
    Buffer[] slots = new Buffer[optimizer.slots().size()];
    for (int j = 0; j < slots.length; j++) {
      slots[j] = backend.allocate(n);
    }
    for (int t = 1; t <= updates; t++) {
      gradient.at(point, slope);
      backend.upload(slope, 0, g, 0, n);
      backend.update(optimizer, n, w, g, 1, slots, rate, t);
      backend.download(w, 0, point, 0, n);
      for (int i = 0; i < n; i++) {
        path[i][t] = Float.isFinite(point[i]) ? point[i] : Double.NaN;
      }
    }
    return path;
  }
}
