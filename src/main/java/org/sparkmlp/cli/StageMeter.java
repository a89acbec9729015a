package org.sparkmlp.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import org.apache.spark.SparkContext;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.StageInfo;
import scala.jdk.javaapi.CollectionConverters;

/** What the stages of a Spark job have moved, as Spark's own counters tell. */
final class StageMeter extends SparkListener implements AutoCloseable {
  /** One stage; of a job the first one trains, and the last one returns to the driver. */
  static final class Stage {
    private int tasks;
    private long written;
    private long moved;
    private long mostMoved;
    private long returned;
    private double seconds;

    int tasks() {
      return tasks;
    }

    /** Bytes that its tasks have written to the shuffle. */
    long written() {
      return written;
    }

    /** Bytes that its tasks have sent to the driver. */
    long returned() {
      return returned;
    }

    /**
     * Bytes that its busiest core has read, written and returned, where {@code cores} share the
     * tasks.
     */
    double busiest(int cores) {
      return Math.max((double) moved / cores, (double) mostMoved);
    }

    /** From its submission to the end of its last task. */
    double seconds() {
      return seconds;
    }

    private void add(TaskMetrics task) {
      long read = task.shuffleReadMetrics().totalBytesRead();
      long out = task.shuffleWriteMetrics().bytesWritten();
      long bytes = read + out + task.resultSize();
      tasks++;
      written += out;
      returned += task.resultSize();
      moved += bytes;
      mostMoved = Math.max(mostMoved, bytes);
    }
  }

  private final SparkContext spark;
  private final List<TreeMap<Integer, Stage>> jobs = new ArrayList<>();
  private final Map<Integer, Stage> stages = new HashMap<>();

  StageMeter(SparkContext spark) {
    this.spark = spark;
    spark.addSparkListener(this);
  }

  @Override
  public synchronized void onJobStart(SparkListenerJobStart start) {
    TreeMap<Integer, Stage> job = new TreeMap<>();
    for (StageInfo info : CollectionConverters.asJava(start.stageInfos())) {
      Stage stage = new Stage();
      job.put(info.stageId(), stage);
      stages.put(info.stageId(), stage);
    }
    jobs.add(job);
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    Stage stage = stages.get(end.stageId());
    if (stage != null && end.taskInfo().successful()) {
      stage.add(end.taskMetrics());
    }
  }

  @Override
  public synchronized void onStageCompleted(SparkListenerStageCompleted completed) {
    StageInfo info = completed.stageInfo();
    Stage stage = stages.get(info.stageId());
    if (stage != null && info.submissionTime().isDefined() && info.completionTime().isDefined()) {
      stage.seconds =
          ((Long) info.completionTime().get() - (Long) info.submissionTime().get()) / 1e3;
    }
  }

  /** The stages of each job since the last call, in the order in which they ran. */
  List<List<Stage>> take() {
    try {
      spark.listenerBus().waitUntilEmpty();
    } catch (TimeoutException e) {
      throw new IllegalStateException("Spark's events don't come", e);
    }
    synchronized (this) {
      List<List<Stage>> taken =
          jobs.stream()
              .map(job -> job.values().stream().filter(stage -> stage.tasks > 0).toList())
              .toList();
      jobs.clear();
      stages.clear();
      return taken;
    }
  }

  @Override
  public void close() {
    spark.removeSparkListener(this);
  }
}
