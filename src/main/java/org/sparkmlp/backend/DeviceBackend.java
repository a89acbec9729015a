package org.sparkmlp.backend;

import org.sparkmlp.function.Loss;

/**
 * A backend whose numbers lie in the memory of a device that works beside the processor. What a
 * round of training does again and again is here in a form that needs nothing of the host: rows
 * stay on the device, and so do losses until all steps are done.
 *
 * <p>An instance is for one thread at a time, which calls {@link #attach} first.
 */
public interface DeviceBackend extends Backend, AutoCloseable {
  /** Rows on the host, by number. */
  interface RowReader {
    int rows();

    /** Features of a row. */
    int columns();

    /** Targets of a row. */
    int width();

    /** Writes features, targets and weight of a row to {@code into}, one after the other. */
    void read(int row, float[] into);
  }

  /** Rows on the device, or on the way there. Closing gives them back; the device may keep them. */
  interface Rows extends AutoCloseable {
    /** Whether all of them are on the device: else each batch is sent when it is asked for. */
    boolean resident();

    @Override
    void close();
  }

  /** A sequence of rows to make batches of. */
  interface Batches extends AutoCloseable {
    @Override
    void close();
  }

  /** Loss sums, one each of a number of steps. */
  interface LossTable extends AutoCloseable {
    @Override
    void close();
  }

  /** Lets this thread use it. */
  void attach();

  /**
   * Rows by that name: those that are there, else they are sent, once, if the device has room for
   * them.
   *
   * @param name of the rows, in this JVM; {@link DeviceProvider#forget} takes the part before the
   *     first slash
   */
  Rows rows(String name, RowReader reader);

  /**
   * The rows of these numbers, in this order.
   *
   * @param key of {@link #dropout}
   */
  Batches batches(Rows rows, int[] numbers, int key);

  /**
   * Loads a batch: rows {@code from} to {@code from + n - 1} of the sequence.
   *
   * @param features n x columns, at offset 0 with that leading dimension; what lies between rows
   *     stays as it is
   * @param targets n x width, at offset 0
   * @param weights n numbers, at offset 0
   * @return the sum of the weights, in double, in the order of the rows
   */
  double load(
      Batches batches, int from, int n, Buffer features, int ld, Buffer targets, Buffer weights);

  /**
   * {@link Backend#dropout} of the batch that begins at {@code from}: a row's key is {@code
   * element(element(key, its number), layer)}, by {@link org.sparkmlp.util.CounterRandom}.
   */
  void dropout(
      double rate,
      Batches batches,
      int from,
      int layer,
      int rows,
      int columns,
      Buffer x,
      Buffer mask,
      Buffer out,
      int ld);

  /** A table of zeros. */
  LossTable lossTable(int steps);

  /** {@link Backend#loss}, but that the sums are added to those of a step in the table. */
  void loss(
      Loss loss,
      boolean classTargets,
      int rows,
      int columns,
      Buffer logits,
      Buffer targets,
      Buffer weights,
      Buffer gradient,
      LossTable table,
      int step);

  /** Waits for all work, and reads the table. */
  LossSums[] read(LossTable table);

  /** X = X · min(1, most / |X|), with the Euclidean norm. */
  void limitNorm(float most, Buffer x, int offset, int length);

  /** Frees all that it has on the device. May be called more than once, by any thread. */
  @Override
  void close();
}
