package org.sparkmlp.train;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.backend.Backend;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.backend.DeviceBackend;
import org.sparkmlp.backend.DeviceException;
import org.sparkmlp.backend.DeviceProvider;
import org.sparkmlp.nn.Network;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.util.Check;

/**
 * Networks for reuse: a round borrows one for each task that runs at the moment, and gives it back.
 * At most one a processor is kept, the latest used ones; those on devices until their group is
 * forgotten, or, where nobody says so, until they have idled for long.
 */
public final class Workspaces {
  /**
   * System property: seconds after which what nobody uses on a device any more is freed, {@value
   * #IDLE_SECONDS} if it isn't set.
   */
  public static final String IDLE_PROPERTY = "org.sparkmlp.deviceIdleSeconds";

  private static final int IDLE_SECONDS = 600;

  private static final Logger LOG = LoggerFactory.getLogger(Workspaces.class);

  /** A network on a backend, with what else a shard's loop needs. */
  static final class Workspace {
    private final String backend;
    private final int ordinal;
    final Network network;
    final EpochOrder order = new EpochOrder();

    /** Of the batch, for dropout. */
    final int[] rowKeys;

    /** The network's backend, if that is a device; else null. */
    final DeviceBackend device;

    private String group;
    private long lastUsed;
    private boolean saidSparse;

    private Workspace(Topology topology, String name, int ordinal, Backend backend, int capacity) {
      this.backend = name;
      this.ordinal = ordinal;
      this.device = backend instanceof DeviceBackend found ? found : null;
      this.network = new Network(topology, backend, capacity);
      this.rowKeys = new int[capacity];
    }

    private boolean serves(Topology topology, String backendName, int onOrdinal, int capacity) {
      return network.capacity() == capacity
          && ordinal == onOrdinal
          && backend.equals(backendName)
          && network.topology().equals(topology);
    }

    /** What the device knows a shard's rows by. */
    String rowsName(int shard, String role) {
      return group + "/" + role + "/" + shard;
    }

    /** Whether it hasn't been said yet that rows are sparse; it has been now. */
    boolean saysOfSparseRows() {
      boolean first = !saidSparse;
      saidSparse = true;
      return first;
    }

    private void close() {
      if (device != null) {
        device.close();
      }
    }
  }

  private static final int MOST_KEPT = Runtime.getRuntime().availableProcessors();

  private static final int MOST_FORGOTTEN = 1000;

  /** Of the CPU's backends, which have no number. */
  private static final int NO_DEVICE = -1;

  /** What is shared with those that {@link #of} makes. */
  private static final class Pool {
    final Deque<Workspace> idle = new ArrayDeque<>();

    /** Kinds of devices that were ever asked for. */
    final Set<String> devices = new TreeSet<>();

    /**
     * Groups that were forgotten, the latest ones. A task that was killed may go on for a while.
     */
    final Set<String> forgotten =
        Collections.newSetFromMap(
            new LinkedHashMap<>() {
              private static final long serialVersionUID = 1;

              @Override
              protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                return size() > MOST_FORGOTTEN;
              }
            });

    /** Whether somebody will look for what idles, and when, by {@link System#nanoTime}. */
    boolean watched;

    long nextLook;
  }

  private final Pool pool;

  private final String group;
  private final Optional<String> address;
  private final int partition;

  public Workspaces() {
    this(new Pool(), UUID.randomUUID().toString(), Optional.empty(), 0);
  }

  private Workspaces(Pool pool, String group, Optional<String> address, int partition) {
    this.pool = pool;
    this.group = group;
    this.address = address;
    this.partition = partition;
  }

  /**
   * The same networks for a task.
   *
   * @param taskGroup of the rows that the task may leave on a device
   * @param deviceAddress of the device that the task was given; empty: by the partition
   */
  public Workspaces of(String taskGroup, Optional<String> deviceAddress, int taskPartition) {
    return new Workspaces(pool, taskGroup, deviceAddress, taskPartition);
  }

  /**
   * Frees what tasks have left on devices in this JVM: those of this group. One that is still
   * running will leave nothing.
   */
  public void forget() {
    synchronized (pool) {
      pool.forgotten.add(group);
    }
    closeIdle(workspace -> workspace.device != null && group.equals(workspace.group));
    devices().forEach(device -> device.forget(group));
  }

  private List<DeviceProvider> devices() {
    synchronized (pool) {
      return pool.devices.stream().map(Backends::device).toList();
    }
  }

  /** After a task's work on a device: nothing may stay for ever that nobody will forget. */
  private void leave(DeviceProvider provider) {
    boolean forgotten;
    synchronized (pool) {
      forgotten = pool.forgotten.contains(group);
    }
    if (forgotten) {
      provider.forget(group);
    } else {
      watch();
    }
  }

  /**
   * Sees to it that networks and rows on devices are freed when they have idled: those of fits
   * whose end this JVM isn't told. It is looked for them as long as there are any.
   */
  private void watch() {
    long idle = idleNanos();
    synchronized (pool) {
      long now = System.nanoTime();
      if (pool.watched && pool.nextLook - now <= idle) {
        return;
      }
      pool.watched = true;
      pool.nextLook = now + idle / 2;
    }
    CompletableFuture.delayedExecutor(idle / 2, TimeUnit.NANOSECONDS)
        .execute(
            () -> {
              synchronized (pool) {
                pool.watched = false;
              }
              if (freeIdle(idle)) {
                watch();
              }
            });
  }

  /** Frees what has idled so long; returns whether anything is left. */
  private boolean freeIdle(long nanos) {
    long now = System.nanoTime();
    closeIdle(workspace -> workspace.device != null && now - workspace.lastUsed >= nanos);
    boolean left;
    synchronized (pool) {
      left = pool.idle.stream().anyMatch(workspace -> workspace.device != null);
    }
    for (DeviceProvider device : devices()) {
      left |= device.freeIdle(nanos);
    }
    return left;
  }

  private static long idleNanos() {
    String given = System.getProperty(IDLE_PROPERTY, String.valueOf(IDLE_SECONDS));
    double seconds = Double.parseDouble(given);
    Check.that(seconds > 0, "%s must be more than 0 seconds, got %s", IDLE_PROPERTY, given);
    return (long) (seconds * 1e9);
  }

  /**
   * Runs {@code use} with a network of that topology, backend and batch capacity. A device that has
   * no room, even when all that idles there is gone, leaves the work to the CPU.
   */
  <T> T with(Topology topology, String backend, int capacity, Function<Workspace, T> use) {
    if (!Backends.isDevice(backend)) {
      return on(topology, backend, NO_DEVICE, capacity, use);
    }
    DeviceProvider provider = Backends.device(backend);
    synchronized (pool) {
      pool.devices.add(backend);
    }
    int ordinal = provider.choose(address, partition);
    try {
      return onDevice(topology, backend, ordinal, capacity, use);
    } finally {
      leave(provider);
    }
  }

  private <T> T onDevice(
      Topology topology, String backend, int ordinal, int capacity, Function<Workspace, T> use) {
    try {
      return on(topology, backend, ordinal, capacity, use);
    } catch (DeviceException e) {
      if (!e.outOfMemory()) {
        throw e;
      }
      closeIdle(workspace -> workspace.device != null);
    }
    try {
      return on(topology, backend, ordinal, capacity, use);
    } catch (DeviceException e) {
      if (!e.outOfMemory()) {
        throw e;
      }
      LOG.warn("{}; partition {} is computed on the CPU in this round", e.getMessage(), partition);
    }
    return on(topology, Backends.onHost(backend).name(), NO_DEVICE, capacity, use);
  }

  private <T> T on(
      Topology topology, String backend, int ordinal, int capacity, Function<Workspace, T> use) {
    Workspace workspace = take(topology, backend, ordinal, capacity);
    if (workspace == null) {
      workspace = open(topology, backend, ordinal, capacity);
    }
    boolean done = false;
    try {
      if (workspace.device != null) {
        workspace.device.attach();
        workspace.group = group;
      }
      T result = use.apply(workspace);
      done = true;
      return result;
    } finally {
      if (done) {
        giveBack(workspace);
      } else {
        workspace.close(); // whatever state it is in
      }
    }
  }

  private static Workspace open(Topology topology, String name, int ordinal, int capacity) {
    if (ordinal == NO_DEVICE) {
      return new Workspace(topology, name, ordinal, Backends.get(name), capacity);
    }
    DeviceBackend device = Backends.device(name).open(ordinal);
    boolean done = false;
    try {
      Workspace workspace = new Workspace(topology, name, ordinal, device, capacity);
      done = true;
      return workspace;
    } finally {
      if (!done) {
        device.close();
      }
    }
  }

  private Workspace take(Topology topology, String backend, int ordinal, int capacity) {
    synchronized (pool) {
      for (Iterator<Workspace> it = pool.idle.iterator(); it.hasNext(); ) {
        Workspace workspace = it.next();
        if (workspace.serves(topology, backend, ordinal, capacity)) {
          it.remove();
          return workspace;
        }
      }
      return null;
    }
  }

  private void giveBack(Workspace workspace) {
    workspace.lastUsed = System.nanoTime();
    Workspace surplus = null;
    synchronized (pool) {
      if (workspace.device != null && pool.forgotten.contains(workspace.group)) {
        surplus = workspace;
      } else {
        pool.idle.addFirst(workspace);
        if (pool.idle.size() > MOST_KEPT) {
          surplus = pool.idle.removeLast();
        }
      }
    }
    if (surplus != null) {
      surplus.close();
    }
  }

  private void closeIdle(Predicate<Workspace> which) {
    List<Workspace> found = new ArrayList<>();
    synchronized (pool) {
      pool.idle.stream().filter(which).forEach(found::add);
      pool.idle.removeAll(found);
    }
    found.forEach(Workspace::close);
  }
}
