package org.sparkmlp.cuda;

import org.sparkmlp.backend.DeviceBackend;
import org.sparkmlp.backend.DeviceBackend.RowReader;

/** Rows that are kept on the device, or read again for each batch. */
final class CudaRows implements DeviceBackend.Rows {
  private final RowCache cache;

  /** Null if they aren't kept. */
  private RowCache.Entry entry;

  private final RowReader reader;
  private final float[] record;
  private final boolean resident;

  CudaRows(RowCache cache, RowCache.Entry entry, RowReader reader) {
    this.cache = cache;
    this.entry = entry;
    this.reader = reader;
    this.resident = entry != null;
    this.record = new float[reader.columns() + reader.width() + 1];
  }

  /** Numbers of a row on the device: features, targets, weight. */
  int length() {
    return record.length;
  }

  int columns() {
    return reader.columns();
  }

  int width() {
    return reader.width();
  }

  @Override
  public boolean resident() {
    return resident;
  }

  /** Null if they aren't kept. */
  Address records() {
    return resident ? entry.records() : null;
  }

  /** Weight of a row, which is sent as well unless it is on the device. */
  float weight(int row, Staging staging) {
    if (resident) {
      return entry.weights[row];
    }
    reader.read(row, record);
    staging.put(record, 0, record.length);
    return record[record.length - 1];
  }

  @Override
  public void close() {
    if (entry != null) {
      cache.giveBack(entry);
      entry = null;
    }
  }

  /** See {@link DeviceBackend.Batches}. */
  static final class Sequence implements DeviceBackend.Batches {
    final CudaRows rows;
    final int[] numbers;
    final CudaBuffer numbersThere;
    final int key;
    private final Runnable free;

    Sequence(CudaRows rows, int[] numbers, CudaBuffer numbersThere, int key, Runnable free) {
      this.rows = rows;
      this.numbers = numbers;
      this.numbersThere = numbersThere;
      this.key = key;
      this.free = free;
    }

    @Override
    public void close() {
      free.run();
    }
  }
}
