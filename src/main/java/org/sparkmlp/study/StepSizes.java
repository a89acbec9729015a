package org.sparkmlp.study;

import static org.sparkmlp.study.StudyPage.list;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a choice among step sizes is worth: at the edge of what was tried, others may be better. */
final class StepSizes {
  private StepSizes() {}

  /** As in "0.1, 0.3 and 1". */
  static String words(JsonNode tried) {
    return list(Arrays.stream(Records.numbers(tried)).mapToObj(StudyPage::number).toList());
  }

  /** Whether the chosen one is the smallest or the largest of those tried. */
  static boolean isAtEdge(double chosen, JsonNode tried) {
    double[] all = Records.numbers(tried);
    return chosen == Arrays.stream(all).min().orElseThrow()
        || chosen == Arrays.stream(all).max().orElseThrow();
  }

  /**
   * A sentence that warns, or says that there is no need to.
   *
   * @param what was chosen, as in "step size"
   * @param atEdge whose choice is at the edge
   */
  static String warning(String what, List<String> atEdge) {
    return atEdge.isEmpty()
        ? "No chosen %s is at the edge of what was tried.".formatted(what)
        : String.format(
            Locale.ROOT,
            "For %s the chosen %s is at the edge of what was tried, so one outside may be better: where %s and others are"
                + " compared, that isn't settled.",
            list(atEdge),
            what,
            atEdge.size() == 1 ? "it" : "they");
  }
}
