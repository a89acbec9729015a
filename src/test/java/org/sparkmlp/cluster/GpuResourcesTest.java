package org.sparkmlp.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.sparkmlp.SparkSessions;

class GpuResourcesTest {
  @Test
  void localModeHasNoResourcesForTasks() {
    SparkSession spark =
        SparkSessions.open(
            "local[1]",
            "GPUs in local mode",
            "spark.executor.resource.gpu.amount",
            "1",
            "spark.task.resource.gpu.amount",
            "0.5");
    assertThatThrownBy(() -> FitJobs.run(spark.sparkContext(), () -> 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "spark.task.resource.gpu.amount = 0.5 with master local[1]: Spark has no resources to give in local mode");
  }

  @Test
  void withoutTheSettingFitsRun() {
    assertThat(FitJobs.run(SparkSessions.shared().sparkContext(), () -> 1)).isEqualTo(1);
    assertThat(GpuResources.address()).as("outside of tasks").isEmpty();
  }
}
