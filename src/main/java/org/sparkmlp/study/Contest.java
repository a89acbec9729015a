package org.sparkmlp.study;

import static org.sparkmlp.study.StudyPage.list;
import static org.sparkmlp.study.StudyPage.number;
import static org.sparkmlp.study.StudyPage.percent;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.sparkmlp.report.Axis;
import org.sparkmlp.report.Chart;
import org.sparkmlp.report.Series;
import org.sparkmlp.util.Sample;

/**
 * Variants fitted over the same seeds, ranked by mean accuracy on the test rows. Those that aren't
 * told apart from the best: a paired t-test over seeds, two-sided at 5 %, not corrected for the
 * number of variants.
 */
final class Contest {
  /** Letters of a name that is too long to stand under its mark in one line. */
  private static final int LONG = 13;

  /**
   * A variant.
   *
   * @param fits as {@link DigitFits#fits} makes them
   */
  record Variant(String name, JsonNode fits) {
    double[] accuracies() {
      return DigitFits.last(fits, "accuracy");
    }

    /** NaN if a fit diverged. */
    double mean() {
      return Sample.mean(accuracies());
    }

    double error() {
      double[] values = accuracies();
      return values.length < 2 ? Double.NaN : Sample.standardError(values);
    }

    double loss() {
      return Sample.mean(DigitFits.last(fits, "loss"));
    }

    int diverged() {
      int count = 0;
      for (JsonNode fit : fits) {
        count += fit.has("error") ? 1 : 0;
      }
      return count;
    }
  }

  private final List<Variant> given;
  private final List<Variant> ranked;

  Contest(List<Variant> variants) {
    given = List.copyOf(variants);
    ranked = new ArrayList<>(variants);
    ranked.sort(
        Comparator.comparing((Variant one) -> Double.isNaN(one.mean()))
            .thenComparing(Comparator.comparingDouble(Variant::mean).reversed()));
  }

  List<Variant> ranked() {
    return ranked;
  }

  /** Who is best, and who can't be told from it. */
  String verdict() {
    Variant best = ranked.get(0);
    int seeds = best.fits.size();
    if (Double.isNaN(best.mean())) {
      return "All variants diverged for at least one seed.";
    }
    List<String> same = new ArrayList<>();
    List<String> behind = new ArrayList<>();
    List<String> diverged = new ArrayList<>();
    for (Variant one : ranked.subList(1, ranked.size())) {
      if (one.diverged() > 0) {
        diverged.add(one.name + " (" + one.diverged() + " of " + seeds + ")");
      } else if (isBehind(best, one)) {
        behind.add(one.name);
      } else {
        same.add(one.name);
      }
    }
    StringBuilder words = new StringBuilder();
    words.append(
        String.format(
            "Highest mean accuracy over %d seeds: %s, %s%s.",
            seeds, best.name, percent(best.mean()), plusMinus(best)));
    if (seeds < 2) {
      words.append(" With one seed nothing can be said of how sure that is.");
    } else {
      words.append(
          same.isEmpty()
              ? " Every other is told apart from it (" + test() + ")."
              : " Not told apart from it (" + test() + "): " + list(same) + ".");
      words.append(behind.isEmpty() || same.isEmpty() ? "" : " Behind: " + list(behind) + ".");
    }
    words.append(diverged.isEmpty() ? "" : " Diverged: " + list(diverged) + ".");
    return words.toString();
  }

  private String test() {
    int others = ranked.size() - 1;
    return "paired over seeds, 5 % level"
        + (others > 1 ? ", not corrected for the " + others + " comparisons" : "");
  }

  private static String plusMinus(Variant one) {
    return Double.isNaN(one.error()) ? "" : " ± " + percent(one.error()) + " (standard error)";
  }

  /** Whether the difference is larger than chance would make it. */
  private static boolean isBehind(Variant best, Variant other) {
    return Paired.of(other.accuracies(), best.accuracies()).isLower();
  }

  /** Rank, accuracy and loss, with further columns before them. */
  void table(
      StudyPage page,
      List<String> first,
      java.util.function.Function<Variant, List<String>> cells) {
    List<String> columns = new ArrayList<>(first);
    columns.addAll(List.of("test accuracy", "standard error", "training loss, last epoch"));
    List<List<String>> rows = new ArrayList<>();
    for (Variant one : ranked) {
      List<String> row = new ArrayList<>(cells.apply(one));
      boolean failed = one.diverged() > 0;
      row.add(failed ? "diverged" : percent(one.mean()));
      row.add(failed || Double.isNaN(one.error()) ? "–" : percent(one.error()));
      row.add(failed ? "–" : number(one.loss()));
      rows.add(row);
    }
    page.table(columns, rows);
  }

  /** Means by epoch, in the order of the settings. */
  Chart curves(String title, String member, Axis y) {
    Chart chart = Chart.of(title, Axis.linear("epoch"), y).describe(title + " for " + names());
    for (Variant one : given) {
      double[] values = DigitFits.mean(one.fits, member);
      double[] epochs = new double[values.length];
      for (int i = 0; i < epochs.length; i++) {
        epochs[i] = i + 1;
      }
      chart.line(one.name, epochs, values);
    }
    return chart;
  }

  /**
   * Means with their standard errors; the title says of what, where names need the room.
   *
   * @param at what else the title says, as in ", step size 0.1"
   */
  Chart accuracies(String what, String at) {
    double[] means = given.stream().mapToDouble(Variant::mean).toArray();
    double[] errors =
        given.stream().mapToDouble(one -> Double.isNaN(one.error()) ? 0 : one.error()).toArray();
    double low = 1;
    for (double mean : means) {
      low = mean < low ? mean : low;
    }
    double from = Math.max(0, Math.floor(low * 50 - 0.5) / 50);
    return Chart.of(
            "Test accuracy by " + what + at,
            Axis.categories("", given.stream().map(one -> broken(one.name)).toList()),
            Axis.linear("accuracy").between(from, 1))
        .add(
            new Series(
                "mean with standard error",
                Series.Kind.SCATTER,
                null,
                means,
                errors,
                0,
                0,
                Series.Weight.NORMAL))
        .describe("Test accuracy with its standard error" + at + " for " + names());
  }

  /** In lines that fit beside one another. */
  private static String broken(String name) {
    return Arrays.stream(name.replace(".then", "\n.then").split("\n", -1))
        .map(line -> line.length() > LONG ? line.replaceFirst("(?<!then)\\(", "\n(") : line)
        .collect(Collectors.joining("\n"));
  }

  private String names() {
    return list(given.stream().map(Variant::name).toList());
  }
}
