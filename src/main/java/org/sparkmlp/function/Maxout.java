package org.sparkmlp.function;

import org.sparkmlp.util.Check;

/**
 * The largest of several sums (Goodfellow, Warde-Farley, Mirza, Courville, Bengio 2013, Maxout
 * Networks): a = max_k z_k. The gradient goes to the largest sum, to the first of equals.
 *
 * @param pieces sums of a unit, at least 2: so many times the weights of another layer of that size
 */
public record Maxout(int pieces) implements Activation {
  public Maxout {
    Check.that(pieces >= 2, "maxout: pieces must be at least 2, got %d", pieces);
  }

  @Override
  public String spec() {
    return "maxout(pieces=" + pieces + ")";
  }

  @Override
  public double value(double z) {
    return z;
  }

  @Override
  public double derivative(double z, double a) {
    return 1;
  }

  @Override
  public boolean needsInput() {
    return false;
  }
}
