package org.sparkmlp.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.train.LocalObjective;

class SumsBenchmarkTest {
  @Test
  void onlyExactSumsHaveOneResult() {
    ArrayNode json = new ObjectMapper().createArrayNode();
    String text = new Additions(20, 5_000).measure(1, json);
    assertThat(text).contains("exact", "float", "double");
    assertThat(json.findValuesAsText("sum")).containsExactly("exact", "float", "double");
    assertThat(json.get(0).get("results").asInt()).isEqualTo(1);
    assertThat(json.get(1).get("results").asInt()).isGreaterThan(1);
  }

  /** What is compared differs in its sums alone. */
  @Test
  void bothStepsComputeTheSameGradient() {
    Topology topology =
        new Topology(new int[] {3, 4, 2}, Activations.TANH, Losses.SOFTMAX_CROSS_ENTROPY, true);
    List<PackedBlock> blocks = new ArrayList<>();
    for (int shard = 0; shard < 5; shard++) {
      float[] features = {shard, 1, -1, 0.5f, shard, 2};
      blocks.add(
          new PackedBlock(shard, false, 0, 3, features, new float[] {0, 1}, new float[] {1, 1}));
    }
    LocalObjective objective = new LocalObjective(blocks, 3, 5);
    float[] weights = Initializer.parse("auto").weights(topology, 1);
    GradientStep.Exact exact = new GradientStep.Exact(topology, 2);
    GradientStep.Plain plain = new GradientStep.Plain(topology, 2);
    float[] exactly = exact.read(objective.round(exact, weights));
    float[] plainly = plain.read(objective.round(plain, weights));
    assertThat(exactly).hasSize(topology.size());
    for (int i = 0; i < exactly.length; i++) {
      assertThat(exactly[i]).isCloseTo(plainly[i], within(1e-5f));
    }
    assertThat(exactly).isNotEqualTo(new float[exactly.length]);
  }
}
