package org.sparkmlp.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** How numbers and names are written for people. */
final class Words {
  private static final Map<String, String> PARAMS =
      Map.of(
          "learningRateSchedule", "schedule",
          "batchSize", "batch size",
          "stepSize", "step size",
          "hiddenLayers", "hidden layers",
          "maxIter", "epochs",
          "regParam", "penalty");

  private static final Map<String, String> METRICS =
      Map.of(
          "f1", "F1",
          "weightedPrecision", "weighted precision",
          "weightedRecall", "weighted recall",
          "weightedFMeasure", "weighted F measure",
          "logLoss", "log loss",
          "hammingLoss", "Hamming loss",
          "areaUnderROC", "area under ROC",
          "areaUnderPR", "area under PR");

  private static final Set<String> LOSSES = Set.of("logLoss", "hammingLoss");

  private Words() {}

  static String name(String param) {
    return PARAMS.getOrDefault(param, param);
  }

  /** As in "batch size 16". */
  static String param(String name, String value) {
    return name(name) + " " + value;
  }

  static String metric(String name) {
    return METRICS.getOrDefault(name, name);
  }

  static boolean isLoss(String metric) {
    return LOSSES.contains(metric);
  }

  /** All metrics but the log loss are shares of 1. */
  static boolean isShare(String metric) {
    return !metric.equals("logLoss");
  }

  /** As in "97.8 %", or "0.0712" of a log loss. */
  static String value(String metric, double value) {
    return isShare(metric) ? percent(value) : format("%.4f", value);
  }

  /** Without a unit, as there is one at the head of a column. */
  static String bare(String metric, double value) {
    return isShare(metric) ? format("%.2f", 100 * value) : format("%.4f", value);
  }

  /** A difference, as in "0.8 points". */
  static String difference(String metric, double value) {
    return isShare(metric) ? format("%.2f points", 100 * value) : format("%.4f", value);
  }

  static String percent(double share) {
    return format("%.1f %%", 100 * share);
  }

  static String seconds(double seconds) {
    if (!Double.isFinite(seconds)) {
      return "unknown";
    }
    if (seconds < 120) {
      return format(seconds < 10 ? "%.1f s" : "%.0f s", seconds);
    }
    return seconds < 7200 ? format("%.0f min", seconds / 60) : format("%.1f h", seconds / 3600);
  }

  /** As in "a, b and c". */
  static String list(List<String> words) {
    int last = words.size() - 1;
    return last < 1
        ? String.join("", words)
        : String.join(", ", words.subList(0, last)) + " and " + words.get(last);
  }

  /** With a capital letter at its beginning. */
  static String sentence(String words) {
    return words.isEmpty()
        ? words
        : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }

  /** As in "1 cell", "3 cells". */
  static String count(long number, String word) {
    return String.format(Locale.ROOT, "%,d %s%s", number, word, number == 1 ? "" : "s");
  }

  static String format(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "unknown";
  }

  /** The first words of a text that may be long. */
  static String brief(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "\u2026";
  }
}
