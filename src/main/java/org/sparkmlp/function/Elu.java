package org.sparkmlp.function;

import org.sparkmlp.util.Check;

/**
 * f(z) = z where z &gt; 0, else α (e^z - 1) (Clevert, Unterthiner, Hochreiter 2016); f' = 1 where z
 * &gt; 0, else f(z) + α.
 *
 * <p>PyTorch's ELU.
 *
 * @param alpha α, &gt; 0: the function tends to -α
 */
public record Elu(double alpha) implements Activation {
  public Elu {
    Check.positive(alpha, "elu: alpha");
  }

  @Override
  public String spec() {
    return "elu(alpha=" + alpha + ")";
  }

  @Override
  public double value(double z) {
    return z > 0 ? z : alpha * Math.expm1(z);
  }

  @Override
  public double derivative(double z, double a) {
    return a > 0 ? 1 : a + alpha;
  }

  @Override
  public boolean needsInput() {
    return false;
  }
}
