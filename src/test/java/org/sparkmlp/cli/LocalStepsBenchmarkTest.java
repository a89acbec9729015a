package org.sparkmlp.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.Fork;
import org.sparkmlp.IdxFiles;
import org.sparkmlp.train.AutoLocalSteps;
import org.sparkmlp.train.EpochRecord;

/** The benchmark of local steps, on a few rows. */
class LocalStepsBenchmarkTest {
  @TempDir Path folder;

  private static List<String> names(int stepsPerEpoch, int chosen, int... given) {
    return LocalStepsVariant.all(
            given, new double[0], stepsPerEpoch, new AutoLocalSteps.Choice(chosen, ""))
        .stream()
        .map(LocalStepsVariant::toString)
        .toList();
  }

  @Test
  void variantsAreDistinct() {
    assertThat(names(59, 43, 1, 64))
        .containsExactly(
            "1",
            "43 auto",
            "43 auto, slots reset",
            "43 auto, outer momentum 0.8",
            "43 auto, outer momentum 0.8, slots reset",
            "59 epoch",
            "59 epoch, slots reset",
            "59 epoch, outer momentum 0.8",
            "59 epoch, outer momentum 0.8, slots reset");
    assertThat(names(59, 59, 1, 64)).hasSize(5).contains("1", "59 epoch auto");
    assertThat(names(1, 2, 1, 4)).hasSize(5).contains("1", "2 epoch auto");
    assertThat(names(59, 1, 4)).hasSize(9).contains("1 auto");
  }

  @Test
  void trainingEndsWithTheTargetOrTheTime() {
    double[] accuracies = {0.5, 0.9, 0.8};
    List<Integer> begun = new ArrayList<>();
    TimeToAccuracy.Training training =
        listener -> {
          for (int i = 0; i < 3; i++) {
            begun.add(i);
            listener.onEpoch(new EpochRecord(i + 1, 0, 0, 0, 0, accuracies[i], 0, 2));
          }
        };
    TimeToAccuracy reached = TimeToAccuracy.of(0.85, 100, training);
    assertThat(begun).containsExactly(0, 1);
    // 0.85 is at 7/8 of the way from 0.5 to 0.9
    assertThat(reached.epochs()).isCloseTo(1.875, within(1e-9));
    assertThat(reached.seconds()).isCloseTo(3.75, within(1e-9));
    TimeToAccuracy atOnce = TimeToAccuracy.of(0.4, 100, training);
    assertThat(atOnce.epochs()).isEqualTo(1);
    assertThat(atOnce.seconds()).isEqualTo(2);
    TimeToAccuracy not = TimeToAccuracy.of(0.95, 100, training);
    assertThat(not.trained()).isEqualTo(3);
    assertThat(not.accuracy()).isEqualTo(0.9);
    assertThat(not.epochs()).isInfinite();
    assertThat(not.seconds()).isInfinite();
    TimeToAccuracy late = TimeToAccuracy.of(0.95, 3, training);
    assertThat(late.trained()).isEqualTo(2);
    assertThat(late.seconds()).isInfinite();
  }

  @Test
  void everyVariantIsTrainedAndAutoComparedWithTheBest() throws Exception {
    IdxFiles.write(folder.resolve("data"));
    String printed =
        Fork.run(
            folder,
            List.of("-Xmx1g"),
            "org.sparkmlp.cli.Main",
            arguments(
                "--shards",
                "2",
                "--local-steps",
                "1,2",
                "--outer-momentum",
                "0.8",
                "--accuracy",
                "0.8"));
    assertThat(printed)
        .contains("2 shards, localSteps 1, seed 1: accuracy ")
        .contains("2 shards, localSteps 2, outer momentum 0.8, slots reset, seed 1: accuracy ")
        .contains("of best plain");
    JsonNode json = new ObjectMapper().readTree(folder.resolve("localsteps.json").toFile());
    JsonNode two = json.get("shards").get(0);
    // about 100 rows a shard, in batches of 16
    assertThat(two.get("variants")).hasSize(9);
    assertThat(two.get("auto").asText()).matches("[78] epoch auto, outer momentum 0.8");
    int turns = 0;
    for (JsonNode variant : two.get("variants")) {
      for (JsonNode run : variant.get("runs")) {
        JsonNode accuracies = run.get("accuracies");
        int last = accuracies.size() - 1;
        for (int i = 0; i < last; i++) {
          assertThat(accuracies.get(i).asDouble()).isLessThan(0.8);
        }
        assertThat(run.get("reached").asBoolean())
            .isEqualTo(accuracies.get(last).asDouble() >= 0.8);
        assertThat(run.get("seconds")).hasSize(last + 1);
      }
      turns = Math.max(turns, variant.get("runs").size());
    }
    assertThat(turns).isEqualTo(2);
    assertThat(two.get("autoOfBest").asDouble()).isGreaterThanOrEqualTo(1);
  }

  private String[] arguments(String... more) {
    List<String> arguments = new ArrayList<>(List.of("benchmark", "localsteps", "--repeats", "2"));
    arguments.addAll(List.of("--output", folder.toString(), "--batch-size", "16"));
    arguments.addAll(List.of("--data", folder.resolve("data").toString()));
    arguments.addAll(List.of(more));
    return arguments.toArray(new String[0]);
  }
}
