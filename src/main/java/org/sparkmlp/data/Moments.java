package org.sparkmlp.data;

import java.io.Serializable;
import java.math.BigInteger;
import org.sparkmlp.util.BigSums;

/**
 * Sums over weighted rows from which mean and deviation of each feature follow:
 *
 * <pre>
 * μ = Σ w x / Σ w        σ² = Σ w (x - μ)² / Σ w = (Σ w Σ w x² - (Σ w x)²) / (Σ w)²
 * </pre>
 *
 * <p>σ is the deviation of the rows at hand, divided by Σ w (as scikit-learn's StandardScaler does;
 * Spark's divides by one row less), so that a row of weight 2 counts as two rows. The sums are
 * {@link BigSums}, exact for numbers of like size: the difference of two huge numbers loses nothing
 * here, and neither the order nor the partitioning of the rows matters to any bit.
 */
public final class Moments implements Serializable {
  private static final long serialVersionUID = 1;

  /**
   * A feature that varies by less than this share of its mean doesn't vary but for the rounding of
   * its doubles.
   */
  private static final double NOTHING = 0x1p-50;

  private final int columns;
  private final BigSums weight = new BigSums(1);
  private final BigSums first;
  private final BigSums second;

  public Moments(int columns) {
    this.columns = columns;
    this.first = new BigSums(columns);
    this.second = new BigSums(columns);
  }

  /**
   * Adds a row.
   *
   * @param indices of its numbers, or null if it has all of them; a number that isn't there is 0
   * @param values no larger than a float; others are left out, since packing refuses them
   */
  public void add(int[] indices, double[] values, float rowWeight) {
    weight.add(0, rowWeight);
    for (int k = 0; k < values.length; k++) {
      double x = values[k];
      if (x != 0 && Math.abs(x) <= Float.MAX_VALUE) {
        add(indices == null ? k : indices[k], x, rowWeight);
      }
    }
  }

  private void add(int j, double x, double w) {
    double square = x * x;
    double rest = Math.fma(x, x, -square);
    if (w == 1) {
      first.add(j, x);
      second.add(j, square);
      second.add(j, rest);
    } else {
      first.addProduct(j, w, x);
      second.addProduct(j, w, square);
      second.addProduct(j, w, rest);
    }
  }

  /** Adds the sums of other rows. */
  public void add(Moments other) {
    weight.add(other.weight);
    first.add(other.first);
    second.add(other.second);
  }

  /**
   * Mean and deviation of every feature.
   *
   * @param centred whether the means are to be subtracted
   */
  public Scaling scaling(boolean centred) {
    double[] means = new double[columns];
    double[] deviations = new double[columns];
    BigInteger w = weight.wholes(0);
    int we = weight.exponent(0);
    for (int j = 0; j < columns && w.signum() > 0; j++) {
      BigInteger a = first.wholes(j);
      int ae = first.exponent(j);
      means[j] = quotient(a, ae, w, we);
      BigInteger left = w.multiply(second.wholes(j));
      int leftExponent = we + second.exponent(j);
      int exponent = Math.min(leftExponent, 2 * ae);
      BigInteger difference =
          left.shiftLeft(leftExponent - exponent)
              .subtract(a.multiply(a).shiftLeft(2 * ae - exponent));
      if (difference.signum() > 0) { // what is cut off could make it negative
        double deviation = Math.sqrt(quotient(difference, exponent, w.multiply(w), 2 * we));
        deviations[j] = deviation > NOTHING * Math.abs(means[j]) ? deviation : 0;
      }
    }
    return new Scaling(centred ? means : null, deviations);
  }

  /** (a · 2^ae) / (b · 2^be), right to the last bit but one. */
  private static double quotient(BigInteger a, int ae, BigInteger b, int be) {
    int more = Math.max(0, 64 + b.bitLength() - a.bitLength());
    BigInteger q = a.shiftLeft(more).divide(b);
    int less = Math.max(0, q.bitLength() - 64);
    return Math.scalb(q.shiftRight(less).doubleValue(), ae - be - more + less);
  }
}
