package org.sparkmlp.data;

import java.io.Serializable;
import org.sparkmlp.util.CounterRandom;

/**
 * Sets about a share of all rows aside for validation, by their content: a row is held out if
 *
 * <pre>u(seed, Σ h(j, x_j)) &lt; fraction</pre>
 *
 * with the sum over the features that aren't 0, h a hash and u one that is uniform in [0, 1). So
 * the same rows are held out whatever their order, partitioning, label or weight, and whether they
 * are dense or sparse; rows with equal features stay together.
 *
 * @param fraction of the rows, about; in [0, 1), 0 for none
 * @param seed another one holds other rows out
 */
public record Holdout(double fraction, long seed) implements Serializable {
  /** Holds nothing out. */
  public static final Holdout NONE = new Holdout(0, 0);

  private static final int PURPOSE = 11;

  /** {@link #NONE} where the fraction is 0, whatever the seed. */
  public static Holdout of(double fraction, long seed) {
    return fraction == 0 ? NONE : new Holdout(fraction, seed);
  }

  public boolean isOn() {
    return fraction > 0;
  }

  /**
   * Whether a row is held out.
   *
   * @param indices of its features {@code x}, which count as floats; null if it has all of them
   */
  public boolean takes(int[] indices, double[] x) {
    if (!isOn()) {
      return false;
    }
    int content = 0;
    for (int k = 0; k < x.length; k++) {
      if (x[k] != 0) {
        int j = indices == null ? k : indices[k];
        content += CounterRandom.element(j, Float.floatToIntBits((float) x[k]));
      }
    }
    int key = CounterRandom.hash(seed, PURPOSE, 0, 0, 0);
    return CounterRandom.uniform(CounterRandom.element(key, content)) < fraction;
  }
}
