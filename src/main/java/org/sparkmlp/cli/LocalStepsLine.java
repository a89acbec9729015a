package org.sparkmlp.cli;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** A variant of local steps with its trainings; their figures are medians. */
record LocalStepsLine(LocalStepsVariant variant, List<TimeToAccuracy> runs) {
  /** What takes this many times longer than the best in the first turn isn't measured again. */
  private static final double FAR = 1.5;

  /** What has taken this many times longer than the best won't win, and ends. */
  private static final double HOPELESS = 10;

  double median(Function<TimeToAccuracy, Double> figure) {
    return BenchmarkOutput.median(runs.stream().map(figure).toList());
  }

  /** Time to the target; infinite if most trainings didn't reach it. */
  double seconds() {
    return median(TimeToAccuracy::seconds);
  }

  /** Infinite where the loss of no training was finite for an epoch. */
  double secondsAnEpoch() {
    List<Double> all = runs.stream().flatMap(run -> run.epochSeconds().stream()).toList();
    return all.isEmpty() ? Double.POSITIVE_INFINITY : BenchmarkOutput.median(all);
  }

  /** Time after which a training is to end; infinite while none has reached the target. */
  static double mostSeconds(List<LocalStepsLine> lines) {
    return HOPELESS
        * lines.stream()
            .flatMap(line -> line.runs.stream())
            .mapToDouble(TimeToAccuracy::seconds)
            .min()
            .orElse(Double.POSITIVE_INFINITY);
  }

  /** Those that are worth another turn: not far from the best, or from the best plain one. */
  static List<LocalStepsLine> near(List<LocalStepsLine> lines) {
    double far = FAR * best(lines, variant -> true).seconds();
    double farPlain = FAR * best(lines, LocalStepsVariant::plain).seconds();
    return lines.stream()
        .filter(
            line ->
                line.seconds() <= (line.variant.plain() ? farPlain : far) || line.variant.product())
        .toList();
  }

  /** The fastest of those that had the most turns. */
  static LocalStepsLine best(List<LocalStepsLine> lines, Predicate<LocalStepsVariant> which) {
    int turns = lines.stream().mapToInt(line -> line.runs.size()).max().orElseThrow();
    return lines.stream()
        .filter(line -> line.runs.size() == turns && which.test(line.variant))
        .min(Comparator.comparingDouble(LocalStepsLine::seconds))
        .orElseThrow();
  }
}
