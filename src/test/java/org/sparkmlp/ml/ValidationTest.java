package org.sparkmlp.ml;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.spark.ml.evaluation.BinaryClassificationEvaluator;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.data.Holdout;
import org.sparkmlp.train.EpochRecord;
import org.sparkmlp.train.TrainingListener;

/** Validation rows on Spark: how they are chosen, what is told of them, how they end training. */
class ValidationTest {
  private static final StructType SCHEMA =
      Frames.LABELED
          .add("w", DataTypes.DoubleType, false)
          .add("held", DataTypes.BooleanType, false);

  private static SparkSession spark() {
    return SparkSessions.shared();
  }

  /** Clouds that overlap, with weights, each third row marked for validation. */
  private static Dataset<Row> overlapping(int classes) {
    Random random = new Random(31);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      int label = random.nextInt(classes);
      double[] x = new double[4];
      for (int j = 0; j < x.length; j++) {
        x[j] = random.nextGaussian() + ((label >> (j % 2)) & 1);
      }
      rows.add(RowFactory.create((double) label, Vectors.dense(x), 0.5 * (1 + i % 4), i % 3 == 0));
    }
    return Frames.of(spark(), rows, SCHEMA, 4);
  }

  private static MLPClassifier classifier() {
    return new MLPClassifier()
        .setHiddenLayers(8)
        .setMaxIter(4)
        .setBatchSize(16)
        .setStepSize(0.02)
        .setNumShards(3)
        .setSeed(3);
  }

  private static double last(double[] values) {
    return values[values.length - 1];
  }

  private static double evaluate(String metric, Dataset<Row> output, String weightCol) {
    if (metric.startsWith("area")) {
      BinaryClassificationEvaluator evaluator =
          new BinaryClassificationEvaluator().setMetricName(metric).setNumBins(0);
      return (weightCol.isEmpty() ? evaluator : evaluator.setWeightCol(weightCol)).evaluate(output);
    }
    MulticlassClassificationEvaluator evaluator =
        new MulticlassClassificationEvaluator().setMetricName(metric);
    return (weightCol.isEmpty() ? evaluator : evaluator.setWeightCol(weightCol)).evaluate(output);
  }

  /** Sums of whole numbers, and quotients of them: the same but for the rounding of quotients. */
  private static double tolerance(String metric) {
    return switch (metric) {
      case "accuracy" -> 0;
      case "hammingLoss", "f1", "weightedPrecision", "weightedRecall" -> 1e-14;
      case "logLoss" -> 1e-5; // batches of other sizes
      case "areaUnderROC" -> 0.002; // bins
      default -> 0.01; // a step of the curve is large where there are 100 rows
    };
  }

  @ParameterizedTest
  @CsvSource({
    "3, auto, ''",
    "3, auto, w",
    "3, meanSquaredError, w",
    "2, auto, w",
    "2, binaryCrossEntropy, ''",
    "2, meanSquaredError, ''"
  })
  void metricsAreThoseOfSparksEvaluators(int classes, String loss, String weightCol) {
    Dataset<Row> rows = overlapping(classes);
    for (String metric :
        List.of(
            "accuracy",
            "f1",
            "weightedPrecision",
            "weightedRecall",
            "hammingLoss",
            "logLoss",
            "areaUnderROC",
            "areaUnderPR")) {
      if (metric.startsWith("area") && classes > 2) {
        continue;
      }
      MLPClassificationModel model =
          classifier()
              .setLoss(loss)
              .setWeightCol(weightCol)
              .setValidationIndicatorCol("held")
              .setValidationMetric(metric)
              .fit(rows);
      assertThat(model.summary().validationMetric()).isEqualTo(metric);
      double expected = evaluate(metric, model.transform(rows.filter("held")), weightCol);
      assertThat(expected).as("worth comparing").isBetween(0.05, 20.0).isNotEqualTo(1);
      assertThat(last(model.summary().validationMetricHistory()))
          .as(metric)
          .isCloseTo(expected, within(tolerance(metric)));
    }
  }

  @Test
  void theLossIsTheMetricByDefault() {
    TrainingSummary summary =
        classifier().setValidationIndicatorCol("held").fit(overlapping(3)).summary();
    assertThat(summary.validationMetric()).isEqualTo("loss");
    assertThat(summary.validationMetricHistory()).containsExactly(summary.validationHistory());
    assertThat(summary.bestEpoch()).isEqualTo(summary.totalIterations()).isEqualTo(4);
    assertThat(summary.epochSeconds()).hasSize(4).doesNotContain(0.0);
  }

  @Test
  void theFractionIsThatOfTheHashWhateverThePartitioningAndTheOrder() {
    List<Row> rows = Frames.clouds(new Random(4), 500, 5, 3);
    Holdout holdout = Holdout.of(0.2, 3);
    long held = rows.stream().filter(row -> isHeld(holdout, row)).count();
    assertThat(held).isBetween(70L, 130L);
    MLPClassifier classifier =
        classifier()
            .setMaxIter(12)
            .setPatience(2)
            .setValidationMetric("f1")
            .setValidationFraction(0.2);
    Set<Vector> weights = new HashSet<>();
    for (int partitions : new int[] {1, 2, 7}) {
      Collections.shuffle(rows, new Random(partitions));
      MLPClassificationModel model =
          classifier.fit(Frames.of(spark(), rows, Frames.LABELED, partitions));
      assertThat(model.summary().validationRows()).isEqualTo(held);
      assertThat(model.summary().rows()).isEqualTo(500 - held);
      weights.add(model.weights());
    }
    assertThat(weights).hasSize(1);
    List<Row> marked = new ArrayList<>();
    for (Row row : rows) {
      marked.add(RowFactory.create(row.get(0), row.get(1), 1.0, isHeld(holdout, row)));
    }
    MLPClassificationModel byMark =
        classifier
            .setValidationFraction(0)
            .setValidationIndicatorCol("held")
            .fit(Frames.of(spark(), marked, SCHEMA, 2));
    assertThat(weights).as("as if the same rows were marked").containsExactly(byMark.weights());
  }

  private static boolean isHeld(Holdout holdout, Row row) {
    return holdout.takes(null, row.<Vector>getAs(1).toArray());
  }

  @Test
  void aLargerFractionHoldsMoreOutAndAnotherSeedOthers() {
    Dataset<Row> rows = Frames.clouds(spark(), 500, 5, 3);
    List<Long> held = new ArrayList<>();
    for (double fraction : new double[] {0, 0.1, 0.3, 0.6}) {
      held.add(classifier().setValidationFraction(fraction).fit(rows).summary().validationRows());
    }
    assertThat(held).isSorted().doesNotHaveDuplicates().startsWith(0L);
    assertThat(
            classifier()
                .setSeed(4)
                .setValidationFraction(0.3)
                .fit(rows)
                .summary()
                .validationHistory())
        .isNotEqualTo(
            classifier()
                .setSeed(3)
                .setValidationFraction(0.3)
                .fit(rows)
                .summary()
                .validationHistory());
  }

  @Test
  void theFractionWorksInShardsByPartitionAndForLbfgsToo() {
    Dataset<Row> rows = Frames.clouds(spark(), 500, 5, 3);
    long held = classifier().setValidationFraction(0.2).fit(rows).summary().validationRows();
    MLPClassifier byPartition =
        classifier().setNumShards(0).setShardBy("partition").setValidationFraction(0.2);
    assertThat(byPartition.fit(rows).summary().validationRows()).isEqualTo(held);
    MLPClassifier lbfgs =
        new MLPClassifier()
            .setSolver("l-bfgs")
            .setHiddenLayers(8)
            .setMaxIter(60)
            .setSeed(3)
            .setValidationFraction(0.2)
            .setPatience(3);
    TrainingSummary summary = lbfgs.fit(rows).summary();
    assertThat(summary.validationRows()).isEqualTo(held);
    assertThat(summary.totalIterations()).isLessThan(60);
    assertThat(summary.bestEpoch()).isEqualTo(summary.totalIterations() - 3);
  }

  /** Means and deviations are those of the rows that are left to train on. */
  @Test
  void theFractionIsTheSameForSparseRowsAndHeldOutRowsAreNoPartOfTheStandardization() {
    List<Row> rows = new ArrayList<>();
    List<Row> sparse = new ArrayList<>();
    List<Row> marked = new ArrayList<>();
    Holdout holdout = Holdout.of(0.3, 3);
    Random random = new Random(5);
    for (int i = 0; i < 300; i++) {
      double[] x = new double[10];
      x[random.nextInt(10)] = random.nextGaussian();
      x[i % 3] = 1 + random.nextGaussian();
      Row row = RowFactory.create((double) (i % 3), Vectors.dense(x));
      rows.add(row);
      sparse.add(RowFactory.create(row.get(0), Vectors.dense(x).toSparse()));
      marked.add(RowFactory.create(row.get(0), row.get(1), 1.0, isHeld(holdout, row)));
    }
    MLPClassifier heldOut = classifier().setValidationFraction(0.3);
    TrainingSummary dense = heldOut.fit(Frames.of(spark(), rows, Frames.LABELED, 2)).summary();
    TrainingSummary other = heldOut.fit(Frames.of(spark(), sparse, Frames.LABELED, 3)).summary();
    assertThat(other.validationRows()).isEqualTo(dense.validationRows()).isBetween(60L, 120L);
    heldOut.setStandardization(true);
    assertThat(heldOut.fit(Frames.of(spark(), rows, Frames.LABELED, 2)).weights())
        .isEqualTo(
            classifier()
                .setStandardization(true)
                .setValidationIndicatorCol("held")
                .fit(Frames.of(spark(), marked, SCHEMA, 2))
                .weights());
  }

  @Test
  void badFeaturesAreFoundWhereTheSplitReadsThem() {
    Dataset<Row> rows =
        overlapping(3).withColumn("features", expr("case when w < 1 then null else features end"));
    assertThatThrownBy(() -> classifier().setValidationFraction(0.2).fit(rows))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("column 'features' has a null vector");
  }

  @Test
  void whatContradictsIsToldBeforeAnyJob() {
    Dataset<Row> rows = overlapping(3);
    assertThatThrownBy(
            () ->
                classifier().setValidationIndicatorCol("held").setValidationFraction(0.1).fit(rows))
        .hasMessage(
            "validationIndicatorCol = held and validationFraction = 0.1 both choose rows for validation; set one of them");
    assertThatThrownBy(() -> classifier().setValidationMetric("f1").fit(rows))
        .hasMessageContaining(
            "validationMetric = f1 needs rows for validation: set validationFraction");
    assertThatThrownBy(
            () -> classifier().setValidationFraction(0.1).setValidationMetric("rmse").fit(rows))
        .hasMessageContaining("validationMetric = rmse is for numbers, not for classes");
    assertThatThrownBy(
            () ->
                classifier()
                    .setValidationFraction(0.1)
                    .setValidationMetric("areaUnderPR")
                    .fit(rows))
        .hasMessageContaining("validationMetric = areaUnderPR is for two classes, but there are 3");
    assertThatThrownBy(
            () ->
                classifier()
                    .setValidationIndicatorCol("held")
                    .setPatience(2)
                    .fit(rows.filter("not held")))
        .hasMessageContaining(
            "patience = 2 is to judge epochs by validation rows, but column 'held' marks none");
    assertThatThrownBy(
            () -> classifier().setValidationFraction(1e-6).fit(Frames.clouds(spark(), 30, 5, 3)))
        .hasMessageContaining("validationFraction = 1.0E-6 holds none of 30 rows out; raise it");
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  /** Half of the labels are wrong: the network learns them, and the validation loss rises. */
  private static Dataset<Row> noisy() {
    return overlapping(2)
        .withColumn("label", expr("case when not held and w <= 1 then 1 - label else label end"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void patienceRestoresTheBestEpoch(boolean marked) {
    Dataset<Row> rows = noisy();
    MLPClassifier classifier = classifier().setHiddenLayers(40).setMaxIter(80);
    if (marked) {
      classifier.setValidationIndicatorCol("held");
    } else {
      classifier.setValidationFraction(0.3);
    }
    MLPClassificationModel stopped = classifier.copy(ParamMap.empty()).setPatience(5).fit(rows);
    TrainingSummary summary = stopped.summary();
    assertThat(summary.totalIterations()).isEqualTo(summary.bestEpoch() + 5).isLessThan(80);
    assertThat(summary.stopReason())
        .contains("the weights are those after epoch " + summary.bestEpoch());
    MLPClassificationModel unhindered = classifier.setMaxIter(summary.bestEpoch()).fit(rows);
    assertThat(stopped.weights()).isEqualTo(unhindered.weights());
  }

  /** Each fit of a CrossValidator, the last one too, stops by validation rows of its own. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void worksInACrossValidator(boolean marked) {
    MLPClassifier classifier = classifier().setHiddenLayers(40).setMaxIter(80).setPatience(4);
    if (marked) {
      classifier.setValidationIndicatorCol("held");
    } else {
      classifier.setValidationFraction(0.3);
    }
    List<Integer> epochs = new ArrayList<>(); // of each fit
    classifier.setListener(
        new TrainingListener() {
          @Override
          public void onEpoch(EpochRecord epoch) {
            if (epoch.epoch() == 1) {
              epochs.add(1);
            } else {
              epochs.set(epochs.size() - 1, epoch.epoch());
            }
          }
        });
    CrossValidatorModel search =
        new CrossValidator()
            .setEstimator(classifier)
            .setEvaluator(new MulticlassClassificationEvaluator())
            .setEstimatorParamMaps(Grids.grid().add(classifier.stepSize(), 0.01, 0.05).build())
            .setNumFolds(2)
            .setSeed(5)
            .fit(noisy());
    assertThat(epochs).as("two folds of two cells, and the refit").hasSize(5);
    assertThat(epochs).allMatch(end -> end < 80);
    assertThat(new HashSet<>(epochs)).as("each in its own time").hasSizeGreaterThan(2);
    TrainingSummary best = ((MLPClassificationModel) search.bestModel()).summary();
    assertThat(best.totalIterations()).isEqualTo(best.bestEpoch() + 4);
    assertThat(best.validationRows()).isGreaterThan(60);
    spark().catalog().clearCache();
  }
}
