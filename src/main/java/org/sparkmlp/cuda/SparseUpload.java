package org.sparkmlp.cuda;

import java.util.Arrays;
import org.sparkmlp.backend.Backend;

/**
 * Sparse rows on the device, by rows and by columns, so that both products go through numbers in an
 * order of their own, without atomics. Keeps its room from batch to batch.
 */
final class SparseUpload implements Backend.SparseRows {
  int rows;
  int columns;

  /** Numbers that are stored. */
  int count;

  /** Columns that have numbers. */
  int used;

  /** On the device: all ints, as {@link #ints} has them, and all values: by rows, by columns. */
  CudaBuffer intsThere;

  CudaBuffer valuesThere;

  /** One after the other: starts of rows, columns, used columns, starts of these, rows. */
  int[] ints = {};

  float[] values = {};

  /** Where a used column is among them, plus 1; 0: it has no number. */
  private int[] places = {};

  int columnsAt() {
    return rows + 1;
  }

  int usedAt() {
    return columnsAt() + count;
  }

  int usedStartsAt() {
    return usedAt() + used;
  }

  int rowsAt() {
    return usedStartsAt() + used + 1;
  }

  int intCount() {
    return rowsAt() + count;
  }

  int valueCount() {
    return 2 * count;
  }

  /**
   * Lays out rows as {@link Backend#upload(Backend.SparseRows, int, int, int[], int[], float[])}.
   */
  void fill(int newRows, int newColumns, int[] starts, int[] indices, float[] numbers) {
    rows = newRows;
    columns = newColumns;
    count = starts[rows];
    if (places.length < columns) {
      places = new int[columns];
    }
    used = 0;
    for (int k = 0; k < count; k++) {
      if (places[indices[k]] == 0) {
        places[indices[k]] = ++used;
      }
    }
    if (ints.length < intCount()) {
      ints = new int[2 * intCount()];
    }
    if (values.length < valueCount()) {
      values = new float[2 * valueCount()];
    }
    System.arraycopy(starts, 0, ints, 0, rows + 1);
    System.arraycopy(indices, 0, ints, columnsAt(), count);
    System.arraycopy(numbers, 0, values, 0, count);
    byColumns(starts, indices, numbers);
    for (int k = 0; k < count; k++) {
      places[indices[k]] = 0;
    }
  }

  private void byColumns(int[] starts, int[] indices, float[] numbers) {
    int at = usedStartsAt();
    Arrays.fill(ints, at, at + used + 1, 0);
    for (int k = 0; k < count; k++) {
      int place = places[indices[k]];
      ints[usedAt() + place - 1] = indices[k];
      ints[at + place]++;
    }
    for (int u = 0; u < used; u++) {
      ints[at + u + 1] += ints[at + u];
    }
    for (int i = 0; i < rows; i++) {
      for (int k = starts[i]; k < starts[i + 1]; k++) {
        int to = ints[at + places[indices[k]] - 1]++;
        ints[rowsAt() + to] = i;
        values[count + to] = numbers[k];
      }
    }
    // each start has become the next one's
    System.arraycopy(ints, at, ints, at + 1, used);
    ints[at] = 0;
  }
}
