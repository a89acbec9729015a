package org.sparkmlp.function;

import org.sparkmlp.util.Check;

/**
 * f(z) = z where z &gt; 0, else a z (Maas et al. 2013); f' = 1 where z &gt; 0, else a.
 *
 * <p>PyTorch's LeakyReLU.
 *
 * @param a slope of the negative side, &gt;= 0
 */
public record LeakyRelu(double a) implements Activation {
  public LeakyRelu {
    // a negative one would hide from the output which side it came from
    Check.that(
        a >= 0 && a < Double.POSITIVE_INFINITY,
        "leakyrelu: a must be a finite number >= 0, got %s",
        a);
  }

  @Override
  public String spec() {
    return "leakyrelu(a=" + a + ")";
  }

  @Override
  public double value(double z) {
    return z > 0 ? z : a * z;
  }

  @Override
  public double derivative(double z, double output) {
    return output > 0 ? 1 : a;
  }

  @Override
  public boolean needsInput() {
    return false;
  }
}
