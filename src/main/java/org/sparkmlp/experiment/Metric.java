package org.sparkmlp.experiment;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.evaluation.BinaryClassificationEvaluator;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.sparkmlp.ml.MLPClassifier;

/** What models are judged by: the metrics of Spark's evaluators, by their names there. */
enum Metric {
  ACCURACY("accuracy"),
  F1("f1"),
  WEIGHTED_PRECISION("weightedPrecision"),
  WEIGHTED_RECALL("weightedRecall"),
  WEIGHTED_F_MEASURE("weightedFMeasure"),
  LOG_LOSS("logLoss"),
  HAMMING_LOSS("hammingLoss"),
  AREA_UNDER_ROC("areaUnderROC"),
  AREA_UNDER_PR("areaUnderPR");

  /** What is told of the held-out rows, besides the metric of the search. */
  static final List<Metric> OF_TEST =
      List.of(ACCURACY, F1, WEIGHTED_PRECISION, WEIGHTED_RECALL, LOG_LOSS);

  private final String name;

  Metric(String name) {
    this.name = name;
  }

  String sparkName() {
    return name;
  }

  static List<String> names() {
    return Arrays.stream(values()).map(Metric::sparkName).toList();
  }

  static Metric of(String name) {
    return Arrays.stream(values())
        .filter(metric -> metric.name.equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Spark's evaluator of this metric, for the columns that the classifier writes. */
  Evaluator evaluator(MLPClassifier classifier) {
    if (this == AREA_UNDER_ROC || this == AREA_UNDER_PR) {
      return new BinaryClassificationEvaluator()
          .setMetricName(name)
          .setLabelCol(classifier.getLabelCol())
          .setRawPredictionCol(classifier.getRawPredictionCol());
    }
    return new MulticlassClassificationEvaluator()
        .setMetricName(name)
        .setLabelCol(classifier.getLabelCol())
        .setPredictionCol(classifier.getPredictionCol())
        .setProbabilityCol(classifier.getProbabilityCol());
  }
}
