package org.sparkmlp.cluster;

import org.apache.spark.SparkConf;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;
import org.sparkmlp.util.Check;

/**
 * Which tasks get GPUs. Either all of them, by {@code spark.task.resource.gpu.amount}. Or, where
 * only executors have GPUs by {@code spark.executor.resource.gpu.amount}, those that train, by
 * stage-level scheduling: other stages then run on all cores.
 */
public final class GpuProfile {
  /** GPUs of a task that trains, where it is stage-level scheduling that gives them. */
  static final String PER_TASK = "spark.sparkmlp.gpusPerTask";

  private GpuProfile() {}

  /** Whether Spark gives GPUs to tasks that train. */
  public static boolean gives(SparkConf conf) {
    return ofAllTasks(conf) || ofExecutors(conf);
  }

  private static boolean ofAllTasks(SparkConf conf) {
    return amount(conf, "spark.task.resource.gpu.amount") > 0;
  }

  /** In local mode Spark has no resources to schedule. */
  private static boolean ofExecutors(SparkConf conf) {
    return !conf.get("spark.master", "").matches("local(\\[.*)?")
        && amount(conf, "spark.executor.resource.gpu.amount") > 0;
  }

  private static double amount(SparkConf conf, String name) {
    return Double.parseDouble(conf.get(name, "0"));
  }

  /**
   * What tasks that train need beyond what all tasks have; null if that is nothing.
   *
   * @throws IllegalArgumentException if the setting asks for what can't be
   */
  public static ResourceProfile needs(SparkConf conf) {
    if (ofAllTasks(conf) || !ofExecutors(conf)) {
      return null;
    }
    double gpus = Double.parseDouble(conf.get(PER_TASK, "1"));
    Check.that(
        (gpus > 0 && gpus <= 0.5) || (gpus >= 1 && gpus == Math.rint(gpus)),
        "%s must be a whole number, or at most 0.5 for several tasks on a GPU, got %s",
        PER_TASK,
        conf.get(PER_TASK, "1"));
    return new ResourceProfileBuilder()
        .require(
            new TaskResourceRequests()
                .cpus(conf.getInt("spark.task.cpus", 1))
                .resource("gpu", gpus))
        .build();
  }
}
