package org.sparkmlp.cuda;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.backend.DeviceBackend.RowReader;
import org.sparkmlp.backend.DeviceException;

/**
 * Rows that stay on a GPU from round to round, by name: sent once, kept while there is room, the
 * least recently used given up first. They take at most a share of the memory, {@value #SHARE} of
 * it unless the system property {@value #PROPERTY} says otherwise.
 */
final class RowCache {
  static final String PROPERTY = "org.sparkmlp.cuda.memoryShare";
  static final double SHARE = 0.5;

  private static final Logger LOG = LoggerFactory.getLogger(RowCache.class);

  /** Rows on the device: records of features, targets and weight. */
  static final class Entry {
    private final Address records;
    private final long bytes;

    /** The weight of each row, for the host. */
    final float[] weights;

    private int users;
    private boolean forgotten;
    private long lastUsed;

    private Entry(Address records, long bytes, float[] weights) {
      this.records = records;
      this.bytes = bytes;
      this.weights = weights;
    }

    Address records() {
      return records;
    }
  }

  private final Gpu gpu;

  /** In the order of their last use. */
  private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

  private long bytesKept;

  RowCache(Gpu gpu) {
    this.gpu = gpu;
  }

  /**
   * The rows of that name, sent if they aren't there; null if there is no room. Of several threads
   * one sends at a time. {@link #giveBack} them.
   */
  synchronized Entry take(String name, RowReader reader, Staging staging) {
    Entry entry = entries.get(name);
    if (entry == null) {
      entry = send(name, reader, staging);
    }
    if (entry != null) {
      entry.users++;
      entry.lastUsed = System.nanoTime();
    }
    return entry;
  }

  private Entry send(String name, RowReader reader, Staging staging) {
    int length = reader.columns() + reader.width() + 1;
    long bytes = 4L * length * reader.rows();
    long most = (long) (share() * gpu.memory());
    if (!makeRoom(most - bytes)) {
      LOG.info(
          "{} rows of {} MB aren't kept on GPU {}, where {} of {} MB for rows are in use: they are sent batch by batch",
          reader.rows(),
          bytes >> 20,
          gpu.ordinal(),
          bytesKept >> 20,
          most >> 20);
      return null;
    }
    Address records;
    try {
      records = gpu.allocate(bytes);
    } catch (DeviceException e) {
      if (!e.outOfMemory()) {
        throw e;
      }
      LOG.warn("{}: rows are sent batch by batch", e.getMessage());
      return null;
    }
    boolean done = false;
    try {
      float[] weights = new float[reader.rows()];
      float[] record = new float[length];
      staging.begin(records, 0);
      for (int i = 0; i < weights.length; i++) {
        reader.read(i, record);
        weights[i] = record[length - 1];
        staging.put(record, 0, length);
      }
      staging.end();
      staging.sync(); // other streams may use them from now on
      Entry entry = new Entry(records, bytes, weights);
      entries.put(name, entry);
      bytesKept += bytes;
      gpu.retain();
      done = true;
      return entry;
    } finally {
      if (!done) {
        gpu.free(records);
      }
    }
  }

  private static double share() {
    String given = System.getProperty(PROPERTY);
    double share = given == null ? SHARE : Double.parseDouble(given);
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(PROPERTY + " must be between 0 and 1, got " + given);
    }
    return share;
  }

  synchronized void giveBack(Entry entry) {
    entry.users--;
    entry.lastUsed = System.nanoTime();
    if (entry.users == 0 && entry.forgotten) {
      drop(entry);
    }
  }

  /**
   * Gives up unused rows, those first that were used longest ago, until at most so much is kept.
   */
  private boolean makeRoom(long mostKept) {
    for (Iterator<Entry> it = entries.values().iterator(); it.hasNext() && bytesKept > mostKept; ) {
      Entry entry = it.next();
      if (entry.users == 0) {
        it.remove();
        drop(entry);
      }
    }
    return bytesKept <= mostKept;
  }

  /** Gives up what nobody has used for so long; returns whether any rows are left. */
  synchronized boolean freeIdle(long nanos) {
    long now = System.nanoTime();
    for (Iterator<Entry> it = entries.values().iterator(); it.hasNext(); ) {
      Entry entry = it.next();
      if (entry.users == 0 && now - entry.lastUsed >= nanos) {
        it.remove();
        gpu.attachToFree();
        drop(entry);
      }
    }
    return !entries.isEmpty();
  }

  /** Gives up all that nobody uses; returns whether that was anything. */
  synchronized boolean freeUnused() {
    long before = bytesKept;
    makeRoom(0);
    return bytesKept < before;
  }

  /** Gives up rows whose name begins so, those in use as soon as they aren't any more. */
  synchronized void forget(String prefix) {
    gpu.attachToFree();
    for (Iterator<Map.Entry<String, Entry>> it = entries.entrySet().iterator(); it.hasNext(); ) {
      Map.Entry<String, Entry> named = it.next();
      if (named.getKey().startsWith(prefix)) {
        it.remove();
        named.getValue().forgotten = true;
        if (named.getValue().users == 0) {
          drop(named.getValue());
        }
      }
    }
  }

  /** Of an entry that is in the map no more. */
  private void drop(Entry entry) {
    gpu.free(entry.records);
    bytesKept -= entry.bytes;
    gpu.release();
  }
}
