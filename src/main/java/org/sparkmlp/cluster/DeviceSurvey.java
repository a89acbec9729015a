package org.sparkmlp.cluster;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.resource.ResourceProfile;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.backend.DeviceProvider;

/** Whether executors can compute on devices. */
public final class DeviceSurvey {
  private DeviceSurvey() {}

  /**
   * Asks tasks, as many as Spark runs at once.
   *
   * @param device the kind
   * @return why one of them can't, in a line; empty if all can
   */
  public static Optional<String> problem(SparkContext spark, String device) {
    ResourceProfile needs = GpuProfile.needs(spark.conf());
    int tasks = Math.max(1, spark.defaultParallelism());
    List<Integer> each = IntStream.range(0, tasks).boxed().collect(Collectors.toList());
    JavaRDD<String> answers =
        JavaSparkContext.fromSparkContext(spark)
            .parallelize(each, tasks)
            .mapPartitions(numbers -> List.of(answer(device)).iterator());
    if (needs != null) {
      answers = answers.withResources(needs);
    }
    return new TreeSet<>(answers.collect())
        .stream().filter(answer -> !answer.isEmpty()).findFirst();
  }

  private static String answer(String device) {
    DeviceProvider provider = Backends.device(device);
    String why = provider.unavailable();
    if (!why.isEmpty()) {
      return why;
    }
    try {
      provider.choose(GpuResources.address(), TaskContext.getPartitionId());
      return "";
    } catch (IllegalArgumentException e) {
      return e.getMessage();
    }
  }
}
