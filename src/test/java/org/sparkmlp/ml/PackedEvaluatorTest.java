package org.sparkmlp.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.evaluation.BinaryClassificationEvaluator;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.Frames;
import org.sparkmlp.PackedCopies;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.cluster.KeptRows;

/** The metrics are those that Spark's evaluator has of what the models predict. */
class PackedEvaluatorTest {
  private static final List<String> METRICS =
      List.of("f1", "accuracy", "weightedPrecision", "weightedRecall", "hammingLoss", "logLoss");

  private static Dataset<Row> rows(int classes) {
    return Frames.clouds(SparkSessions.shared(), 400, 3, classes).cache();
  }

  private static PackedEvaluator packed(
      MLPClassifier classifier, MulticlassClassificationEvaluator evaluator) {
    return PackedEvaluator.of(classifier, evaluator, List.of(new ParamMap())).orElseThrow();
  }

  private static MLPClassifier classifier() {
    return new MLPClassifier().setHiddenLayers(3).setMaxIter(2).setNumShards(2).setSeed(3);
  }

  private static MulticlassClassificationEvaluator evaluator(String metric) {
    return new MulticlassClassificationEvaluator().setMetricName(metric);
  }

  @AfterEach
  void nothingIsLeft() {
    SparkSessions.shared().catalog().clearCache();
    PackedCopies.settle();
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  private static void assertSparksMetrics(MLPClassifier classifier, Dataset<Row> rows) {
    MLPClassificationModel model = classifier.fit(rows);
    for (String metric : METRICS) {
      MulticlassClassificationEvaluator evaluator = evaluator(metric);
      evaluator.setLabelCol(classifier.getLabelCol());
      double expected = evaluator.evaluate(model.transform(rows));
      assertThat(packed(classifier, evaluator).evaluate(model, rows))
          .as(metric)
          .isCloseTo(expected, within(1e-6 * Math.abs(expected) + 1e-12));
      assertThat(expected).as("worth comparing: %s", metric).isNotIn(0.0, 1.0);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5})
  void everyMetricIsSparks(int classes) {
    assertSparksMetrics(classifier(), rows(classes));
  }

  @Test
  void ofStandardizedFeaturesWeightedRowsAndASingleOutputToo() {
    assertSparksMetrics(classifier().setStandardization(true), rows(3));
    assertSparksMetrics(classifier().setLoss("binaryCrossEntropy"), rows(2));
    Dataset<Row> weighted =
        rows(3).withColumn("w", col("label").plus(1)).withColumnRenamed("label", "y").cache();
    assertSparksMetrics(classifier().setWeightCol("w").setLabelCol("y"), weighted);
  }

  /** What Spark does with a class that training hasn't seen: it counts as never predicted. */
  @Test
  void ofAClassThatTrainingHasNotSeen() {
    Dataset<Row> rows = rows(3);
    MLPClassifier classifier = classifier();
    MLPClassificationModel model = classifier.fit(rows.where("label < 2"));
    MulticlassClassificationEvaluator evaluator = evaluator("accuracy");
    assertThat(packed(classifier, evaluator).evaluate(model, rows))
        .isEqualTo(evaluator.evaluate(model.transform(rows)))
        .isLessThan(0.8);
  }

  @Test
  void modelsOnKeptRowsShareACopy() {
    Dataset<Row> rows = rows(3);
    MLPClassifier classifier = classifier();
    List<MLPClassificationModel> models =
        List.of(classifier.fit(rows), classifier.setHiddenLayers(7).fit(rows));
    Dataset<Row> fold = rows.where("label > 0");
    PackedEvaluator evaluator = packed(classifier, evaluator("f1"));
    try (KeptRows kept = KeptRows.of(fold);
        PackedCopies copies = new PackedCopies()) {
      models.forEach(model -> evaluator.evaluate(model, fold));
      assertThat(copies.count()).isEqualTo(1);
    }
  }

  @Test
  void whatIsPreparedIsWhatModelsAreJudgedOn() {
    Dataset<Row> rows = rows(3);
    MLPClassifier classifier = classifier();
    MLPClassificationModel model = classifier.fit(rows);
    Dataset<Row> fold = rows.where("label > 0");
    PackedEvaluator evaluator = packed(classifier, evaluator("f1"));
    double expected = evaluator.evaluate(model, fold);
    try (KeptRows kept = KeptRows.of(fold);
        PackedCopies copies = new PackedCopies()) {
      evaluator.prepare(fold);
      assertThat(copies.count()).as("prepared").isEqualTo(1);
      assertThat(evaluator.evaluate(model, fold)).isEqualTo(expected);
      assertThat(copies.count()).as("and judged").isEqualTo(1);
    }
  }

  @Test
  void whatIsScaledByEachModelIsNotPackedBefore() {
    Dataset<Row> rows = rows(3);
    MLPClassifier plain = classifier();
    ParamMap scaled = new ParamMap().put(plain.standardization().w(true));
    List<PackedEvaluator> scaling =
        List.of(
            packed(classifier().setStandardization(true), evaluator("f1")),
            packed(classifier().setInitialModel("of rows that were scaled"), evaluator("f1")),
            PackedEvaluator.of(plain, evaluator("f1"), List.of(new ParamMap(), scaled))
                .orElseThrow());
    try (KeptRows kept = KeptRows.of(rows);
        PackedCopies copies = new PackedCopies()) {
      scaling.forEach(evaluator -> evaluator.prepare(rows));
      assertThat(copies.count()).isZero();
    }
  }

  @Test
  void badRowsAreTold() {
    Dataset<Row> rows = rows(3);
    MLPClassifier classifier = classifier();
    MLPClassificationModel model = classifier.fit(rows);
    PackedEvaluator evaluator = packed(classifier, evaluator("f1"));
    assertThatThrownBy(
            () ->
                evaluator.evaluate(
                    model, rows.withColumn("label", when(col("label").gt(1), lit(0.5)))))
        .hasMessageContaining("label");
    assertThatThrownBy(() -> evaluator.evaluate(model, rows.where("label > 5")))
        .hasMessageContaining("empty");
  }

  @Test
  void whatItCannotJudgeIsLeftToSpark() {
    MLPClassifier c = classifier();
    ParamMap none = new ParamMap();
    assertThat(PackedEvaluator.of(new LogisticRegression(), evaluator("f1"), List.of(none)))
        .isEmpty();
    assertThat(PackedEvaluator.of(new Pipeline(), evaluator("f1"), List.of(none))).isEmpty();
    assertThat(PackedEvaluator.of(c, new BinaryClassificationEvaluator(), List.of(none))).isEmpty();
    for (MulticlassClassificationEvaluator other :
        List.of(
            evaluator("truePositiveRateByLabel"),
            evaluator("logLoss").setEps(0.01),
            evaluator("f1").setWeightCol("w"),
            evaluator("f1").setPredictionCol("p"))) {
      assertThat(PackedEvaluator.of(c, other, List.of(none))).isEmpty();
    }
    ParamMap rate = new ParamMap().put(c.stepSize().w(0.1));
    assertThat(PackedEvaluator.of(c, evaluator("f1"), List.of(none, rate))).isPresent();
    for (ParamMap other :
        List.of(
            new ParamMap().put(c.thresholds().w(new double[] {1, 2})),
            new ParamMap().put(c.predictionCol().w("p")),
            new ParamMap().put(c.probabilityCol().w("q")))) {
      assertThat(PackedEvaluator.of(c, evaluator("f1"), List.of(none, rate, other))).isEmpty();
    }
    c.setThresholds(new double[] {1, 2});
    assertThat(PackedEvaluator.of(c, evaluator("f1"), List.of(none))).isEmpty();
  }

  /** More partitions than tasks, and some without a row. */
  @Test
  void howRowsArePartitionedChangesNoBit() {
    Dataset<Row> rows = rows(3);
    MLPClassifier classifier = classifier();
    MLPClassificationModel model = classifier.fit(rows);
    Dataset<Row> scattered = rows.repartition(50).where("label < 2").cache();
    for (String metric : METRICS) {
      PackedEvaluator evaluator = packed(classifier, evaluator(metric));
      assertThat(evaluator.evaluate(model, scattered))
          .isEqualTo(evaluator.evaluate(model, rows.where("label < 2")));
    }
  }
}
