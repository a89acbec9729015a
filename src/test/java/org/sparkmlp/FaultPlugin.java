package org.sparkmlp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.TaskContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Faults for tests, in tasks of any job, without a hook in the product. They are switched on and
 * off by files in the folder {@code spark.sparkmlp.faults}, which all executors of this machine
 * see; thus a test decides when a task goes on, and no clock does.
 */
public final class FaultPlugin implements SparkPlugin {
  /** Setting that names the folder. */
  public static final String FOLDER = "spark.sparkmlp.faults";

  /** One task in ten fails at its end, at its first attempt. */
  public static final String FAIL = "fail";

  /** All tasks wait at their beginning. */
  public static final String GATE = "gate";

  /**
   * Tasks of partition 0 wait at their beginning, at their first attempt, until killed; not where
   * they are alone, since Spark compares with others to find slow ones.
   */
  public static final String SLOW = "slow";

  /** What a task that fails by {@link #FAIL} says. */
  public static final String MESSAGE = "injected fault";

  /** Silences what Spark says of each task that fails, in this JVM. */
  public static void quiet() {
    for (String name :
        new String[] {"executor.Executor", "scheduler.TaskSetManager", "TaskContextImpl"}) {
      Configurator.setLevel("org.apache.spark." + name, Level.OFF);
    }
  }

  public static void on(Path folder, String fault) {
    try {
      Files.createFile(folder.resolve(fault));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static void off(Path folder, String fault) {
    try {
      Files.deleteIfExists(folder.resolve(fault));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public DriverPlugin driverPlugin() {
    return null;
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new Faults();
  }

  private static final class Faults implements ExecutorPlugin {
    private Path folder;

    @Override
    public void init(PluginContext context, Map<String, String> unused) {
      folder = Path.of(context.conf().get(FOLDER));
    }

    @Override
    public void onTaskStart() {
      TaskContext task = TaskContext.get();
      boolean first = task.attemptNumber() == 0 && task.stageAttemptNumber() == 0;
      waitWhile(GATE, task);
      if (first && task.partitionId() == 0 && task.numPartitions() > 1) {
        waitWhile(SLOW, task);
      }
      if (first && oneInTen(task) && Files.exists(folder.resolve(FAIL))) {
        task.addTaskCompletionListener(
            (TaskCompletionListener)
                done -> {
                  throw new IllegalStateException(MESSAGE);
                });
      }
    }

    private void waitWhile(String fault, TaskContext task) {
      try {
        while (Files.exists(folder.resolve(fault)) && !task.isInterrupted()) {
          Thread.sleep(10);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private static boolean oneInTen(TaskContext task) {
      return new SplittableRandom(task.stageId() * 31L + task.partitionId()).nextInt(10) == 0;
    }
  }
}
