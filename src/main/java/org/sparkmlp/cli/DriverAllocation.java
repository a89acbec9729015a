package org.sparkmlp.cli;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.HashMap;
import java.util.Map;

/**
 * Bytes of heap that the threads of this JVM allocate, but for those that run Spark's tasks: in
 * local mode what is the driver's, and a little more (shuffle servers, heartbeats). A thread takes
 * its count with it when it ends, so that counts are noted all the time.
 */
final class DriverAllocation implements AutoCloseable {
  private static final String TASKS = "Executor task launch worker";
  private static final long PAUSE_MILLIS = 20;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** The latest count of each thread that is the driver's, those that have ended included. */
  private final Map<Long, Long> counts = new HashMap<>();

  private final Map<Long, Boolean> drivers = new HashMap<>();
  private final Thread sampler = new Thread(this::watch, "driver-allocation");

  DriverAllocation() {
    sampler.setDaemon(true);
    sampler.start();
  }

  private void watch() {
    while (!Thread.currentThread().isInterrupted()) {
      bytes();
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** A count that only grows; what counts is its growth. */
  synchronized long bytes() {
    long[] ids = threads.getAllThreadIds();
    long[] allocated = threads.getThreadAllocatedBytes(ids);
    for (int i = 0; i < ids.length; i++) {
      if (allocated[i] >= 0 && drivers.computeIfAbsent(ids[i], this::isDriver)) {
        counts.put(ids[i], allocated[i]);
      }
    }
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  private boolean isDriver(long id) {
    ThreadInfo info = threads.getThreadInfo(id);
    return info != null && id != sampler.getId() && !info.getThreadName().startsWith(TASKS);
  }

  @Override
  public void close() {
    sampler.interrupt();
  }
}
