package org.sparkmlp.train;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.Function;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.nn.Network;
import org.sparkmlp.nn.Topology;

/**
 * Networks for reuse: a round borrows one for each task that runs at the moment, and gives it back.
 * At most one a processor is kept, the latest used ones.
 */
public final class Workspaces {
  /** A network on a backend, with what else a shard's loop needs. */
  static final class Workspace {
    private final String backend;
    final Network network;
    final EpochOrder order = new EpochOrder();

    /** Of the batch, for dropout. */
    final int[] rowKeys;

    private Workspace(Topology topology, String backend, int capacity) {
      this.backend = backend;
      this.network = new Network(topology, Backends.get(backend), capacity);
      this.rowKeys = new int[capacity];
    }

    private boolean serves(Topology topology, String backendName, int capacity) {
      return network.capacity() == capacity
          && backend.equals(backendName)
          && network.topology().equals(topology);
    }
  }

  private static final int MOST_KEPT = Runtime.getRuntime().availableProcessors();

  private final Deque<Workspace> idle = new ArrayDeque<>();

  /** Runs {@code use} with a network of that topology, backend and batch capacity. */
  <T> T with(Topology topology, String backend, int capacity, Function<Workspace, T> use) {
    Workspace workspace = take(topology, backend, capacity);
    if (workspace == null) {
      workspace = new Workspace(topology, backend, capacity);
    }
    T result = use.apply(workspace);
    giveBack(workspace);
    return result;
  }

  private synchronized Workspace take(Topology topology, String backend, int capacity) {
    for (Iterator<Workspace> it = idle.iterator(); it.hasNext(); ) {
      Workspace workspace = it.next();
      if (workspace.serves(topology, backend, capacity)) {
        it.remove();
        return workspace;
      }
    }
    return null;
  }

  private synchronized void giveBack(Workspace workspace) {
    idle.addFirst(workspace);
    if (idle.size() > MOST_KEPT) {
      idle.removeLast();
    }
  }
}
