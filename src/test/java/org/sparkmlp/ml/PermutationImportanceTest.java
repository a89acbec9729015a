package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;

/** Features 0 and 3 of five make the class, 0 three times as strongly; the others are noise. */
class PermutationImportanceTest {
  private static Dataset<Row> rows;
  private static MLPClassificationModel model;

  @BeforeAll
  static void fit() {
    rows = rows(3);
    model =
        new MLPClassifier()
            .setHiddenLayers(16)
            .setStepSize(0.02)
            .setBatchSize(32)
            .setMaxIter(40)
            .setNumShards(2)
            .setSeed(1)
            .fit(rows);
  }

  private static Dataset<Row> rows(int partitions) {
    Random random = new Random(23);
    List<Row> list = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      double[] x = random.doubles(5, -1, 1).toArray();
      list.add(RowFactory.create(3 * x[0] + x[3] > 0 ? 1.0 : 0.0, Vectors.dense(x), "row " + i));
    }
    StructType schema = Frames.LABELED.add("name", DataTypes.StringType);
    return Frames.of(SparkSessions.shared(), list, schema, partitions);
  }

  private static final MulticlassClassificationEvaluator ACCURACY =
      new MulticlassClassificationEvaluator().setMetricName("accuracy");

  @Test
  void featuresThatMatterAreFoundAndOthersAreNot() {
    Vector losses = model.permutationImportances(rows, ACCURACY, 3, 7);
    assertThat(losses.size()).isEqualTo(5);
    assertThat(losses.apply(0)).isBetween(0.3, 0.55);
    assertThat(losses.apply(3)).isBetween(0.05, 0.25);
    for (int noise : new int[] {1, 2, 4}) {
      assertThat(losses.apply(noise)).isBetween(-0.03, 0.03);
    }
  }

  @Test
  void gedeonsMeasureAgrees() {
    Vector shares = model.featureImportances();
    double sum = 0;
    for (double share : shares.toArray()) {
      sum += share;
    }
    assertThat(sum).isCloseTo(1, within(1e-9));
    assertThat(shares.apply(0)).isGreaterThan(shares.apply(3));
    for (int noise : new int[] {1, 2, 4}) {
      assertThat(shares.apply(3)).isGreaterThan(shares.apply(noise));
    }
  }

  @Test
  void theSameRowsAndSeedGiveTheSameInAnyPartitioning() {
    Vector first = model.permutationImportances(rows, ACCURACY, 1, 7);
    Vector second = model.permutationImportances(rows(5).orderBy("name"), ACCURACY, 1, 7);
    assertThat(second.toArray()).containsExactly(first.toArray(), within(1e-9));
    assertThat(model.permutationImportances(rows, ACCURACY, 1, 8)).isNotEqualTo(first);
  }

  @Test
  void whereSmallerIsBetterTheRiseIsTheLoss() {
    MulticlassClassificationEvaluator logLoss =
        new MulticlassClassificationEvaluator().setMetricName("logLoss");
    Vector losses = PermutationImportance.of(model, "features", rows, logLoss, 1, 7);
    assertThat(losses.apply(0)).isGreaterThan(0.5);
    assertThat(losses.apply(1)).isBetween(-0.2, 0.2);
  }

  @Test
  void badInputIsNamed() {
    assertThatThrownBy(() -> model.permutationImportances(rows, ACCURACY, 0, 7))
        .hasMessageContaining("repeats must be at least 1, got 0");
    assertThatThrownBy(() -> model.permutationImportances(rows.limit(1), ACCURACY, 1, 7))
        .hasMessageContaining("1 rows can't exchange values");
    assertThatThrownBy(() -> PermutationImportance.of(model, "name", rows, ACCURACY, 1, 7))
        .hasMessageContaining("column 'name' (featuresCol) has type string");
  }

  @Test
  void nothingIsLeftInTheCache() {
    int before = SparkSessions.shared().sparkContext().getPersistentRDDs().size();
    model.permutationImportances(rows, ACCURACY, 1, 7);
    assertThat(SparkSessions.shared().sparkContext().getPersistentRDDs().size()).isEqualTo(before);
  }
}
