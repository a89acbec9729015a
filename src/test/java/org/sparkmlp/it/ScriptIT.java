package org.sparkmlp.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.Fork;

/** bin/spark-mlp as users run it: child processes on the packaged jar. */
@Tag("slow")
class ScriptIT {
  private static final String SCRIPT = Installations.PROJECT.resolve("bin/spark-mlp").toString();

  /** The main job, made small. */
  private static final List<String> SMALL =
      List.of(
          "search.grid.batchSize=[16]",
          "search.grid.learningRateSchedule=[constant,cosine]",
          "search.folds=2",
          "model.maxIter=3",
          "model.hiddenLayers=[16]");

  @TempDir Path folder;

  private static String[] words(String first, List<String> middle, String... rest) {
    List<String> words = new ArrayList<>(List.of(first, "run", "conf/digits.conf"));
    words.addAll(middle);
    words.addAll(List.of(rest));
    return words.toArray(String[]::new);
  }

  private static void assertRan(Command.Result result, Path output) throws IOException {
    assertThat(result.err()).as("what is on the screen besides the results").isEmpty();
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .containsPattern("cell 1/2 fold 1/2: 0\\.\\d{4} in \\d+\\.\\d s")
        .containsPattern("rank +accuracy")
        .containsPattern("best: .*batchSize=16")
        .containsPattern("test accuracy: 0\\.\\d{4}");
    try (Stream<Path> files = Files.list(output)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "run.json",
              "cells",
              "results.json",
              "config.conf",
              "model",
              "run.log",
              "report.html");
    }
    assertThat(Files.readString(output.resolve("run.log"))).contains("backend auto: openblas");
    assertThat(Files.readString(output.resolve("report.html")))
        .contains("of the held-out rows are classified right");
  }

  @Test
  void theMainJobFindsAGoodNetwork() throws IOException {
    Path output = folder.resolve("digits");
    Command.Result result =
        new Command(folder).run(SCRIPT, "run", "conf/digits.conf", "--output", output.toString());
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    JsonNode results = new ObjectMapper().readTree(output.resolve("results.json").toFile());
    assertThat(results.get("cells")).hasSize(15);
    assertThat(results.get("cells"))
        .allMatch(cell -> cell.get("folds").size() == 3 && !cell.has("error"));
    assertThat(results.get("test").get("accuracy").asDouble()).isGreaterThanOrEqualTo(0.97);
  }

  @Test
  void devicesSaysWhatThereIs() throws IOException {
    Command.Result result = new Command(folder).run(SCRIPT, "devices");
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .containsPattern("(?m)^openblas +\\d+\\.\\d GFLOP/s +openblas \\(bundled")
        .contains("cuda: off: JCuda isn't on the class path (docs/gpu.md)");
  }

  /**
   * The way of the documentation to add JCuda, by Spark's own resolution, from what Maven has
   * stored for this build. No more of it than the driver can be missing here.
   */
  @Test
  void packagesBringJCudaWithItsNativeLibraries() throws IOException {
    Path settings = folder.resolve("ivysettings.xml");
    Files.writeString(
        settings,
        String.format(
            "<ivysettings><settings defaultResolver='maven'/><resolvers><ibiblio name='maven' m2compatible='true'"
                + " root='%s'/></resolvers></ivysettings>",
            mavenRepository().toUri()));
    Command.Result result =
        new Command(folder)
            .run(
                SCRIPT,
                "devices",
                "--",
                "--packages",
                "org.jcuda:jcublas:12.6.0",
                "--conf",
                "spark.jars.ivySettings=" + settings,
                "--conf",
                "spark.jars.ivy=" + folder.resolve("ivy"));
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.err()).contains("4 artifacts copied");
    assertThat(result.out()).doesNotContain("on the class path");
    if (!result.out().contains("NVIDIA driver for CUDA")) {
      assertThat(result.out()).contains("cuda: off: there is no NVIDIA driver (libcuda.so.1: ");
    }
  }

  /** Where JCuda's jar lies in Maven's layout: group, name, version. */
  private static Path mavenRepository() {
    return Arrays.stream(Fork.classPath().split(File.pathSeparator))
        .filter(entry -> entry.endsWith("jcublas-12.6.0.jar"))
        .map(entry -> Path.of(entry).resolve("../../../../..").normalize())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void fromAnyFolderOnSparkFromMaven() throws IOException {
    Path output = folder.resolve("out put");
    Command.Result result =
        new Command(folder)
            .run(words(SCRIPT, SMALL, "--output", output.toString(), "--", "--master", "local[1]"));
    assertRan(result, output);
    String report = Files.readString(output.resolve("report.html"));
    Command.Result anew = new Command(folder).run(SCRIPT, "report", output.toString());
    assertThat(anew.err()).isEmpty();
    assertThat(anew.out()).isEqualTo("report: " + output + "/report.html\n");
    assertThat(Files.readString(output.resolve("report.html"))).isEqualTo(report);
    Command.Result none = new Command(folder).run(SCRIPT, "report", "nothing");
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("there is no folder nothing");
    Command.Result again =
        new Command(folder)
            .run(
                SCRIPT,
                "run",
                "conf/digits.conf",
                "model.numShards=0",
                "search=null",
                "model.maxIter=1",
                "--output",
                output.toString(),
                "--",
                "--master",
                "local[3]",
                "--conf",
                "spark.ui.enabled=false");
    assertThat(again.code()).as(again.err()).isEqualTo(2); // search=null is no section
    assertThat(again.err()).contains("command line: search must be a section");
    Path rows = folder.resolve("rows.csv");
    StringBuilder csv = new StringBuilder("label");
    for (int j = 0; j < 64; j++) {
      csv.append(",p").append(j);
    }
    csv.append("\n3").append(",1".repeat(64)).append("\n4").append(",2".repeat(64)).append('\n');
    Files.writeString(rows, csv);
    Path predicted = folder.resolve("predicted");
    Command.Result prediction =
        new Command(folder)
            .run(
                SCRIPT,
                "predict",
                "--model",
                output.resolve("model").toString(),
                "--input",
                "rows.csv",
                "--features",
                "*",
                "--output",
                predicted.toString(),
                "--output-format",
                "json");
    assertThat(prediction.err()).isEmpty();
    assertThat(prediction.code()).isZero();
    assertThat(prediction.out()).contains("2 rows with predictions are in");
  }

  @Test
  void optionsAfterTheDashesGoToSparkSubmit() throws IOException {
    Path output = folder.resolve("out");
    Path config = folder.resolve("one.conf");
    Files.writeString(
        config,
        "data { format = digits }, model { hiddenLayers = [4], maxIter = 1, batchSize = 8 }");
    Command.Result result =
        new Command(folder)
            .run(
                SCRIPT,
                "run",
                "one.conf",
                "--output",
                output.toString(),
                "--",
                "--master",
                "local[3]");
    assertThat(result.code()).as(result.err()).isZero();
    JsonNode results = new ObjectMapper().readTree(output.resolve("results.json").toFile());
    assertThat(results.get("training").get("numShards").asInt())
        .as("the default parallelism")
        .isEqualTo(3);
  }

  @Test
  void aReleasedCopyWithBlanksInItsPathOnAnInstalledSpark() throws IOException {
    Path copy = Installations.released(folder.resolve("a released copy"));
    Path spark = Installations.spark(folder.resolve("a spark"));
    Path output = folder.resolve("out");
    Command.Result result =
        new Command(folder)
            .with("SPARK_HOME", spark.toString())
            .with("PATH", pathWithout("mvn"))
            .run(
                words(
                    copy.resolve("bin/spark-mlp").toString(),
                    SMALL,
                    "--output",
                    output.toString(),
                    "--",
                    "--driver-java-options",
                    "-Duser.home=/proc/nowhere")); // no place for JavaCPP's cache
    assertRan(result, output);
    Command.Result noSpark =
        new Command(folder)
            .run(copy.resolve("bin/spark-mlp").toString(), "run", "conf/digits.conf");
    assertThat(noSpark.code()).isEqualTo(1);
    assertThat(noSpark.err())
        .isEqualTo(
            "spark-mlp: SPARK_HOME is not set, and this copy has no Spark of its own (lib/spark/jars): set SPARK_HOME to"
                + " a Spark 4.1\n");
    Command.Result wrongSpark =
        new Command(folder)
            .with("SPARK_HOME", "/nowhere")
            .run(copy.resolve("bin/spark-mlp").toString(), "run", "conf/digits.conf");
    assertThat(wrongSpark.err())
        .isEqualTo("spark-mlp: SPARK_HOME is /nowhere, but there is no bin/spark-submit in it\n");
  }

  /** A PATH of links to the commands of this one, but for some. */
  private String pathWithout(String... commands) throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin without " + String.join(" ", commands)));
    for (String entry : System.getenv("PATH").split(":")) {
      if (Files.isDirectory(Path.of(entry))) {
        try (Stream<Path> files = Files.list(Path.of(entry))) {
          for (Path file : files.toList()) {
            Path link = bin.resolve(file.getFileName());
            if (!List.of(commands).contains(file.getFileName().toString()) && !Files.exists(link)) {
              Files.deleteIfExists(link);
              Files.createSymbolicLink(link, file);
            }
          }
        }
      }
    }
    return bin.toString();
  }

  @Test
  void whatIsMissingOrTooOldIsSaidInOneSentence() throws IOException {
    Command.Result noJava =
        new Command(folder)
            .with("JAVA_HOME", null)
            .with("PATH", pathWithout("java"))
            .run("bash", SCRIPT, "run", "x");
    assertThat(noJava.code()).isEqualTo(1);
    assertThat(noJava.err())
        .isEqualTo(
            "spark-mlp: Java 17 or newer is needed, but there is no java (install it, or set JAVA_HOME)\n");
    Path home = Files.createDirectories(folder.resolve("jdk/bin")).getParent();
    for (String version : List.of("11.0.2", "1.8.0_402")) {
      Path java = home.resolve("bin/java");
      Files.writeString(
          java, "#!/bin/sh\necho 'openjdk version \"" + version + "\" 2020-01-01' >&2\n");
      Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
      Command.Result oldJava =
          new Command(folder).with("JAVA_HOME", home.toString()).run(SCRIPT, "run", "x");
      assertThat(oldJava.code()).isEqualTo(1);
      assertThat(oldJava.err())
          .isEqualTo(
              "spark-mlp: Java 17 or newer is needed, but "
                  + java
                  + " is version "
                  + (version.startsWith("1.") ? "8" : "11")
                  + " (set JAVA_HOME to a newer one)\n");
    }
    Path checkout = Files.createDirectories(folder.resolve("checkout"));
    Installations.copy(Installations.PROJECT.resolve("bin"), checkout.resolve("bin"));
    Files.createDirectories(checkout.resolve("src/main"));
    Files.writeString(checkout.resolve("pom.xml"), "<project/>");
    Command.Result noMaven =
        new Command(folder)
            .with("PATH", pathWithout("mvn"))
            .run(checkout.resolve("bin/spark-mlp").toString(), "run", "x");
    assertThat(noMaven.code()).isEqualTo(1);
    assertThat(noMaven.err())
        .isEqualTo(
            "spark-mlp: Maven 3.8 or newer is needed to build (this copy hasn't been built yet), but there is no mvn"
                + " (install it, or use a released copy)\n");
    String oldMaven = folderWithMaven("Apache Maven 3.6.3 (abc)");
    Command.Result tooOld =
        new Command(folder)
            .with("PATH", oldMaven)
            .run(checkout.resolve("bin/spark-mlp").toString(), "run", "x");
    assertThat(tooOld.err())
        .isEqualTo(
            "spark-mlp: Maven 3.8 or newer is needed to build (this copy hasn't been built yet), but mvn is version 3.6"
                + " (install a newer one, or use a released copy)\n");
  }

  /** A PATH that begins with a mvn that knows its version and can't build. */
  private String folderWithMaven(String version) throws IOException {
    Path bin = Files.createDirectories(folder.resolve("maven/bin"));
    Path mvn = bin.resolve("mvn");
    Files.writeString(
        mvn, "#!/bin/sh\n[ \"$1\" = -version ] && echo '" + version + "' && exit\nexit 1\n");
    Files.setPosixFilePermissions(mvn, PosixFilePermissions.fromString("rwxr-xr-x"));
    return bin + ":" + System.getenv("PATH");
  }

  @Test
  void aCheckoutIsBuiltAgainWhenItsSourcesChange() throws IOException {
    Path checkout = Files.createDirectories(folder.resolve("checkout of mine"));
    Installations.copy(Installations.PROJECT.resolve("bin"), checkout.resolve("bin"));
    Path source = Files.createDirectories(checkout.resolve("src/main")).resolve("A.java");
    Files.writeString(source, "");
    Files.writeString(checkout.resolve("pom.xml"), "<project/>");
    Path jar =
        Files.createDirectories(checkout.resolve("target")).resolve("spark-mlp-1-assembly.jar");
    Files.writeString(jar, "");
    java.nio.file.attribute.FileTime later =
        java.nio.file.attribute.FileTime.from(java.time.Instant.now().plusSeconds(60));
    Command command = new Command(folder).with("PATH", folderWithMaven("Apache Maven 3.9.9"));
    String script = checkout.resolve("bin/spark-mlp").toString();
    Files.setLastModifiedTime(jar, later);
    assertThat(command.run(script, "run", "x").err()).doesNotContain("building");
    Files.setLastModifiedTime(
        source, java.nio.file.attribute.FileTime.from(later.toInstant().plusSeconds(60)));
    Command.Result result = command.run(script, "run", "x");
    assertThat(result.err())
        .isEqualTo(
            "spark-mlp: building, since sources have changed\nspark-mlp: the build has failed\n");
    assertThat(result.code()).isEqualTo(1);
  }

  @Test
  void aBadConfigEndsWithTwo() throws IOException {
    Files.writeString(folder.resolve("bad.conf"), "model { maxIter = 0 }");
    Command.Result result = new Command(folder).run(SCRIPT, "run", "bad.conf");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo(
            "bad.conf:1: model.maxIter: maxIter must be at least 1, got 0\n1 problem; nothing was run\n");
    assertThat(new Command(folder).run(SCRIPT, "run").code()).isEqualTo(2);
  }

  @Test
  void interruptedAndKilledRunsLeaveNoHalfWrittenFile() throws Exception {
    for (String signal : List.of("INT", "TERM")) {
      Path output = folder.resolve("out" + signal);
      List<String> words =
          new ArrayList<>(
              List.of(SCRIPT, "run", "conf/digits.conf", "--output", output.toString()));
      Command.Running running = new Command(folder).start(words);
      while (!running.out().contains("cell 2/15")) {
        assertThat(running.process().isAlive()).as(running.err()).isTrue();
        Thread.sleep(200);
      }
      new ProcessBuilder("kill", "-" + signal, String.valueOf(running.process().pid()))
          .start()
          .waitFor();
      Command.Result result = running.finish();
      assertThat(result.code()).isEqualTo(signal.equals("INT") ? 130 : 143);
      try (Stream<Path> files = Files.list(output)) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .containsExactlyInAnyOrder("config.conf", "run.log", "run.json", "cells");
      }
    }
  }
}
