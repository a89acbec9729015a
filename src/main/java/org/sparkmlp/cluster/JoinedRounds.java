package org.sparkmlp.cluster;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.train.DataLayout;
import org.sparkmlp.train.Many;
import org.sparkmlp.train.Mergeable;
import org.sparkmlp.train.Objective;
import org.sparkmlp.train.Program;

/**
 * Rounds of fits that train at the same time on rows of the same cached DataFrame, made together:
 * one broadcast of all their states, one job, one sum. A job costs more than the steps of a small
 * network, so that many cells of a search take little longer than one. Each gets the bits it would
 * get alone. Fits on the same packed rows share tasks too, and in local mode all do; on a cluster
 * those on other rows, as on other folds, have their own, where their rows are.
 *
 * <p>A round begins when half of the fits of the group have come to theirs (while it runs, the
 * driver is busy with the other half: two fits take turns, as they would alone), or all where
 * rounds are short, or the first of them has waited for {@link #PATIENCE_MILLIS}. If it fails, each
 * makes its own, so that one fit's error is not another's. Large networks make their rounds by
 * themselves: what a job costs is little to them. So do fits on devices, which keep rows there by
 * fit.
 */
public final class JoinedRounds implements Objective, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JoinedRounds.class);

  /** For fits that are about something else than a round: checkpoints, validation, their end. */
  static final long PATIENCE_MILLIS = 20;

  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);

  /**
   * A round of half of the fits that takes less is to a good part its job: one of all takes less
   * than two.
   */
  private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(60);

  /** Those that train on rows of the same DataFrame. */
  static final class Group {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Request<?, ?>> waiting = new ArrayList<>();
    private int members;

    /** Of them, those whose round is being made, and in how many rounds. */
    private int running;

    private int rounds;

    /** Whether the last round took so short that its job counts. */
    private boolean isShort;

    /** When the latest round began, by {@link System#nanoTime}. */
    private long begun;

    /**
     * Whether there is nothing to wait for: all are here; or half of all, or all but those in one
     * round, unless others will be here soon; or enough for one.
     */
    private boolean isComplete(long more, long most) {
      long bytes = waiting.stream().mapToLong(request -> request.bytes).sum();
      boolean endsSoon = isShort && System.nanoTime() - begun < PATIENCE_NANOS;
      return waiting.size() >= members
          || (!isShort && 2 * waiting.size() >= members)
          || (!endsSoon && rounds < 2 && waiting.size() + running >= members)
          || bytes + more > most;
    }

    private void ended(int requests, long nanos) {
      lock.lock();
      try {
        running -= requests;
        rounds--;
        isShort = nanos < SHORT_NANOS;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    private void joined(int change) {
      lock.lock();
      try {
        members += change;
        changed.signalAll(); // who is waiting for one that has left needn't any more
      } finally {
        lock.unlock();
      }
    }
  }

  /** A round that somebody wants. */
  private static final class Request<S extends Serializable, R extends Mergeable<R>> {
    private final SparkObjective objective;
    private final Program<S, R> program;
    private final S state;
    private final long bytes;
    private boolean taken;
    private boolean failed;
    private R result;

    Request(SparkObjective objective, Program<S, R> program, S state) {
      this.objective = objective;
      this.program = program;
      this.state = state;
      this.bytes = objective.roundBytes();
    }

    Many.Part<S, R> part() {
      return new Many.Part<>(program);
    }

    void answer(Many.Sums sums, int place) {
      result = sums.of(place);
    }
  }

  private final SparkObjective alone;
  private final Group group;
  private final boolean joins;

  /** Bytes that a round of several may bring to the driver: half of what one may. */
  private final long most;

  /**
   * @param alone what makes the rounds of this fit
   * @param group of the fits on these rows and others of the same DataFrame
   */
  JoinedRounds(SparkObjective alone, Group group) {
    this.alone = alone;
    this.group = group;
    this.most = alone.mostBytes() / 2;
    this.joins = !alone.isOnDevices() && alone.isFlat() && alone.roundBytes() <= most / 2;
    if (joins) {
      group.joined(1);
    }
  }

  @Override
  public DataLayout layout() {
    return alone.layout();
  }

  @Override
  public <S extends Serializable, R extends Mergeable<R>> R round(Program<S, R> program, S state) {
    if (!joins) {
      return alone.round(program, state);
    }
    Request<S, R> own = new Request<>(alone, program, state);
    List<Request<?, ?>> together = comeTogether(own);
    long start = System.nanoTime();
    try {
      if (together.size() > 1) {
        run(together);
      }
      // alone from the beginning, or because the joined round has failed
      return own.result != null ? own.result : alone.round(program, state);
    } finally {
      if (!together.isEmpty()) {
        group.ended(together.size(), System.nanoTime() - start);
      }
    }
  }

  /**
   * Waits until others are here, or until one of them has made the round. Returns what is to be run
   * by this thread: nothing if another one has done it.
   */
  private List<Request<?, ?>> comeTogether(Request<?, ?> own) {
    group.lock.lock();
    try {
      group.waiting.add(own);
      long nanos = PATIENCE_NANOS;
      while (!own.taken && !group.isComplete(own.bytes, most) && nanos > 0) {
        nanos = group.changed.awaitNanos(nanos);
      }
      if (!own.taken) {
        return take(own);
      }
      while (own.result == null && !own.failed) {
        group.changed.await();
      }
      return List.of();
    } catch (InterruptedException e) {
      group.waiting.remove(own);
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for a round");
    } finally {
      group.lock.unlock();
    }
  }

  /** Takes a request and those waiting, as long as they fit in one round. */
  private List<Request<?, ?>> take(Request<?, ?> own) {
    List<Request<?, ?>> taken = new ArrayList<>(List.of(own));
    long bytes = own.bytes;
    for (Request<?, ?> other : group.waiting) {
      if (other != own && bytes + other.bytes <= most) {
        taken.add(other);
        bytes += other.bytes;
      }
    }
    group.waiting.removeAll(taken);
    taken.forEach(request -> request.taken = true);
    group.running += taken.size();
    group.rounds++;
    group.begun = System.nanoTime();
    group.changed.signalAll();
    return taken;
  }

  private void run(List<Request<?, ?>> requests) {
    List<SparkObjective> objectives = new ArrayList<>();
    List<Many.Part<?, ?>> parts = new ArrayList<>();
    ArrayList<Serializable> states = new ArrayList<>();
    for (Request<?, ?> request : requests) {
      objectives.add(request.objective);
      parts.add(request.part());
      states.add(request.state);
    }
    Many.Sums sums = null;
    try {
      sums =
          SparkObjective.roundOfMany(
              objectives, new Many(parts), new Many.States(states), alone.isLocal());
    } catch (Exception e) { // Spark throws checked exceptions undeclared
      if (e instanceof InterruptedException || Thread.currentThread().isInterrupted()) {
        throw e;
      }
      LOG.info("a round of {} fits has failed; each makes its own", requests.size(), e);
    } finally {
      group.lock.lock();
      try {
        for (int i = 0; i < requests.size(); i++) {
          Request<?, ?> request = requests.get(i);
          if (sums == null) {
            request.failed = true;
          } else {
            request.answer(sums, i);
          }
        }
        group.changed.signalAll();
      } finally {
        group.lock.unlock();
      }
    }
  }

  /** Leaves the others, who wait for this fit no more. */
  @Override
  public void close() {
    if (joins) {
      group.joined(-1);
    }
    alone.close();
  }
}
