package org.sparkmlp.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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

/**
 * The packaged jar on a real standalone cluster of a master and two workers, each a JVM of its own.
 */
@Tag("cluster")
class ClusterIT {
  @TempDir static Path folder;

  private static final List<Command.Running> DAEMONS = new ArrayList<>();
  private static Path spark;
  private static String master;

  @BeforeAll
  static void startCluster() throws Exception {
    spark = Installations.spark(folder.resolve("spark"));
    int port = freePort();
    int webPort = freePort();
    master = "spark://127.0.0.1:" + port;
    daemon(
        "org.apache.spark.deploy.master.Master",
        "--host",
        "127.0.0.1",
        "--port",
        String.valueOf(port),
        "--webui-port",
        String.valueOf(webPort));
    for (int worker = 1; worker <= 2; worker++) {
      daemon(
          "org.apache.spark.deploy.worker.Worker",
          "--host",
          "127.0.0.1",
          "--cores",
          "1",
          "--memory",
          "1g",
          "--work-dir",
          folder.resolve("worker" + worker).toString(),
          "--webui-port",
          "0",
          master);
    }
    while (aliveWorkers(webPort) < 2) {
      for (Command.Running daemon : DAEMONS) {
        assertThat(daemon.process().isAlive()).as(daemon.err()).isTrue();
      }
      Thread.sleep(300);
    }
  }

  private static void daemon(String... words) {
    List<String> all = new ArrayList<>(List.of(spark.resolve("bin/spark-class").toString()));
    all.addAll(List.of(words));
    DAEMONS.add(
        new Command(folder)
            .with("SPARK_HOME", spark.toString())
            .with("SPARK_DAEMON_MEMORY", "256m")
            .start(all));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static int aliveWorkers(int webPort) throws InterruptedException {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + webPort + "/json/")).build();
      String body =
          HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
      return new ObjectMapper().readTree(body).get("aliveworkers").asInt();
    } catch (IOException e) {
      return 0; // not up yet
    }
  }

  @AfterAll
  static void stopCluster() throws InterruptedException {
    for (Command.Running daemon : DAEMONS) {
      daemon.process().destroy();
    }
    for (Command.Running daemon : DAEMONS) {
      daemon.process().waitFor();
    }
  }

  private static Command.Result submit(Path output, String... options) throws IOException {
    List<String> words = new ArrayList<>(List.of(spark.resolve("bin/spark-submit").toString()));
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
    return new Command(folder).with("SPARK_HOME", spark.toString()).start(words).finish();
  }

  @Test
  void trainsDigitsWithTheBitsOfLocalMode() throws IOException {
    Path onCluster = folder.resolve("cluster-out");
    Command.Result result =
        submit(
            onCluster,
            "--master",
            master,
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
