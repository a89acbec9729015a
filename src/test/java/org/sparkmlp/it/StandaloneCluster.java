package org.sparkmlp.it;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * A real standalone cluster from Maven's jars: a master and two workers of one core, each a JVM of
 * its own. The workers have different host names, so that Spark takes them for two machines.
 */
final class StandaloneCluster implements AutoCloseable {
  private static final List<String> HOSTS = List.of("127.0.0.1", "localhost");

  private final Path folder;
  private final Path spark;
  private final List<Command.Running> daemons = new ArrayList<>();
  private final String master;

  /** Starts it and waits until both workers are there. */
  StandaloneCluster(Path folder) throws IOException, InterruptedException {
    this(folder, 1, List.of());
  }

  /**
   * Likewise, of workers with so many cores.
   *
   * @param gpus address of the GPU that each worker says it has; empty: they have none
   */
  StandaloneCluster(Path folder, int cores, List<String> gpus)
      throws IOException, InterruptedException {
    this.folder = folder;
    this.spark = Installations.spark(folder.resolve("spark"));
    int port = freePort();
    int webPort = freePort();
    this.master = "spark://127.0.0.1:" + port;
    daemon(
        "",
        "org.apache.spark.deploy.master.Master",
        "--host",
        "127.0.0.1",
        "--port",
        String.valueOf(port),
        "--webui-port",
        String.valueOf(webPort));
    for (int i = 0; i < HOSTS.size(); i++) {
      String host = HOSTS.get(i);
      daemon(
          gpus.isEmpty() ? "" : gpuOptions(gpus.get(i)),
          "org.apache.spark.deploy.worker.Worker",
          "--host",
          host,
          "--cores",
          String.valueOf(cores),
          "--memory",
          "1g",
          "--work-dir",
          folder.resolve("worker-" + host).toString(),
          "--webui-port",
          "0",
          master);
    }
    while (aliveWorkers(webPort) < HOSTS.size()) {
      for (Command.Running daemon : daemons) {
        if (!daemon.process().isAlive()) {
          throw new AssertionError(daemon.err());
        }
      }
      Thread.sleep(300);
    }
  }

  /** For a worker whose discovery script prints that address. */
  private String gpuOptions(String address) throws IOException {
    Path script = folder.resolve("gpu-" + address + ".sh");
    Files.writeString(
        script, "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"" + address + "\"]}'\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    return "-Dspark.worker.resource.gpu.amount=1 -Dspark.worker.resource.gpu.discoveryScript="
        + script;
  }

  private void daemon(String options, String... words) {
    List<String> all = new ArrayList<>(List.of(spark.resolve("bin/spark-class").toString()));
    all.addAll(List.of(words));
    daemons.add(
        new Command(folder)
            .with("SPARK_HOME", spark.toString())
            .with("SPARK_DAEMON_MEMORY", "256m")
            .with("SPARK_WORKER_OPTS", options)
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

  /** The installation that it runs from, with bin/spark-submit. */
  Path spark() {
    return spark;
  }

  /** spark://HOST:PORT. */
  String master() {
    return master;
  }

  @Override
  public void close() throws InterruptedException {
    for (Command.Running daemon : daemons) {
      daemon.process().destroy();
    }
    for (Command.Running daemon : daemons) {
      daemon.process().waitFor();
    }
  }
}
