package org.sparkmlp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.Fork;

/** The whole benchmark, small, in a JVM of its own. Times are looked at by nobody. */
@Tag("slow")
class ScaleBenchmarkTest {
  @TempDir Path folder;

  private static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  private static JsonNode of(List<JsonNode> rounds, int partitions, int parameters) {
    return rounds.stream()
        .filter(r -> r.get("partitions").asInt() == partitions)
        .filter(r -> Math.abs(r.get("parameters").asInt() / (double) parameters - 1) < 0.05)
        .findFirst()
        .orElseThrow();
  }

  /** The driver may receive so little here that sums of 400 kB go through trees. */
  @Test
  void measuresFitsForecastsAndSaysWhatItCouldNot() throws Exception {
    Path output = folder.resolve("scale");
    Fork.run(
        Files.createDirectory(folder.resolve("fork")),
        List.of("-Xmx1g", "-XX:TieredStopAtLevel=1", "-Dspark.driver.maxResultSize=1m"),
        "org.sparkmlp.cli.Main",
        "benchmark",
        "scale",
        "--repeats=1",
        "--seconds-each=0.2",
        "--partitions=1,4,9",
        "--parameters=1e4,3e4,1e5",
        "--workers=10",
        "--forecast-parameters=1e5",
        "--output=" + output);
    JsonNode json = new ObjectMapper().readTree(output.resolve("scale.json").toFile());
    List<JsonNode> rounds = list(json.get("rounds"));
    assertThat(rounds).hasSize(8);
    for (JsonNode round : rounds) {
      assertThat(round.get("seconds").asDouble()).isPositive();
      assertThat(round.get("driverAllocatedBytes").asDouble()).isPositive();
      assertThat(round.get("modelSeconds").asDouble()).isPositive();
    }
    JsonNode direct = of(rounds, 9, 10_000);
    assertThat(direct.get("stages").asInt()).isEqualTo(1);
    assertThat(direct.get("tasks").asInt()).isEqualTo(9);
    assertThat(direct.get("shuffledBytes").asLong()).isZero();
    assertThat(direct.get("toDriverBytes").asLong())
        .isBetween(9L * 4 * 9_900, 9L * 4 * 10_000 + 9 * 5_000);
    JsonNode tree = of(rounds, 9, 100_000);
    assertThat(tree.get("stages").asInt()).isEqualTo(3);
    assertThat(tree.get("tasks").asInt()).isEqualTo(9 + 3 + 1);
    assertThat(tree.get("toDriverBytes").asLong())
        .as("one sum in doubles")
        .isBetween(8L * 99_000, 8L * 100_000 + 20_000);
    assertThat(tree.get("shuffledBytes").asLong()).isGreaterThan(9L * 4 * 80_000);
    List<JsonNode> gaps = list(json.get("notMeasured"));
    assertThat(gaps).hasSize(1);
    assertThat(gaps.get(0).get("reason").asText()).contains("spark.driver.maxResultSize");
    assertThat(list(json.get("forecast").get("epochs"))).hasSize(1);
    assertThat(output.resolve("scale.txt"))
        .content()
        .contains("4 partitions, 99,758 parameters: not measured: ")
        .contains("fitted to one machine");
  }
}
