package org.sparkmlp.ml;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;

class ClassWeightsTest {
  private static SparkSession spark() {
    return SparkSessions.shared();
  }

  /** Classes of 200, 60 and 20 rows, with weights that aren't sums of powers of two. */
  private static Dataset<Row> unbalanced() {
    Random random = new Random(6);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 280; i++) {
      int label = i < 200 ? 0 : i < 260 ? 1 : 2;
      double[] x = {random.nextGaussian() + label, random.nextGaussian() - (label & 1)};
      rows.add(RowFactory.create((double) label, Vectors.dense(x), 0.1 * (1 + i % 7), i % 5 == 0));
    }
    return Frames.of(
        spark(),
        rows,
        Frames.LABELED
            .add("w", DataTypes.DoubleType, false)
            .add("held", DataTypes.BooleanType, false),
        3);
  }

  private static MLPClassifier classifier() {
    return new MLPClassifier()
        .setHiddenLayers(6)
        .setMaxIter(5)
        .setBatchSize(16)
        .setStepSize(0.02)
        .setNumShards(2)
        .setSeed(3);
  }

  private static void sameBits(MLPClassifier a, MLPClassifier b, Dataset<Row> rows) {
    MLPClassificationModel one = a.fit(rows);
    MLPClassificationModel other = b.fit(rows);
    assertThat(one.weights()).isEqualTo(other.weights());
    assertThat(one.summary().objectiveHistory())
        .containsExactly(other.summary().objectiveHistory());
  }

  @Test
  void areRowWeightsBitForBit() {
    Dataset<Row> rows =
        unbalanced()
            .withColumn("byClass", expr("case label when 1 then 5.5D when 2 then 0.3D else 1D end"))
            .withColumn("product", expr("w * byClass"));
    sameBits(
        classifier().setClassWeights("1:5.5, 2:0.3"), classifier().setWeightCol("byClass"), rows);
    sameBits(
        classifier().setClassWeights("0:1,1:5.5,2:0.3").setWeightCol("w"),
        classifier().setWeightCol("product"),
        rows);
    sameBits(
        classifier().setClassWeights("1: 5.5, 2: 0.3").setValidationFraction(0.2),
        classifier().setWeightCol("byClass").setValidationFraction(0.2),
        rows);
    assertThat(classifier().fit(rows).weights())
        .isNotEqualTo(classifier().setClassWeights("1:5.5").fit(rows).weights());
  }

  @Test
  void balancedIsRowsByClassesTimesRowsOfTheClass() {
    Dataset<Row> rows = unbalanced();
    // scikit-learn's compute_class_weight("balanced", ...): n / (k n_c)
    String byRows = "0:" + 280.0 / (3 * 200) + ",1:" + 280.0 / (3 * 60) + ",2:" + 280.0 / (3 * 20);
    sameBits(classifier().setClassWeights("balanced"), classifier().setClassWeights(byRows), rows);
    // validation rows don't count, marked or held out
    Dataset<Row> training = rows.filter("not held");
    double[] n = new double[3];
    for (Row row : training.collectAsList()) {
      n[(int) row.getDouble(0)] += (float) row.getDouble(2);
    }
    String byWeights = "";
    for (int c = 0; c < 3; c++) {
      byWeights += (c == 0 ? "" : ",") + c + ":" + (n[0] + n[1] + n[2]) / (3 * n[c]);
    }
    double[] balanced =
        classifier()
            .setWeightCol("w")
            .setValidationIndicatorCol("held")
            .setClassWeights("balanced")
            .fit(rows)
            .weights()
            .toArray();
    double[] given =
        classifier()
            .setWeightCol("w")
            .setValidationIndicatorCol("held")
            .setClassWeights(byWeights)
            .fit(rows)
            .weights()
            .toArray();
    assertThat(balanced).containsExactly(given, within(1e-6));
  }

  @Test
  void balancedIsTheSameInAnyOrderAndPartitioning() {
    Dataset<Row> rows = unbalanced();
    MLPClassifier balanced = classifier().setWeightCol("w").setClassWeights("balanced");
    MLPClassifier heldOut = balanced.copy(org.apache.spark.ml.param.ParamMap.empty());
    heldOut.setValidationFraction(0.2);
    for (MLPClassifier classifier : List.of(balanced, heldOut)) {
      assertThat(classifier.fit(rows.repartition(5)).weights())
          .isEqualTo(classifier.fit(rows).weights())
          .isEqualTo(classifier.fit(rows.orderBy("w")).weights());
    }
  }

  @Test
  void aClassWithoutRowsIsNoneOfThoseThatAreBalanced() {
    Dataset<Row> rows = unbalanced().filter("label < 2");
    sameBits(
        classifier().setNumClasses(3).setClassWeights("balanced"),
        classifier().setNumClasses(3).setClassWeights("0:0.65, 1:" + 260.0 / 120),
        rows);
  }

  @Test
  void theHeavierAClassTheMoreOfItsRowsAreFound() {
    Dataset<Row> rows = unbalanced();
    List<Double> recalls = new ArrayList<>();
    for (String weights : List.of("2:0.01", "2:1", "2:5", "2:100")) {
      MLPClassificationModel model = classifier().setMaxIter(15).setClassWeights(weights).fit(rows);
      recalls.add(model.evaluate(rows).recallByLabel()[2]);
    }
    assertThat(recalls).isSorted();
    assertThat(recalls.get(3)).isGreaterThan(recalls.get(0) + 0.5);
  }

  @Test
  void validationRowsKeepTheirWeight() {
    Dataset<Row> rows = unbalanced();
    // a step size of nothing: the validation loss is that of the initial weights
    MLPClassifier still =
        classifier().setStepSize(1e-12).setMaxIter(1).setValidationIndicatorCol("held");
    double plain = still.fit(rows).summary().validationHistory()[0];
    still.setClassWeights("1:50");
    assertThat(still.fit(rows).summary().validationHistory()[0]).isCloseTo(plain, within(1e-6));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "balance        | classWeights must be balanced, or pairs class:weight as in 0:1, 1:5.5; got 'balance'",
        "0:1, 1         | got '1' in '0:1, 1'",
        "0:1, 1:2:3     | got '1:2:3'",
        "0:1, one:2     | got 'one:2'",
        "0:1, 1:two     | got '1:two'",
        "''             | classWeights must be balanced, or pairs",
        "-1:2           | classes are 0, 1, 2, ..., got -1",
        "1:-2           | the weight of class 1 must lie between 1.0E-6 and 1000000.0, got -2.0",
        "1:0            | got 0.0; filter rows to leave a class out",
        "1:NaN          | got NaN",
        "1:1e7          | got 1.0E7",
        "1:1, 1:2       | class 1 is twice in '1:1, 1:2'"
      })
  void badWeightsAreRefusedWhenTheyAreSet(String text, String message) {
    assertThatThrownBy(() -> new MLPClassifier().setClassWeights(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"3:2", "0:1, 7:2"})
  void anUnknownClassIsAnError(String weights) {
    assertThatThrownBy(() -> classifier().setClassWeights(weights).fit(unbalanced()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("but there are 3 classes, 0 to 2");
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }
}
