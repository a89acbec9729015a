package org.sparkmlp.function;

/** A loss of numbers, the mean over the K outputs of a term for each: l = 1/K Σ l(z_k, y_k). */
interface ValueLoss extends Loss {
  /** The term of one output. */
  double term(double z, double y);

  /** Its derivative by z. */
  double slope(double z, double y);

  @Override
  default double value(double[] z, double[] y) {
    double sum = 0;
    for (int k = 0; k < z.length; k++) {
      sum += term(z[k], y[k]);
    }
    return sum / z.length;
  }

  @Override
  default void gradient(double[] z, double[] y, double[] gradient) {
    for (int k = 0; k < z.length; k++) {
      gradient[k] = slope(z[k], y[k]) / z.length;
    }
  }

  /** The identity. */
  @Override
  default void link(double[] z, double[] out) {
    System.arraycopy(z, 0, out, 0, z.length);
  }

  @Override
  default boolean forClasses() {
    return false;
  }
}
