package org.sparkmlp.optim;

/**
 * Whole powers, without the arrays that StrictMath.pow allocates on every call, and the same on
 * every machine.
 */
final class Powers {
  private Powers() {}

  /** {@code base} to the {@code n}, n &gt;= 0, by repeated squaring. */
  static double power(double base, long n) {
    double result = 1;
    double square = base;
    for (long rest = n; rest > 0; rest >>= 1) {
      if ((rest & 1) == 1) {
        result *= square;
      }
      square *= square;
    }
    return result;
  }
}
