package org.sparkmlp.nn;

import java.util.Arrays;
import org.sparkmlp.backend.Backend;
import org.sparkmlp.backend.Backend.Buffer;
import org.sparkmlp.backend.DropoutMask;

/**
 * The sparse rows of a batch, on the host, while they are collected. To each row a number is added
 * that stands for the column of ones: 1, at place {@code inputs}. Grows as needed and keeps its
 * room.
 */
final class SparseBatch {
  private final int inputs;

  /** Place of each sparse row in the batch. */
  private int[] places = new int[16];

  private int[] starts = new int[17];
  private int[] indices = new int[256];
  private float[] values = new float[256];
  private float[] room = {};
  private int rows;
  private Backend.SparseRows uploaded;

  SparseBatch(int inputs) {
    this.inputs = inputs;
  }

  void clear() {
    rows = 0;
  }

  int rows() {
    return rows;
  }

  /** Numbers of all rows, those of the column of ones too. */
  int count() {
    return starts[rows];
  }

  /** Adds a row: {@code count} numbers from {@code valuesAt} on, their places in {@code at}. */
  void add(int place, int count, int[] at, int atFrom, float[] numbers, int numbersFrom) {
    if (rows == places.length) {
      places = Arrays.copyOf(places, 2 * rows);
      starts = Arrays.copyOf(starts, 2 * rows + 1);
    }
    int from = starts[rows];
    int to = from + count + 1;
    if (to > indices.length) {
      indices = Arrays.copyOf(indices, 2 * to);
      values = Arrays.copyOf(values, 2 * to);
    }
    System.arraycopy(at, atFrom, indices, from, count);
    System.arraycopy(numbers, numbersFrom, values, from, count);
    indices[to - 1] = inputs;
    values[to - 1] = 1;
    places[rows] = place;
    rows++;
    starts[rows] = to;
  }

  /**
   * Dropout of the inputs.
   *
   * @param keys one for each place of the batch
   */
  void thin(double rate, int[] keys) {
    DropoutMask mask = new DropoutMask(rate);
    for (int i = 0; i < rows; i++) {
      int ones = starts[i + 1] - 1;
      for (int k = starts[i]; k < ones; k++) {
        values[k] *= mask.at(keys[places[i]], indices[k]);
      }
    }
  }

  /** All rows, for {@link Backend#sparseGemm}. */
  Backend.SparseRows upload(Backend backend) {
    uploaded = backend.upload(uploaded, rows, inputs + 1, starts, indices, values);
    return uploaded;
  }

  /** Squares all numbers; those of the column of ones stay what they are. */
  void square() {
    for (int k = 0; k < count(); k++) {
      values[k] *= values[k];
    }
  }

  /** Writes all rows, zeros too, to their places in {@code dense}, whose rows have ones at last. */
  void spread(Backend backend, Buffer dense) {
    if (room.length == 0) {
      room = new float[inputs + 1];
    }
    for (int i = 0; i < rows; i++) {
      for (int k = starts[i]; k < starts[i + 1]; k++) {
        room[indices[k]] = values[k];
      }
      backend.upload(room, 0, dense, places[i] * (inputs + 1), inputs + 1);
      for (int k = starts[i]; k < starts[i + 1]; k++) {
        room[indices[k]] = 0;
      }
    }
  }
}
