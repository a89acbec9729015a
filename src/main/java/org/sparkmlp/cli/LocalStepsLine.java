package org.sparkmlp.cli;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** A variant of local steps with its trainings; their figures are medians. */
record LocalStepsLine(LocalStepsVariant variant, List<TimeToAccuracy> runs) {
  /** What takes this many times longer than the best in the first turn isn't measured again. */
  private static final double FAR = 1.5;

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

  /** Those that are worth another turn. */
  static List<LocalStepsLine> near(List<LocalStepsLine> lines) {
    double far = FAR * best(lines, variant -> true).seconds();
    return lines.stream().filter(line -> line.seconds() <= far || line.variant.product()).toList();
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
