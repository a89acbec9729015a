package org.sparkmlp.cli;

import org.sparkmlp.train.Mergeable;

/** A plain sum of floats, for comparison: it depends on the order, as Mergeables must not. */
final class FloatSum implements Mergeable<FloatSum> {
  private static final long serialVersionUID = 1;

  private final float[] values;

  /**
   * @param values kept, and added to; empty for the sum of nothing
   */
  FloatSum(float[] values) {
    this.values = values;
  }

  @Override
  public FloatSum merge(FloatSum other) {
    if (values.length == 0) {
      return other;
    }
    for (int i = 0; i < other.values.length; i++) {
      values[i] += other.values[i];
    }
    return this;
  }

  float[] values() {
    return values;
  }
}
