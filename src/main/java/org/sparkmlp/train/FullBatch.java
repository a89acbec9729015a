package org.sparkmlp.train;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.data.Shard;
import org.sparkmlp.nn.ReferenceNetwork;
import org.sparkmlp.nn.Topology;

/**
 * Loss sum and gradient over all training rows, in double: what L-BFGS minimises. The state is the
 * flat vector.
 */
record FullBatch(Topology topology, String backend) implements Program<double[], FullBatch.Sum> {
  /**
   * Most rows that go through the network at once; a constant, so that sums don't depend on the
   * packing.
   */
  static final int ROWS_AT_ONCE = 512;

  /**
   * Of the features that go through the network at once, 64 MB in double: sparse rows are dense
   * here.
   */
  private static final int MOST_FEATURES_AT_ONCE = 1 << 23;

  /** Gradient, loss and weight sums. */
  static final class Sum implements Mergeable<Sum> {
    private static final long serialVersionUID = 1;

    private ExactSum vector = ExactSum.empty();
    private long rows;
    private long nanos;

    @Override
    public Sum merge(Sum other) {
      vector = vector.merge(other.vector);
      rows += other.rows;
      nanos = Math.max(nanos, other.nanos);
      return this;
    }

    @Override
    public Sum mergeInTask(Sum other) {
      long both = nanos + other.nanos;
      Sum sum = merge(other);
      sum.nanos = both;
      return sum;
    }

    @Override
    public Sum finish() {
      vector = vector.finish();
      return this;
    }

    /** Gradient, then loss, then weight. */
    double[] total(int size) {
      double[] total = new double[size + 2];
      vector.total(total);
      return total;
    }

    long rows() {
      return rows;
    }

    long nanos() {
      return nanos;
    }
  }

  @Override
  public Sum empty() {
    return new Sum();
  }

  @Override
  public Sum run(double[] weights, Shard shard, Workspaces workspaces) {
    Sum sum = new Sum();
    int rows = shard.training().count();
    if (rows == 0) {
      return sum;
    }
    long start = System.nanoTime();
    ReferenceNetwork network = new ReferenceNetwork(topology, Backends.doubles(backend));
    int size = topology.size();
    double[] gradient = new double[size];
    double[] vector = new double[size + 2];
    int atOnce =
        Math.max(
            1,
            Math.min(topology.rowsAtOnce(ROWS_AT_ONCE), MOST_FEATURES_AT_ONCE / topology.inputs()));
    for (int from = 0; from < rows; from += atOnce) {
      int n = Math.min(atOnce, rows - from);
      Batch batch = Batch.of(topology, shard.training(), from, n);
      vector[size] += network.loss(weights, batch.features, batch.targets, batch.weights, gradient);
      vector[size + 1] += Arrays.stream(batch.weights).sum();
    }
    System.arraycopy(gradient, 0, vector, 0, size);
    int[] slices = Slices.ends(topology, 1);
    int[] ends = Arrays.copyOf(slices, slices.length + 2);
    ends[slices.length] = size + 1;
    ends[slices.length + 1] = size + 2;
    sum.vector = ExactSum.of(vector, ends);
    sum.rows = rows;
    sum.nanos = System.nanoTime() - start;
    return sum;
  }

  /** Rows in double, targets one number an output. */
  private record Batch(DMatrixRMaj features, DMatrixRMaj targets, double[] weights) {
    static Batch of(Topology topology, Shard.Rows rows, int from, int n) {
      int columns = topology.inputs();
      int outputs = topology.outputs();
      DMatrixRMaj features = new DMatrixRMaj(n, columns);
      DMatrixRMaj targets = new DMatrixRMaj(n, outputs);
      double[] weights = new double[n];
      for (int i = 0; i < n; i++) {
        PackedBlock block = rows.blockOf(from + i);
        int row = rows.placeOf(from + i);
        block.copyRow(row, features.data, i * columns);
        float target = block.targets()[row];
        if (!topology.classTargets() || outputs == 1) {
          targets.set(i, 0, target);
        } else {
          targets.set(i, (int) target, 1);
        }
        weights[i] = block.weights()[row];
      }
      return new Batch(features, targets, weights);
    }
  }
}
