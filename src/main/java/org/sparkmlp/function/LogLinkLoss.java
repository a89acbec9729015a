package org.sparkmlp.function;

/**
 * A loss of numbers whose mean is e^z: predictions are positive whatever the logits.
 *
 * <p>Terms are computed from z, never from the mean, so that none is a product of 0 and infinity.
 */
interface LogLinkLoss extends ValueLoss {
  @Override
  default void link(double[] z, double[] out) {
    for (int k = 0; k < z.length; k++) {
      out[k] = Math.exp(z[k]);
    }
  }
}
