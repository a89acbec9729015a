package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.ml.classification.BinaryClassificationSummary;
import org.apache.spark.ml.classification.ClassificationSummary;
import org.apache.spark.ml.classification.MultilayerPerceptronClassificationSummary;
import org.apache.spark.ml.evaluation.BinaryClassificationEvaluator;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;

/** What evaluate tells is what Spark's evaluators tell of the same predictions. */
class ClassificationSummaryTest {
  private static SparkSession spark() {
    return SparkSessions.shared();
  }

  private static Dataset<Row> overlapping(int classes) {
    Random random = new Random(31);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      int label = random.nextInt(classes);
      double[] x = {random.nextGaussian() + label, random.nextGaussian()};
      rows.add(RowFactory.create((double) label, Vectors.dense(x), 0.5 * (1 + i % 4)));
    }
    return Frames.of(spark(), rows, Frames.LABELED.add("w", DataTypes.DoubleType, false), 3);
  }

  private static MLPClassificationModel fit(Dataset<Row> rows, String weightCol) {
    return new MLPClassifier()
        .setHiddenLayers(5)
        .setMaxIter(10)
        .setBatchSize(16)
        .setStepSize(0.05)
        .setNumShards(2)
        .setWeightCol(weightCol)
        .fit(rows);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "w"})
  void metricsAreThoseOfTheEvaluators(String weightCol) {
    Dataset<Row> rows = overlapping(3);
    MLPClassificationModel model = fit(rows, weightCol);
    MultilayerPerceptronClassificationSummary summary = model.evaluate(rows); // Spark's own type
    Dataset<Row> predictions = model.transform(rows);
    MulticlassClassificationEvaluator evaluator = new MulticlassClassificationEvaluator();
    if (!weightCol.isEmpty()) {
      evaluator.setWeightCol(weightCol);
    }
    Map<String, Double> whole =
        Map.of(
            "accuracy", summary.accuracy(),
            "weightedPrecision", summary.weightedPrecision(),
            "weightedRecall", summary.weightedRecall(),
            "weightedTruePositiveRate", summary.weightedTruePositiveRate(),
            "weightedFalsePositiveRate", summary.weightedFalsePositiveRate(),
            "weightedFMeasure", summary.weightedFMeasure());
    whole.forEach(
        (metric, value) ->
            assertThat(value)
                .as(metric)
                .isCloseTo(evaluator.setMetricName(metric).evaluate(predictions), within(1e-14)));
    assertThat(summary.labels()).containsExactly(0, 1, 2);
    Map<String, double[]> byLabel =
        Map.of(
            "precisionByLabel", summary.precisionByLabel(),
            "recallByLabel", summary.recallByLabel(),
            "truePositiveRateByLabel", summary.truePositiveRateByLabel(),
            "falsePositiveRateByLabel", summary.falsePositiveRateByLabel(),
            "fMeasureByLabel", summary.fMeasureByLabel());
    byLabel.forEach(
        (metric, values) -> {
          for (int label = 0; label < 3; label++) {
            assertThat(values[label])
                .as("%s of %d", metric, label)
                .isCloseTo(
                    evaluator.setMetricLabel(label).setMetricName(metric).evaluate(predictions),
                    within(1e-14));
          }
        });
    assertThat(summary.predictions().columns()).containsExactly(predictions.columns());
    assertThat(summary.predictionCol()).isEqualTo("prediction");
    assertThat(summary.weightCol()).isEqualTo(weightCol);
    assertThatThrownBy(() -> model.evaluate(rows).asBinary())
        .hasMessage("asBinary is for models of two classes, and this one has more");
  }

  @Test
  void ofTwoClassesThereAreAreasAndCurves() {
    Dataset<Row> rows = overlapping(2);
    MLPClassificationModel model = fit(rows, "w");
    BinaryClassificationSummary summary = model.evaluate(rows).asBinary();
    BinaryClassificationEvaluator evaluator =
        new BinaryClassificationEvaluator().setWeightCol("w").setRawPredictionCol("probability");
    Dataset<Row> predictions = model.transform(rows);
    assertThat(summary.areaUnderROC())
        .isCloseTo(evaluator.evaluate(predictions), within(1e-12))
        .isGreaterThan(0.6);
    assertThat(evaluator.setMetricName("areaUnderPR").evaluate(predictions)).isGreaterThan(0.6);
    assertThat(summary.scoreCol()).isEqualTo("probability");
    assertThat(summary.roc().columns()).containsExactly("FPR", "TPR");
    assertThat(summary.pr().columns()).containsExactly("recall", "precision");
    assertThat(summary.roc().count()).isGreaterThan(50);
    for (Dataset<Row> byThreshold :
        List.of(
            summary.precisionByThreshold(),
            summary.recallByThreshold(),
            summary.fMeasureByThreshold())) {
      assertThat(byThreshold.count()).isGreaterThan(50);
    }
    assertThat(summary.accuracy()).isGreaterThan(0.5);
  }

  /** Every method that Spark's summaries have answers: none is left to null. */
  @Test
  void everyMethodOfSparksSummariesAnswers() throws Exception {
    Dataset<Row> rows = overlapping(2);
    MLPBinaryClassificationSummary summary = fit(rows, "").evaluate(rows).asBinary();
    int asked = 0;
    for (Class<?> type : List.of(ClassificationSummary.class, BinaryClassificationSummary.class)) {
      for (var method : type.getMethods()) {
        if (method.getParameterCount() == 0
            && !java.lang.reflect.Modifier.isStatic(method.getModifiers())) {
          assertThat(method.invoke(summary)).as(method.getName()).isNotNull();
          asked++;
        }
      }
    }
    assertThat(asked).isGreaterThan(25);
  }

  @Test
  void columnsWithoutANameAreNoObstacle() {
    Dataset<Row> rows = overlapping(2);
    MLPClassificationModel model = fit(rows, "");
    double accuracy = model.evaluate(rows).accuracy();
    model.setPredictionCol("").setProbabilityCol("").setRawPredictionCol("");
    assertThat(model.evaluate(rows).accuracy()).isEqualTo(accuracy);
    assertThat(model.evaluate(rows).asBinary().areaUnderROC()).isGreaterThan(0.6);
    assertThat(model.getPredictionCol()).isEmpty();
  }

  @Test
  void rowsWithoutALabelAreRefused() {
    Dataset<Row> rows = overlapping(2);
    MLPClassificationModel model = fit(rows, "");
    assertThatThrownBy(() -> model.evaluate(rows.drop("label")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there is no column 'label' (labelCol)");
  }

  @Test
  void theSummaryOfTrainingIsSparksToo() {
    MLPClassificationModel model = fit(overlapping(2), "");
    org.apache.spark.ml.classification.TrainingSummary summary = model.summary();
    assertThat(summary.totalIterations()).isEqualTo(10);
    assertThat(summary.objectiveHistory()).hasSize(10);
  }
}
