package org.sparkmlp.ml;

import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;

/** Importance of weights, and fits that keep what matters. */
class PlasticityTest {
  @TempDir Path folder;
  private MLPClassificationModel first;
  private String anchor;

  private static Dataset<Row> data() {
    return Frames.clouds(SparkSessions.shared(), 120, 5, 3);
  }

  /** Another task: the same rows with their classes exchanged. */
  private static Dataset<Row> exchanged() {
    return data().withColumn("label", expr("2 - label"));
  }

  private static MLPClassifier classifier() {
    return new MLPClassifier()
        .setHiddenLayers(8)
        .setMaxIter(10)
        .setBatchSize(16)
        .setStepSize(0.02)
        .setNumShards(2)
        .setSeed(3);
  }

  @BeforeEach
  void fitFirst() throws IOException {
    first = classifier().fit(data()).importance(data());
    anchor = folder.resolve("first").toString();
    first.save(anchor);
  }

  private static double distance(MLPClassificationModel model, Vector to) {
    double[] a = model.weights().toArray();
    double[] b = to.toArray();
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }

  @Test
  void importanceIsSavedAndAddsUpOverTasks() throws IOException {
    assertThat(first.hasImportance()).isTrue();
    double[] b1 = first.importance().toArray();
    assertThat(b1).hasSize(75);
    assertThat(java.util.Arrays.stream(b1)).allMatch(b -> b >= 0).anyMatch(b -> b > 1e-6);
    MLPClassificationModel loaded = MLPClassificationModel.load(anchor);
    assertThat(loaded.importance()).isEqualTo(first.importance());
    assertThat(loaded.weights()).isEqualTo(first.weights());
    // twice the same task counts twice
    double[] twice = loaded.importance(data()).importance().toArray();
    for (int i = 0; i < b1.length; i++) {
      assertThat(twice[i]).isCloseTo(2 * b1[i], within(1e-6 * b1[i]));
    }
    // a fit that is held inherits what it is held by
    MLPClassificationModel second = classifier().setPlasticityAnchor(anchor).fit(exchanged());
    assertThat(second.importance()).isEqualTo(first.importance());
    // and other fits know nothing
    MLPClassificationModel free = classifier().setInitialModel(anchor).fit(exchanged());
    assertThat(free.hasImportance()).isFalse();
    assertThatThrownBy(free::importance)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("importance(dataset) gives one that does");
  }

  @Test
  void aRowOfWeightTwoIsTheRowTwiceAndPartitionsDoNotMatter() {
    double[] plain = first.importance().toArray();
    MLPClassificationModel model =
        classifier().setWeightCol("w").fit(data().withColumn("w", lit(1)));
    Dataset<Row> weighted = data().withColumn("w", expr("if(label = 0, 2.0, 1.0)"));
    Dataset<Row> repeated =
        data().union(data().filter("label = 0")).withColumn("w", lit(1.0)).repartition(5);
    double[] a = model.importance(weighted).importance().toArray();
    double[] b = model.importance(repeated).importance().toArray();
    boolean differs = false;
    for (int i = 0; i < a.length; i++) {
      assertThat(b[i]).isCloseTo(a[i], within(1e-5 * a[i] + 1e-10));
      differs |= Math.abs(a[i] - plain[i]) > 0.01 * plain[i];
    }
    assertThat(differs).isTrue();
  }

  @Test
  void sparseRowsHaveTheImportanceOfDenseOnes() {
    java.util.Random random = new java.util.Random(2);
    java.util.List<Row> sparse = new java.util.ArrayList<>();
    java.util.List<Row> dense = new java.util.ArrayList<>();
    for (int i = 0; i < 90; i++) {
      int[] at = {i % 3, 3 + random.nextInt(200), 203 + random.nextInt(200)};
      Vector x =
          org.apache.spark.ml.linalg.Vectors.sparse(
              403, at, new double[] {1, random.nextGaussian(), -1});
      sparse.add(org.apache.spark.sql.RowFactory.create((double) (i % 3), x));
      dense.add(org.apache.spark.sql.RowFactory.create((double) (i % 3), x.toDense()));
    }
    Dataset<Row> sparseRows = Frames.of(SparkSessions.shared(), sparse, Frames.LABELED, 2);
    Dataset<Row> denseRows = Frames.of(SparkSessions.shared(), dense, Frames.LABELED, 2);
    MLPClassificationModel model = classifier().setMaxIter(2).fit(sparseRows);
    double[] expected = model.importance(denseRows).importance().toArray();
    double[] found = model.importance(sparseRows).importance().toArray();
    double sum = 0;
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).isCloseTo(expected[i], within(1e-5 * expected[i] + 1e-10));
      sum += found[i];
    }
    assertThat(sum).isPositive();
  }

  @Test
  void trainingBeginsAtTheAnchorUnlessToldOtherwise() throws IOException {
    MLPClassifier held = classifier().setPlasticityAnchor(anchor).setStepSize(1e-30);
    assertThat(held.fit(exchanged()).weights()).isEqualTo(first.weights());
    assertThat(held.fit(exchanged()).trainedEpochs()).isEqualTo(20);
    MLPClassificationModel other = classifier().setSeed(9).fit(data());
    other.save(folder.resolve("other").toString());
    assertThat(held.setInitialModel(folder.resolve("other").toString()).fit(exchanged()).weights())
        .isEqualTo(other.weights());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void theLargerLambdaTheLessIsForgotten(int localSteps) {
    double before = Double.POSITIVE_INFINITY;
    double forgotten = 2;
    for (double lambda : new double[] {0, 10, 1000, 1e5}) {
      MLPClassificationModel model =
          classifier()
              .setLocalSteps(localSteps)
              .setLearningRateSchedule("linear")
              .setPlasticityAnchor(anchor)
              .setPlasticityLambda(lambda)
              .fit(exchanged());
      double distance = distance(model, first.weights());
      assertThat(distance).as("lambda %s", lambda).isLessThan(before);
      before = distance;
      double kept = model.transform(data()).filter("prediction = label").count() / 120.0;
      forgotten = 1 - kept;
    }
    assertThat(forgotten).as("with the largest lambda").isLessThan(0.15);
  }

  @Test
  void lbfgsIsHeldToo() {
    MLPClassifier lbfgs = new MLPClassifier().setHiddenLayers(8).setSolver("l-bfgs").setMaxIter(50);
    double free = distance(lbfgs.setInitialModel(anchor).fit(exchanged()), first.weights());
    MLPClassificationModel held =
        lbfgs.setPlasticityAnchor(anchor).setPlasticityLambda(1000).fit(exchanged());
    assertThat(distance(held, first.weights())).isLessThan(free);
    assertThat(held.transform(data()).filter("prediction = label").count()).isGreaterThan(100);
  }

  @Test
  void newClassesAreHeldToNothing() {
    Dataset<Row> four = Frames.clouds(SparkSessions.shared(), 120, 5, 4);
    MLPClassificationModel wide =
        classifier().setPlasticityAnchor(anchor).setPlasticityLambda(10).fit(four);
    assertThat(wide.numClasses()).isEqualTo(4);
    double[] b = wide.importance().toArray();
    assertThat(b).hasSize(84);
    for (int row = 0; row <= 8; row++) {
      assertThat(b[48 + 4 * row + 3]).isZero();
      assertThat(b[48 + 4 * row]).isEqualTo(first.importance().apply(48 + 3 * row));
    }
    assertThat(wide.transform(four).filter("prediction = label").count()).isGreaterThan(60);
  }

  @Test
  void whatDoesNotFitIsNamed() throws IOException {
    String without = folder.resolve("without").toString();
    classifier().fit(data()).save(without);
    assertThatThrownBy(() -> classifier().setPlasticityAnchor(without).fit(data()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "plasticityAnchor = '" + without + "' has no importance of its weights; make it by");
    assertThatThrownBy(() -> classifier().setPlasticityLambda(3).fit(data()))
        .hasMessageContaining("plasticityLambda = 3.0 has no use without plasticityAnchor");
    assertThatThrownBy(() -> classifier().setPlasticityLambda(-1))
        .hasMessageContaining("plasticityLambda must be a finite number >= 0, got -1.0");
    assertThatThrownBy(() -> classifier().setPlasticityAnchor(""))
        .hasMessageContaining("plasticityAnchor must be a path");
    assertThatThrownBy(
            () -> classifier().setPlasticityAnchor(anchor).setHiddenLayers(9).fit(data()))
        .hasMessageContainingAll("plasticityAnchor = '" + anchor + "'", "[5, 8, 3]", "[5, 9, 3]");
    assertThatThrownBy(() -> first.importance(data().drop("label")))
        .hasMessageContaining("there is no column 'label' (labelCol)");
    assertThatThrownBy(() -> first.importance(data().withColumn("label", lit(7.0))))
        .hasMessageContaining("has the label 7.0, but class labels must be whole numbers 0 to 2");
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  @Test
  void damagedImportanceIsRefused() throws IOException {
    Dataset<Row> other = SparkSessions.shared().read().parquet(anchor + "/weights");
    other.write().mode("overwrite").parquet(anchor + "/importance");
    assertThatThrownBy(() -> MLPClassificationModel.load(anchor))
        .hasMessageContaining(
            "the numbers in folder 'importance' of the model at "
                + anchor
                + " don't match their checksum");
    SparkSessions.shared()
        .createDataFrame(other.limit(0).collectAsList(), other.schema())
        .write()
        .mode("overwrite")
        .parquet(anchor + "/importance");
    assertThatThrownBy(() -> MLPClassificationModel.load(anchor))
        .hasMessageContaining("doesn't hold the 75 numbers of importance of its layers [5, 8, 3]");
  }
}
