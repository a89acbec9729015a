package org.sparkmlp.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.linalg.Vector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.ml.MLPClassificationModel;

/**
 * The driver of a search on a {@link StandaloneCluster}, started by spark-submit, is killed by
 * SIGKILL and submitted again.
 */
@Tag("cluster")
class KilledDriverIT {
  private static final int PATIENCE_SECONDS = 300;

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

  private static Command.Running submit(Path output, String master, String... settings)
      throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of(
                cluster.spark().resolve("bin/spark-submit").toString(),
                "--master",
                master,
                "--driver-memory",
                "512m",
                "--conf",
                "spark.executor.memory=600m",
                "--conf",
                "spark.ui.enabled=false",
                Installations.assembly().toString(),
                "run",
                Installations.PROJECT.resolve("conf/digits.conf").toString(),
                "search.grid.batchSize=[16]",
                "search.grid.learningRateSchedule=[cosine]",
                "search.folds=2",
                "model.maxIter=40",
                "model.numShards=4",
                "--output",
                output.toString()));
    words.addAll(List.of(settings));
    return new Command(folder).with("SPARK_HOME", cluster.spark().toString()).start(words);
  }

  @Test
  void aSearchGoesOnWhenItsDriverIsKilledAndStartedAgain() throws Exception {
    Path checkpoints = folder.resolve("checkpoints");
    String[] settings = {
      "model.checkpointDir=\"" + checkpoints + "\"", "model.checkpointInterval=1"
    };
    Path output = folder.resolve("disturbed");
    for (int kill = 1; kill <= 2; kill++) {
      List<String> before = manifests(checkpoints);
      Command.Running driver = submit(output, cluster.master(), settings);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      // A name may be there before what is in it. Two fits run at a time, so with three of them one
      // fit has begun its second, and its first is whole.
      Set<String> written = new HashSet<>();
      while (written.size() < 3) {
        written.addAll(manifests(checkpoints));
        before.forEach(written::remove);
        assertThat(driver.process().isAlive()).as(driver.out() + driver.err()).isTrue();
        assertThat(System.nanoTime()).as(driver.out() + driver.err()).isLessThan(deadline);
        Thread.sleep(20);
      }
      driver.process().destroyForcibly().waitFor();
      assertThat(manifests(checkpoints)).isNotEmpty();
      assertThat(output.resolve("model")).doesNotExist();
    }
    Command.Result again = submit(output, cluster.master(), settings).finish();
    assertThat(again.code()).as(again.out() + again.err()).isZero();
    assertThat(Files.readString(output.resolve("run.log"))).contains("resuming after epoch ");
    assertThat(checkpoints).isEmptyDirectory();
    Path undisturbed = folder.resolve("undisturbed");
    Command.Result local = submit(undisturbed, "local[2]").finish();
    assertThat(local.code()).as(local.out() + local.err()).isZero();
    assertThat(weights(output)).isEqualTo(weights(undisturbed));
  }

  private static Vector weights(Path output) {
    SparkSessions.shared();
    PipelineModel pipeline = PipelineModel.load(output.resolve("model").toString());
    return ((MLPClassificationModel) pipeline.stages()[1]).weights();
  }

  /** Names of the manifests of all fits. */
  private static List<String> manifests(Path checkpoints) throws IOException {
    if (!Files.exists(checkpoints)) {
      return List.of();
    }
    try (Stream<Path> files = Files.find(checkpoints, 2, (path, attributes) -> true)) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(".manifest") && !name.startsWith("."))
          .toList();
    } catch (UncheckedIOException e) {
      return List.of(); // one was deleted meanwhile
    }
  }
}
