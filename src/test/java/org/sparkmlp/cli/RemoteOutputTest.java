package org.sparkmlp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.SparkSessions;

/** Results that go to a file system which isn't this machine's, by its name. */
@Tag("slow")
class RemoteOutputTest {
  private final Map<String, String> settings = new HashMap<>();

  @TempDir Path folder;

  @BeforeEach
  void set() {
    SparkSessions.shared().stop(); // the command makes its own
    settings.put("spark.master", "local[2]");
    settings.put("spark.ui.enabled", "false");
    settings.put("spark.driver.host", "127.0.0.1");
    settings.put("spark.driver.bindAddress", "127.0.0.1");
    settings.put("spark.hadoop.fs.viewfs.mounttable.there.link./data", folder.toUri().toString());
    settings.forEach(System::setProperty);
  }

  @AfterEach
  void unset() {
    settings.keySet().forEach(System::clearProperty);
  }

  @Test
  void theTemporaryLogGoesWithSuccessAndStaysWithFailure() throws Exception {
    Path config = folder.resolve("x.conf");
    Files.writeString(
        config,
        """
        data { format = digits }
        model { hiddenLayers = [4], maxIter = 1, numShards = 2, seed = 1 }
        """);
    String output = "viewfs://there/data/out";
    assertThat(Main.execute("run", config.toString(), "--output", output)).isZero();
    assertThat(folder.resolve("out/run.log")).exists();
    assertThat(folder.resolve("out/report.html")).exists();
    assertThat(Logs.file()).as("the temporary one").isNull();

    Path rows = Files.writeString(folder.resolve("rows.csv"), "a,b\n1,2\n");
    assertThat(predict(output, rows)).isEqualTo(Main.FAILURE); // digits have 64 features
    Path log = Logs.file();
    assertThat(log).content().contains("the run has failed");
    Files.delete(log);
  }

  private int predict(String output, Path rows) {
    return Main.execute(
        "predict",
        "--model",
        output + "/model",
        "--input",
        rows.toString(),
        "--features",
        "a,b",
        "--output",
        folder.resolve("predictions").toString());
  }

  @Test
  void aDiscardedLogIsGoneAndAnotherMayFollow() throws Exception {
    for (String name : new String[] {"first.log", "second.log"}) {
      Path log = folder.resolve(name);
      Logs.to(log);
      Logs.failure(new IllegalStateException("said for the log"));
      assertThat(log).content().contains("said for the log");
      Logs.discard();
      assertThat(log).doesNotExist();
      Logs.failure(new IllegalStateException("said for nobody"));
      assertThat(log).doesNotExist();
    }
  }
}
