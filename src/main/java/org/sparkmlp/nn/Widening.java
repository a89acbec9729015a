package org.sparkmlp.nn;

import java.util.Arrays;
import java.util.List;
import org.sparkmlp.nn.Topology.Slice;
import org.sparkmlp.util.Check;

/**
 * The weights of a network in one with more outputs: every weight between units that both have is
 * copied, and what leads to the new outputs stays as it is. All else must be equal.
 */
public final class Widening {
  private Widening() {}

  /**
   * Copies {@code weights}, which are of {@code from}, over those of {@code to}.
   *
   * @param name what the error calls the narrower network
   * @param into of {@code to}; what has no counterpart in {@code from} is kept
   * @throws IllegalArgumentException if the networks differ in more than the number of outputs, or
   *     {@code to} has fewer
   */
  public static void copy(String name, Topology from, float[] weights, Topology to, float[] into) {
    check(name, from, to);
    List<Slice> sources = from.slices();
    List<Slice> targets = to.slices();
    for (int s = 0; s < sources.size(); s++) {
      Slice source = sources.get(s);
      Slice target = targets.get(s);
      for (int row = 0; row < source.rows(); row++) {
        System.arraycopy(
            weights,
            source.offset() + row * source.columns(),
            into,
            target.offset() + row * target.columns(),
            source.columns());
      }
    }
  }

  private static void check(String name, Topology from, Topology to) {
    int last = from.depth();
    boolean fits =
        to.depth() == last
            && Arrays.equals(from.layers(), 0, last, to.layers(), 0, last)
            && from.outputs() <= to.outputs();
    for (int l = 1; fits && l < last; l++) {
      fits = from.activation(l).spec().equals(to.activation(l).spec());
    }
    fits &= from.loss().spec().equals(to.loss().spec()) && from.classTargets() == to.classTargets();
    Check.that(
        fits,
        "%s is a network %s, but this fit is of a network %s: they may differ only in that this one has more outputs",
        name,
        from,
        to);
  }
}
