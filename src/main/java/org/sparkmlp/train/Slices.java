package org.sparkmlp.train;

import java.util.List;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.nn.Topology.Slice;

/**
 * Where the slices of aggregated vectors end. Each row of a layer's weights (what leaves one input)
 * and each bias vector is summed on grids of its own, so that a feature of small scale keeps its
 * digits beside one of large scale.
 */
final class Slices {
  private Slices() {}

  /** For a vector of {@code copies} flat vectors one after the other (weights, then slots). */
  static int[] ends(Topology topology, int copies) {
    List<Slice> slices = topology.slices();
    int rows = slices.stream().mapToInt(Slice::rows).sum();
    int[] ends = new int[copies * rows];
    int at = 0;
    for (int c = 0; c < copies; c++) {
      for (Slice slice : slices) {
        for (int row = 1; row <= slice.rows(); row++) {
          ends[at++] = c * topology.size() + slice.offset() + row * slice.columns();
        }
      }
    }
    return ends;
  }
}
