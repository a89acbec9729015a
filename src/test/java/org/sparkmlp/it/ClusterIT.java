package org.sparkmlp.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.PipelineModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.ml.MLPClassificationModel;

/** The packaged jar on a {@link StandaloneCluster}. */
@Tag("cluster")
class ClusterIT {
  @TempDir static Path folder;

  private static StandaloneCluster cluster;

  @BeforeAll
  static void startCluster() throws Exception {
    cluster = new StandaloneCluster(folder);
  }

  @AfterAll
  static void stopCluster() throws InterruptedException {
    cluster.close();
  }

  private static Command.Result submit(Path output, String... options) throws IOException {
    List<String> words =
        new ArrayList<>(List.of(cluster.spark().resolve("bin/spark-submit").toString()));
    words.addAll(List.of(options));
    words.addAll(
        List.of(
            Installations.assembly().toString(),
            "run",
            Installations.PROJECT.resolve("conf/digits.conf").toString(),
            "search.grid.batchSize=[8]",
            "search.grid.learningRateSchedule=[cosine]",
            "search.folds=2",
            "model.maxIter=10",
            "--output",
            output.toString()));
    return new Command(folder).with("SPARK_HOME", cluster.spark().toString()).start(words).finish();
  }

  @Test
  void trainsDigitsWithTheBitsOfLocalMode() throws IOException {
    Path onCluster = folder.resolve("cluster-out");
    Command.Result result =
        submit(
            onCluster,
            "--master",
            cluster.master(),
            "--driver-memory",
            "512m",
            "--conf",
            "spark.executor.memory=600m",
            "--conf",
            "spark.ui.enabled=false",
            // executors without a home: JavaCPP must find another place for its cache
            "--conf",
            "spark.executor.extraJavaOptions=-Duser.home=/proc/nowhere");
    assertThat(result.code()).as(result.out() + result.err()).isZero();
    assertThat(result.out()).contains("test accuracy: 0.9");
    Path onThisMachine = folder.resolve("local-out");
    Command.Result local = submit(onThisMachine, "--master", "local[2]");
    assertThat(local.code()).as(local.out() + local.err()).isZero();
    assertThat(model(onCluster).weights()).isEqualTo(model(onThisMachine).weights());
  }

  private static MLPClassificationModel model(Path output) {
    SparkSessions.shared();
    PipelineModel pipeline = PipelineModel.load(output.resolve("model").toString());
    return (MLPClassificationModel) pipeline.stages()[1];
  }
}
