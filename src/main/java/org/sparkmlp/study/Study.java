package org.sparkmlp.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.function.Supplier;
import org.sparkmlp.report.Page;

/** A question about training, how it is measured, and what the answer looks like. */
interface Study {
  /** As in {@code bin/spark-mlp study NAME}. */
  String name();

  /**
   * Reads all settings; what comes back measures, and returns what was found.
   *
   * @throws IllegalArgumentException if a setting is wrong; nothing was measured then
   */
  Supplier<ObjectNode> prepare(Settings settings);

  /**
   * Words and figures.
   *
   * @param settings what {@link #prepare} was given
   * @param found what it has measured
   */
  StudyPage page(JsonNode settings, JsonNode found);

  /** A page to play with beside that one, where there is something that moves. */
  default Optional<Page> played(JsonNode settings, JsonNode found) {
    return Optional.empty();
  }
}
