package org.sparkmlp.cluster;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.sparkmlp.util.Check;
import scala.Tuple2;

/** What Spark's scheduler says of GPUs. */
public final class GpuResources {
  /** GPUs that tasks take in turn where Spark gives them none: indices or UUIDs, with commas. */
  static final String ADDRESSES = "spark.sparkmlp.gpus";

  private GpuResources() {}

  /**
   * The address of the GPU that Spark has given the running task, as its discovery script printed
   * it, the first of several; where it gives none, one of the setting's by the partition. Empty
   * without either, and outside of tasks.
   */
  public static Optional<String> address() {
    TaskContext task = TaskContext.get();
    if (task == null) {
      return Optional.empty();
    }
    Map<String, ResourceInformation> resources = task.resourcesJMap();
    ResourceInformation gpu = resources.get("gpu");
    if (gpu != null) {
      return Arrays.stream(gpu.addresses()).findFirst();
    }
    String[] chosen = SparkEnv.get().conf().get(ADDRESSES, "").split(",", -1);
    String address = chosen[task.partitionId() % chosen.length].strip();
    return address.isEmpty() ? Optional.empty() : Optional.of(address);
  }

  /**
   * Throws an {@link IllegalArgumentException} if tasks are to have resources in local mode. Spark
   * has none to give there and lets every job wait for them for ever, without a word.
   */
  static void checkLocalMode(SparkContext spark) {
    if (!spark.isLocal()) {
      return;
    }
    for (Tuple2<String, String> setting : spark.conf().getAllWithPrefix("spark.task.resource.")) {
      Check.that(
          !setting._1().endsWith(".amount"),
          "spark.task.resource.%s = %s with master %s: Spark has no resources to give in local mode, and every job would"
              + " wait for ever; unset it (tasks then spread over all GPUs), or take a cluster, such as"
              + " local-cluster[1,2,1024]",
          setting._1(),
          setting._2(),
          spark.master());
    }
  }
}
