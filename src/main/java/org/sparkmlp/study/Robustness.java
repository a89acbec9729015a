package org.sparkmlp.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Supplier;

/**
 * Three questions: how much depends on the initial point, with and without dropout; how well maxout
 * fits convex functions; what cross-entropy has over squared error.
 */
final class Robustness implements Study {
  private static final String POINTS = "initialPoints";
  private static final String MAXOUT = "maxout";
  private static final String LOSSES = "losses";

  @Override
  public String name() {
    return "robustness";
  }

  @Override
  public Supplier<ObjectNode> prepare(Settings settings) {
    Supplier<ObjectNode> points = InitialPoints.prepare(settings);
    Supplier<ObjectNode> maxout = MaxoutFits.prepare(settings);
    Supplier<ObjectNode> losses = LossComparison.prepare(settings);
    return () -> {
      ObjectNode found = Records.object();
      found.set(POINTS, points.get());
      found.set(MAXOUT, maxout.get());
      found.set(LOSSES, losses.get());
      return found;
    };
  }

  @Override
  public StudyPage page(JsonNode settings, JsonNode found) {
    StudyPage page = new StudyPage("Robustness: initial points, maxout, losses");
    page.text(InitialPoints.answer(found.get(POINTS)))
        .text(MaxoutFits.answer(settings.get(MAXOUT), found.get(MAXOUT)))
        .text(LossComparison.answer(settings.get(LOSSES), found.get(LOSSES)))
        .text(
            "The handwritten digits inside the jar, every fifth held out for the test, are the data of the first and the"
                + " last.");
    InitialPoints.page(page, settings.get(POINTS), found.get(POINTS));
    MaxoutFits.page(page, settings.get(MAXOUT), found.get(MAXOUT));
    LossComparison.page(page, settings.get(LOSSES), found.get(LOSSES));
    return page;
  }
}
