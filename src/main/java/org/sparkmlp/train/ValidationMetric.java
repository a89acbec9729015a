package org.sparkmlp.train;

import java.util.Arrays;
import java.util.List;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.util.Check;

/**
 * What validation rows judge an epoch by: the training loss, or a metric of Spark's evaluators. All
 * are computed from sums over the rows.
 *
 * <p>Predictions are the classes of the largest logits, whatever {@code thresholds} say. The areas
 * are approximate, see {@link ScoreHistogram}.
 */
public enum ValidationMetric {
  LOSS("loss", false, Of.ANY),
  ACCURACY("accuracy", true, Of.CLASSES),
  F1("f1", true, Of.CLASSES),
  WEIGHTED_PRECISION("weightedPrecision", true, Of.CLASSES),
  WEIGHTED_RECALL("weightedRecall", true, Of.CLASSES),
  HAMMING_LOSS("hammingLoss", false, Of.CLASSES),
  LOG_LOSS("logLoss", false, Of.CLASSES),
  AREA_UNDER_ROC("areaUnderROC", true, Of.TWO_CLASSES),
  AREA_UNDER_PR("areaUnderPR", true, Of.TWO_CLASSES),
  RMSE("rmse", false, Of.VALUES),
  MSE("mse", false, Of.VALUES),
  MAE("mae", false, Of.VALUES),
  R2("r2", true, Of.VALUES);

  private enum Of {
    ANY,
    CLASSES,
    TWO_CLASSES,
    VALUES
  }

  private final String name;
  private final boolean largerIsBetter;
  private final Of of;

  ValidationMetric(String name, boolean largerIsBetter, Of of) {
    this.name = name;
    this.largerIsBetter = largerIsBetter;
    this.of = of;
  }

  /** The name, as in Spark's evaluators. */
  public String spec() {
    return name;
  }

  public boolean largerIsBetter() {
    return largerIsBetter;
  }

  /** Whether it judges predictions of classes; {@link #LOSS} judges both. */
  public boolean ofClasses() {
    return of != Of.VALUES;
  }

  /** Whether it judges predictions of values; {@link #LOSS} judges both. */
  public boolean ofValues() {
    return of == Of.ANY || of == Of.VALUES;
  }

  public static List<String> names() {
    return Arrays.stream(values()).map(ValidationMetric::spec).toList();
  }

  /** The metric of that name, which must be one of {@link #names}. */
  public static ValidationMetric of(String name) {
    return Arrays.stream(values())
        .filter(metric -> metric.name.equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Refuses a network that the metric has no meaning for. */
  public void check(Topology topology) {
    Check.that(
        topology.classTargets() ? ofClasses() : ofValues(),
        "validationMetric = %s is for %s; take one of %s",
        name,
        ofClasses() ? "classes, not for numbers" : "numbers, not for classes",
        Arrays.stream(values())
            .filter(other -> topology.classTargets() ? other.ofClasses() : other.ofValues())
            .map(ValidationMetric::spec)
            .toList());
    int classes = Math.max(2, topology.outputs());
    Check.that(
        of != Of.TWO_CLASSES || classes == 2,
        "validationMetric = %s is for two classes, but there are %d; take loss, logLoss or f1",
        name,
        classes);
  }

  /** Sums that begin at 0; null if those of every evaluation, loss and accuracy, will do. */
  MetricSums sums(Topology topology) {
    return switch (this) {
      case LOSS, ACCURACY, HAMMING_LOSS -> null;
      case F1, WEIGHTED_PRECISION, WEIGHTED_RECALL -> new ClassSums(topology);
      case LOG_LOSS -> new LogLossSum(topology);
      case AREA_UNDER_ROC, AREA_UNDER_PR -> new ScoreHistogram(topology);
      case RMSE, MSE, MAE, R2 -> new ValueSums(topology);
    };
  }

  /** The metric of all rows; NaN where it has none. */
  double value(RoundResult result, Topology topology) {
    double accuracy = result.correct() / result.weight();
    MetricSums sums = sums(topology);
    if (sums != null) {
      result.vector().total(sums.numbers());
    }
    return switch (this) {
      case LOSS -> result.loss() / result.weight();
      case ACCURACY -> accuracy;
      case HAMMING_LOSS -> 1 - accuracy;
      default -> sums.metric(this, result.weight());
    };
  }

  /** A value that any is better than. */
  double worst() {
    return largerIsBetter ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
  }

  /** By how much {@code value} is better than {@code other}; NaN if either is. */
  double gain(double value, double other) {
    return largerIsBetter ? value - other : other - value;
  }
}
