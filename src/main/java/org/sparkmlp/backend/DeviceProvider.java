package org.sparkmlp.backend;

import java.util.Optional;

/**
 * Makes backends on devices of a kind. Found by {@link java.util.ServiceLoader}, so that the
 * libraries a kind needs are asked for by nobody but its users.
 */
public interface DeviceProvider {
  /** The kind, by which users choose it. */
  String name();

  /** Why no device of the kind can be used here, in one line; empty if one can. Never throws. */
  String unavailable();

  /** Number of devices; 0 if unavailable. */
  int count();

  /**
   * The device that a task takes.
   *
   * @param address what Spark's scheduler gave the task; empty: devices take turns by partition
   * @throws IllegalArgumentException if there is no such device here
   */
  int choose(Optional<String> address, int partition);

  /**
   * A backend on a device; the caller closes.
   *
   * @param ordinal from 0 to {@link #count} - 1
   * @throws DeviceException if it can't be used
   */
  DeviceBackend open(int ordinal);

  /** Frees what is kept of rows whose name begins with {@code group} and a slash. */
  void forget(String group);

  /** Frees what is kept of rows that nobody has used for so long; returns whether any are left. */
  boolean freeIdle(long nanos);
}
