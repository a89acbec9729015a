package org.sparkmlp.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.Fork;

/** The benchmark made small: it runs, and its figures fit together. */
@Tag("slow")
class HalvingBenchmarkTest {
  @TempDir Path folder;

  @Test
  void theFiguresFitTogether() throws Exception {
    String printed =
        Fork.run(
            folder,
            List.of("-Xmx600m"),
            "org.sparkmlp.cli.Main",
            "benchmark",
            "halving",
            "--data",
            "none",
            "--rows",
            "300",
            "--epochs",
            "4",
            "--folds",
            "2",
            "--seeds",
            "2",
            "--output",
            folder.resolve("figures").toString());
    JsonNode digits =
        new ObjectMapper().readTree(folder.resolve("figures/halving.json").toFile()).get("digits");
    assertThat(digits.get("runs")).hasSize(2);
    int asGood = 0;
    for (JsonNode run : digits.get("runs")) {
      assertThat(run.get("bestMean").asDouble())
          .isGreaterThanOrEqualTo(run.get("foundMean").asDouble())
          .isGreaterThan(0.1);
      boolean same = run.get("best").equals(run.get("found"));
      assertThat(run.get("pValue").isNull()).isEqualTo(same);
      boolean good = same || run.get("pValue").asDouble() >= 0.05;
      assertThat(run.get("asGood").asBoolean()).isEqualTo(good);
      asGood += good ? 1 : 0;
    }
    assertThat(digits.get("asGood").asInt()).isEqualTo(asGood);
    for (String fits : List.of("2", "45")) {
      double halving = 0;
      double spark = 0;
      for (JsonNode run : digits.get("runs")) {
        halving += run.get("halvingSeconds").asDouble();
        spark += run.at("/crossValidatorSeconds/" + fits).asDouble();
      }
      assertThat(digits.at("/ratioToCrossValidator/" + fits).asDouble())
          .isCloseTo(halving / spark, within(1e-9));
    }
    assertThat(digits.get("ratio").asDouble()).isPositive();
    assertThat(Files.readString(folder.resolve("figures/halving.txt")))
        .contains("digits: as good as the best of the grid in " + asGood + " of 2 seeds; time: 0.");
    assertThat(printed).contains("digits: as good as the best");
  }
}
