package org.sparkmlp.train;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.backend.DeviceBackend;
import org.sparkmlp.backend.LossSums;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.data.Shard;
import org.sparkmlp.nn.Dropout;
import org.sparkmlp.nn.Network;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.train.Workspaces.Workspace;

/**
 * {@link ShardPass} on a device: a stretch of a shard's rows, in some order, that were sent there
 * once, for all rounds, if the device has room. Steps need nothing of the host, and their losses
 * are read when all are done.
 */
final class DevicePass implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DevicePass.class);

  private final Network network;
  private final DeviceBackend device;
  private final Shard.Rows hostRows;
  private final int count;
  private DeviceBackend.Rows rows;
  private DeviceBackend.Batches batches;
  private DeviceBackend.LossTable table;

  private DevicePass(Workspace workspace, Shard.Rows hostRows, int count) {
    this.network = workspace.network;
    this.device = workspace.device;
    this.hostRows = hostRows;
    this.count = count;
  }

  /**
   * Whether a shard's rows can be kept on the workspace's device: if there is one, and all rows are
   * dense. Sparse ones are sent batch by batch as the host reads them.
   */
  static boolean serves(Workspace workspace, Shard shard, Topology topology) {
    if (workspace.device == null) {
      return false;
    }
    int width = topology.classTargets() ? 1 : topology.outputs();
    long count = shard.training().count() + (long) shard.validation().count();
    boolean dense = shard.size().bytes() == 4L * count * (topology.inputs() + width + 1);
    if (!dense && workspace.saysOfSparseRows()) {
      LOG.info(
          "rows are sparse: they go to {} batch by batch, where the first layer is computed on sparse rows",
          workspace.device.description());
    }
    return dense;
  }

  /**
   * Training rows at positions {@code from} to {@code to} of the workspace's order.
   *
   * @param key of the epoch and shard, by {@link ShardPass#start}
   * @param steps that have losses of their own
   */
  static DevicePass ofTraining(
      Workspace workspace, Shard shard, int from, int to, int key, int steps) {
    DevicePass pass = new DevicePass(workspace, shard.training(), to - from);
    pass.open(
        workspace.rowsName(shard.index(), "training"),
        i -> workspace.order.row(from + i),
        key,
        steps);
    return pass;
  }

  /** All validation rows, as one step. */
  static DevicePass ofValidation(Workspace workspace, Shard shard) {
    DevicePass pass = new DevicePass(workspace, shard.validation(), shard.validation().count());
    pass.open(workspace.rowsName(shard.index(), "validation"), i -> i, 0, 1);
    return pass;
  }

  private void open(String name, IntUnaryOperator order, int key, int steps) {
    boolean done = false;
    try {
      rows = device.rows(name, new Reader(hostRows, network.topology()));
      int[] numbers = new int[count];
      Arrays.setAll(numbers, order);
      batches = device.batches(rows, numbers, key);
      table = device.lossTable(steps);
      done = true;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  /** Reads packed rows. */
  private record Reader(Shard.Rows hostRows, Topology topology) implements DeviceBackend.RowReader {
    @Override
    public int rows() {
      return hostRows.count();
    }

    @Override
    public int columns() {
      return topology.inputs();
    }

    @Override
    public int width() {
      return topology.classTargets() ? 1 : topology.outputs();
    }

    @Override
    public void read(int row, float[] into) {
      PackedBlock block = hostRows.blockOf(row);
      int place = hostRows.placeOf(row);
      int columns = columns();
      int width = width();
      System.arraycopy(block.features(), block.start(place), into, 0, columns);
      System.arraycopy(block.targets(), place * width, into, columns, width);
      into[columns + width] = block.weights()[place];
    }
  }

  /**
   * Gradient of the loss sum over rows {@code from} to {@code to} of the stretch.
   *
   * @return their weight
   */
  double differentiate(int from, int to, Dropout dropout, int step) {
    double weight = 0;
    for (int start = from; start < to; start += network.capacity()) {
      int n = Math.min(network.capacity(), to - start);
      weight += network.load(batches, start, n);
      network.differentiate(n, start > from, dropout, table, step);
    }
    return weight;
  }

  /**
   * Losses of all rows.
   *
   * @param more what else to add up; may be null
   */
  void evaluate(MetricSums more) {
    int outputs = network.topology().outputs();
    float[] logits = new float[more == null ? 0 : network.capacity() * outputs];
    for (int start = 0; start < count; start += network.capacity()) {
      int n = Math.min(network.capacity(), count - start);
      network.load(batches, start, n);
      network.evaluate(n, table, 0);
      if (more != null) {
        network.logits(n, logits);
        ShardPass.add(logits, outputs, hostRows, start, n, more);
      }
    }
  }

  /** Waits for all steps; their losses. */
  LossSums[] losses() {
    return device.read(table);
  }

  @Override
  public void close() {
    if (table != null) {
      table.close();
    }
    if (batches != null) {
      batches.close();
    }
    if (rows != null) {
      rows.close();
    }
  }
}
