package org.sparkmlp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlp.Fork;

/** Rows larger than the heap, and many times larger than Spark's storage memory. */
@Tag("slow")
class OutOfCoreTest {
  private static final long BYTES = 180_000L * 4 * (784 + 2);

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"adam, 0, 128", "adam, 1, 16384", "l-bfgs, 0, 0"})
  void rowsFourTimesTheStorageMemoryGiveTheSameBits(String solver, int localSteps, int batchSize)
      throws Exception {
    // of 480 MB Spark sets 300 aside; a third of the others is for execution and storage
    JsonNode small =
        run("small", solver, localSteps, batchSize, "-Xmx480m", "-Dspark.memory.fraction=0.33");
    assertThat(small.get("packedBytes").asLong()).isEqualTo(BYTES);
    assertThat(small.get("heapBytes").asLong()).isLessThan(BYTES);
    long storage = small.get("storageBytes").asLong();
    assertThat(storage).isLessThan(BYTES / 4);
    assertThat(small.get("mostBytesInMemory").asLong()).isLessThan(storage);
    assertThat(small.get("mostBytesOnDisk").asLong()).isGreaterThan(BYTES - storage);
    JsonNode ample = run("ample", solver, localSteps, batchSize, "-Xmx2500m");
    assertThat(ample.get("mostBytesOnDisk").asLong()).isZero();
    assertThat(ample.get("weightsCrc32")).isEqualTo(small.get("weightsCrc32"));
    assertThat(ample.get("loss")).isEqualTo(small.get("loss"));
  }

  private JsonNode run(String name, String solver, int localSteps, int batchSize, String... options)
      throws Exception {
    Path output = Files.createDirectory(folder.resolve(name));
    List<String> arguments =
        new ArrayList<>(List.of("benchmark", "out-of-core", "--rows", "180000", "--epochs", "1"));
    arguments.addAll(List.of("--output", output.toString(), "--solver", solver));
    if (batchSize > 0) {
      arguments.addAll(List.of("--local-steps", "" + localSteps, "--batch-size", "" + batchSize));
    }
    Fork.run(output, List.of(options), "org.sparkmlp.cli.Main", arguments.toArray(new String[0]));
    JsonNode result = new ObjectMapper().readTree(output.resolve("out-of-core.json").toFile());
    System.out.println(name + " " + solver + " " + localSteps + ": " + result);
    return result;
  }
}
