package org.sparkmlp.study;

import org.sparkmlp.backend.Backend;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.backend.LossSums;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.nn.Network;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.nn.WeightUpdate;

/** Rows of a block through a network, for measurements between or beside trainings. */
final class RowPass {
  private final PackedBlock block;
  private final Network network;

  /**
   * @param rowsAtOnce that go through the network together; longer batches go in such parts, as in
   *     training
   */
  RowPass(Topology topology, PackedBlock block, int rowsAtOnce) {
    this.block = block;
    this.network = new Network(topology, backend(), rowsAtOnce);
  }

  static Backend backend() {
    return Backends.get(Backends.AUTO);
  }

  int rows() {
    return block.rows();
  }

  void setWeights(float[] weights) {
    network.setWeights(weights);
  }

  float[] weights() {
    float[] weights = new float[network.topology().size()];
    network.getWeights(weights);
    return weights;
  }

  /** Takes the optimizer's slots, one after the other. */
  void setSlots(float[] slots) {
    network.setSlots(slots);
  }

  /**
   * Computes the gradient of the loss sum over the rows {@code order[from]} to {@code order[to -
   * 1]}.
   */
  void differentiate(int[] order, int from, int to) {
    LossSums sums = new LossSums();
    for (int start = from; start < to; start += network.capacity()) {
      int n = Math.min(network.capacity(), to - start);
      for (int i = 0; i < n; i++) {
        network.load(i, block, order[start + i]);
      }
      network.differentiate(n, start > from, sums);
    }
  }

  /** Copies what {@link #differentiate} has computed. */
  void getGradient(float[] into) {
    network.getGradient(into);
  }

  /** Updates the weights by it. */
  void update(WeightUpdate update, double rows, double rate, long step) {
    network.update(update, rows, rate, step);
  }
}
