package org.sparkmlp.study;

import static org.sparkmlp.study.StudyPage.list;
import static org.sparkmlp.study.StudyPage.number;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What {@link BatchSizeStudy} has found: the textbook's table first. */
final class BatchSizePage {
  private BatchSizePage() {}

  static StudyPage of(JsonNode settings, JsonNode found) {
    BatchTraining training = new BatchTraining(settings, found);
    int[] batchSizes = training.batchSizes();
    BatchTimes times = new BatchTimes(settings, found);
    BatchNoise noise = new BatchNoise(settings, found, batchSizes);
    List<TextbookRow> rows =
        List.of(
            times.sequential(),
            times.parallel(),
            times.epoch(),
            noise.noise(),
            training.loss(),
            training.generalization());
    StudyPage page = new StudyPage("Batch size");
    page.text(answer(rows))
        .table(
            List.of("", "textbook: small / large batch", "here", "figures"),
            rows.stream()
                .map(row -> List.of(row.what(), row.textbook(), row.verdict(), row.figures()))
                .toList())
        .text(
            String.format(
                Locale.ROOT,
                "A small batch is one of %d rows, a large one has all rows. How it is decided: times differ if the"
                    + " ratio of the two is at least %s in three of four repeats (its lower quartile), and don't if it"
                    + " is below that in three of four; they are the same in parallel if a batch %d times as large takes"
                    + " at most %s times as long, and aren't if the next batch size already takes longer. Accuracies, and logarithms of losses and noise, are compared by a"
                    + " paired t-test over the %s seeds, two-sided at 5 %%, not corrected for the number of tests; what"
                    + " it can't tell apart is not clear. Where a row has several parts, all must say the same; where some confirm and others"
                    + " refute, it depends on the conditions. A gap is training accuracy minus test accuracy; ±: standard error over seeds.",
                batchSizes[0],
                number(BatchTimes.DIFFERENT),
                BatchTimes.RANGE,
                number(BatchTimes.SAME),
                settings.get("seeds").asText()));
    times.section(page);
    noise.section(page);
    training.section(page, "epochs");
    training.section(page, "updates");
    training.togetherSection(page);
    return page;
  }

  private static String answer(List<TextbookRow> rows) {
    List<String> parts = new ArrayList<>();
    for (Claim claim : Claim.values()) {
      List<String> some =
          rows.stream().filter(r -> r.claim() == claim).map(BatchSizePage::named).toList();
      if (!some.isEmpty()) {
        parts.add(claim.words() + ": " + list(some));
      }
    }
    return String.format(
        Locale.ROOT,
        "A textbook has this table of small batches against large ones. Of its %d rows, measured here: %s.",
        rows.size(),
        String.join("; ", parts));
  }

  /** What its parts say, if they differ, is behind "not clear". */
  private static String named(TextbookRow row) {
    return row.what() + row.verdict().substring(row.claim().words().length());
  }
}
