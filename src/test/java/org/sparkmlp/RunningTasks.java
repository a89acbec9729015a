package org.sparkmlp;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.TaskContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.SparkPlugin;
import org.apache.spark.util.TaskCompletionListener;

/**
 * The tasks that run in this JVM, which in local mode are all of a session: those too that Spark
 * has killed and doesn't count any more, but that haven't ended yet.
 */
public final class RunningTasks implements SparkPlugin {
  private static final Set<TaskContext> RUNNING = ConcurrentHashMap.newKeySet();
  private static final AtomicInteger SECOND_ATTEMPTS = new AtomicInteger();

  /** Waits until one task runs, and no other. */
  public static TaskContext awaitLast() {
    if (!Footprint.eventually(() -> RUNNING.size() == 1)) {
      throw new AssertionError(RUNNING.size() + " tasks are running");
    }
    return RUNNING.iterator().next();
  }

  /** Waits until no task runs. */
  public static void awaitNone() {
    if (!Footprint.eventually(RUNNING::isEmpty)) {
      throw new AssertionError(RUNNING.size() + " tasks are still running");
    }
  }

  /** How many tasks have been tried again so far. */
  public static int secondAttempts() {
    return SECOND_ATTEMPTS.get();
  }

  @Override
  public DriverPlugin driverPlugin() {
    return null;
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new ExecutorPlugin() {
      @Override
      public void onTaskStart() {
        TaskContext task = TaskContext.get();
        SECOND_ATTEMPTS.addAndGet(task.attemptNumber() > 0 ? 1 : 0);
        RUNNING.add(task);
        task.addTaskCompletionListener((TaskCompletionListener) RUNNING::remove);
      }
    };
  }
}
