package org.sparkmlp;

import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.ExecutorLostFailure;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockUpdated;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerSpeculativeTaskSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;

/** What Spark tells about the tasks of a session while this listens. */
public final class TaskEvents extends SparkListener implements AutoCloseable {
  private final SparkContext spark;
  private final Set<String> cachedBlocks = ConcurrentHashMap.newKeySet();

  /** Tasks that failed by {@link FaultPlugin#FAIL}. */
  public final AtomicInteger injected = new AtomicInteger();

  /** What tasks failed by. */
  public final Queue<String> failures = new ConcurrentLinkedQueue<>();

  /** Tasks that were lost while they ran. */
  public final AtomicInteger lostInFlight = new AtomicInteger();

  /** Blocks of RDDs that were computed and cached again. */
  public final AtomicInteger recomputedBlocks = new AtomicInteger();

  public final AtomicInteger executorsAdded = new AtomicInteger();
  public final AtomicInteger executorsRemoved = new AtomicInteger();
  public final AtomicInteger speculated = new AtomicInteger();

  /** Second attempts that ended well while the first one was running. */
  public final AtomicInteger speculationsWon = new AtomicInteger();

  /** Jobs whose results were merged on executors: several stages behind that of the rows. */
  public final AtomicInteger jobsWithTrees = new AtomicInteger();

  /** Executors on which a task has begun. */
  public final Set<String> busyExecutors = ConcurrentHashMap.newKeySet();

  public TaskEvents(SparkContext spark) {
    this.spark = spark;
    spark.addSparkListener(this);
  }

  /** Waits until all that has happened has been told. */
  public void settle() {
    try {
      spark.listenerBus().waitUntilEmpty();
    } catch (TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    settle();
    spark.removeSparkListener(this);
  }

  @Override
  public void onJobStart(SparkListenerJobStart start) {
    jobsWithTrees.addAndGet(start.stageInfos().size() > 2 ? 1 : 0);
  }

  @Override
  public void onTaskStart(SparkListenerTaskStart start) {
    busyExecutors.add(start.taskInfo().executorId());
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    if (end.reason() instanceof ExecutorLostFailure) {
      lostInFlight.incrementAndGet();
    } else if (end.reason() instanceof ExceptionFailure failure) {
      failures.add(failure.toErrorString());
      if (failure.toErrorString().contains(FaultPlugin.MESSAGE)) {
        injected.incrementAndGet();
      }
    }
    if (end.taskInfo().speculative() && end.taskInfo().successful()) {
      speculationsWon.incrementAndGet();
    }
  }

  @Override
  public void onBlockUpdated(SparkListenerBlockUpdated update) {
    String block = update.blockUpdatedInfo().blockId().name();
    if (block.startsWith("rdd_")
        && update.blockUpdatedInfo().storageLevel().isValid()
        && !cachedBlocks.add(block)) {
      recomputedBlocks.incrementAndGet();
    }
  }

  @Override
  public void onExecutorAdded(SparkListenerExecutorAdded added) {
    executorsAdded.incrementAndGet();
  }

  @Override
  public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
    executorsRemoved.incrementAndGet();
  }

  @Override
  public void onSpeculativeTaskSubmitted(SparkListenerSpeculativeTaskSubmitted task) {
    speculated.incrementAndGet();
  }
}
