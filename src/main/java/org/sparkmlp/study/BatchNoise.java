package org.sparkmlp.study;

import static org.sparkmlp.study.StudyPage.number;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.sparkmlp.report.Axis;
import org.sparkmlp.report.Chart;
import org.sparkmlp.report.Series;
import org.sparkmlp.util.Sample;

/** How noisy the gradient is by batch size, in words and figures. */
final class BatchNoise {
  private final JsonNode settings;
  private final JsonNode found;
  private final int[] batchSizes;
  private final int small;
  private final int large;
  private final int last;

  /**
   * @param batchSizes rising, the last one that of all rows
   */
  BatchNoise(JsonNode settings, JsonNode found, int[] batchSizes) {
    this.settings = settings;
    this.found = found;
    this.batchSizes = batchSizes;
    this.last = batchSizes.length - 1;
    this.small = batchSizes[0];
    this.large = batchSizes[last];
  }

  /** Of batches of the i-th size, a number a seed: the root of variance / |g|². */
  private double[] relativeNoise(String when, int i) {
    return Records.list(found.get("noise").get(when)).stream()
        .mapToDouble(
            one ->
                Math.sqrt(
                    Records.numbers(one.get("variance"))[i]
                        / Records.numbers(one.get("fullSquareAndRowVariance"))[0]))
        .toArray();
  }

  private double expectedNoise(String when, int batchSize) {
    return Records.list(found.get("noise").get(when)).stream()
        .mapToDouble(
            one -> {
              double[] both = Records.numbers(one.get("fullSquareAndRowVariance"));
              return Math.sqrt(GradientNoise.expected(both[1], batchSize, large) / both[0]);
            })
        .average()
        .orElse(Double.NaN);
  }

  TextbookRow noise() {
    List<Claim> claims = new ArrayList<>();
    List<String> figures = new ArrayList<>();
    for (String when : List.of("before", "after")) {
      double[] few = relativeNoise(when, 0);
      double[] many = relativeNoise(when, last - 1);
      claims.add(Claim.lessByFactor(many, few));
      figures.add(
          String.format(
              Locale.ROOT,
              "%s training: noise %s times |g| / 0 (%s for batches of %d)",
              when,
              Seeds.numbers(few),
              Seeds.numbers(many),
              batchSizes[last - 1]));
    }
    return TextbookRow.of(
        "gradient",
        "noisy / stable",
        claims,
        List.of("before training", "after training"),
        figures);
  }

  void section(StudyPage page) {
    List<List<String>> rows = new ArrayList<>();
    double[] sizes = Arrays.stream(batchSizes).limit(last).asDoubleStream().toArray();
    Chart chart =
        Chart.of(
                "Noise of the gradient, against its length",
                Axis.log("rows of a batch"),
                Axis.log("noise / |g|"))
            .describe("Noise of the mini-batch gradient by batch size, measured and by theory");
    for (int i = 0; i < last; i++) {
      rows.add(
          List.of(
              "" + batchSizes[i],
              Seeds.numbers(relativeNoise("before", i)),
              number(expectedNoise("before", batchSizes[i])),
              Seeds.numbers(relativeNoise("after", i)),
              number(expectedNoise("after", batchSizes[i]))));
    }
    rows.add(List.of("" + large, "0", "0", "0", "0"));
    int colour = 0;
    for (String when : List.of("before", "after")) {
      double[] measured =
          IntStream.range(0, last).mapToDouble(i -> Sample.mean(relativeNoise(when, i))).toArray();
      double[] theory =
          IntStream.range(0, last).mapToDouble(i -> expectedNoise(when, batchSizes[i])).toArray();
      chart.add(Series.scatter(when + " training", sizes, measured).withColour(colour));
      chart.add(Series.line("theory, " + when, sizes, theory).withColour(colour).withDash(1));
      colour++;
    }
    page.section("Noise of the gradient")
        .text(
            String.format(
                Locale.ROOT,
                "The digits, %s. Noise: the root of the mean of |g_B − g|², g_B the gradient of the mean loss of a batch,"
                    + " g that of all %d training rows, over the batches of %s shuffled epochs, divided by |g|; means over"
                    + " seeds ± their standard errors. Before training, and where training in batches of %d has ended after %s epochs. Theory: for"
                    + " batches of b of N rows drawn without replacement, the variance is (N − b) / (N − 1) of that of"
                    + " single rows over b. A batch of all rows has no noise, by definition.",
                BatchTraining.network(settings),
                large,
                settings.get("noiseDraws").asText(),
                small,
                settings.get("epochs").asText()))
        .table(List.of("batch size", "before training", "theory", "after training", "theory"), rows)
        .figure("noise", chart);
  }
}
