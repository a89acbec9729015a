package org.sparkmlp.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.spark.SparkConf;
import org.apache.spark.resource.ResourceProfile;
import org.junit.jupiter.api.Test;

/** Who asks Spark for GPUs. */
class GpuProfileTest {
  private static SparkConf conf(String... settings) {
    SparkConf conf = new SparkConf(false);
    for (int i = 0; i < settings.length; i += 2) {
      conf.set(settings[i], settings[i + 1]);
    }
    return conf;
  }

  @Test
  void nothingIsAskedForWithoutGpus() {
    assertThat(GpuProfile.gives(conf())).isFalse();
    assertThat(GpuProfile.needs(conf())).isNull();
  }

  @Test
  void nothingIsAskedForInLocalMode() {
    for (String master :
        new String[] {"local", "local[2]", "local[*]", "local-cluster[1,1,1024]"}) {
      SparkConf conf = conf("spark.executor.resource.gpu.amount", "1", "spark.master", master);
      boolean cluster = master.startsWith("local-cluster");
      assertThat(GpuProfile.gives(conf)).isEqualTo(cluster);
      assertThat(GpuProfile.needs(conf) != null).isEqualTo(cluster);
    }
  }

  @Test
  void nothingMoreIsAskedForWhereAllTasksHaveOne() {
    SparkConf conf =
        conf("spark.executor.resource.gpu.amount", "1", "spark.task.resource.gpu.amount", "0.25");
    assertThat(GpuProfile.gives(conf)).isTrue();
    assertThat(GpuProfile.needs(conf)).isNull();
  }

  @Test
  void trainingTasksTakeWhatExecutorsHave() {
    SparkConf conf = conf("spark.executor.resource.gpu.amount", "1", "spark.task.cpus", "2");
    assertThat(GpuProfile.gives(conf)).isTrue();
    ResourceProfile needs = GpuProfile.needs(conf);
    assertThat(needs.taskResourcesJMap().get("gpu").amount()).isEqualTo(1);
    assertThat(needs.taskResourcesJMap().get("cpus").amount()).isEqualTo(2);
    assertThat(needs.executorResourcesJMap()).isEmpty();
    ResourceProfile half = GpuProfile.needs(conf.set(GpuProfile.PER_TASK, "0.5"));
    assertThat(half.taskResourcesJMap().get("gpu").amount()).isEqualTo(0.5);
  }

  @Test
  void whatCannotBeIsAnError() {
    for (String bad : new String[] {"0", "-1", "0.7", "1.5"}) {
      SparkConf conf = conf("spark.executor.resource.gpu.amount", "1", GpuProfile.PER_TASK, bad);
      assertThatThrownBy(() -> GpuProfile.needs(conf))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "spark.sparkmlp.gpusPerTask must be a whole number, or at most 0.5 for several tasks on a GPU, got "
                  + bad);
    }
  }
}
