package org.sparkmlp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exit codes and messages of what needs no Spark; bin/spark-mlp itself is run by ScriptIT. */
class MainTest {
  @TempDir Path folder;

  private int code;

  /** Runs a command line; returns what it wrote to standard error. */
  private String run(String... arguments) {
    PrintStream before = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      code = Main.execute(arguments);
    } finally {
      System.setErr(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void badUsageIsTwo() {
    assertThat(run())
        .contains("Which command? run, report, predict, study, devices, notebook or benchmark");
    assertThat(code).isEqualTo(2);
    assertThat(run("rum")).contains("rum");
    assertThat(code).isEqualTo(2);
    assertThat(run("run")).contains("CONFIG");
    assertThat(code).isEqualTo(2);
    assertThat(run("run", "conf/digits.conf", "maxIter"))
        .contains("'maxIter' is not of the form key=value");
    assertThat(code).isEqualTo(2);
    assertThat(run("run", "conf/digits.conf", "--resume", folder.toString()))
        .contains("--resume goes on with what is in the folder; it takes no CONFIG");
    assertThat(code).isEqualTo(2);
    assertThat(run("run", "--resume", folder.toString()))
        .contains("there is no run to resume in " + folder + ": it has no config.conf");
    assertThat(code).isEqualTo(2);
    assertThat(run("predict", "--model", "m")).contains("--input");
    assertThat(code).isEqualTo(2);
  }

  @Test
  void badConfigIsTwoAndNothingIsRun() throws Exception {
    Path config = folder.resolve("bad.conf");
    Files.writeString(config, "model { maxIter = 0 }\nfoo = 1\n");
    Path output = folder.resolve("out");
    assertThat(run("run", config.toString(), "--output", output.toString()))
        .contains("bad.conf:1: model.maxIter: maxIter must be at least 1, got 0")
        .contains("bad.conf:2: unknown key 'foo'")
        .contains("2 problems; nothing was run");
    assertThat(code).isEqualTo(2);
    assertThat(output).doesNotExist();
  }

  @Test
  void tablesAlign() {
    Table table = new Table("a", "bb");
    table.add("long", "x");
    assertThat(table.toString()).isEqualTo("a     bb\nlong  x\n");
  }
}
