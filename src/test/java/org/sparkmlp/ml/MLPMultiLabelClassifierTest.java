package org.sparkmlp.ml;

import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.evaluation.MultilabelClassificationEvaluator;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamPair;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Frames;
import org.sparkmlp.Seeds;
import org.sparkmlp.SparkSessions;

class MLPMultiLabelClassifierTest
    extends StageContract<MLPMultiLabelClassifier, MLPMultiLabelClassificationModel> {
  private static final StructType SCHEMA =
      new StructType()
          .add("label", DataTypes.createArrayType(DataTypes.DoubleType), true)
          .add("features", SQLDataTypes.VectorType(), true);

  @Override
  MLPMultiLabelClassifier estimator() {
    return configure(new MLPMultiLabelClassifier());
  }

  @Override
  MLPMultiLabelClassifier estimator(String uid) {
    return configure(new MLPMultiLabelClassifier(uid));
  }

  private static MLPMultiLabelClassifier configure(MLPMultiLabelClassifier classifier) {
    return classifier
        .setHiddenLayers(8)
        .setMaxIter(5)
        .setBatchSize(16)
        .setStepSize(0.02)
        .setNumShards(2)
        .setSeed(3);
  }

  @Override
  MLReader<MLPMultiLabelClassifier> estimatorReader() {
    return MLPMultiLabelClassifier.read();
  }

  @Override
  MLReader<MLPMultiLabelClassificationModel> modelReader() {
    return MLPMultiLabelClassificationModel.read();
  }

  @Override
  Dataset<Row> data() {
    return frame(rows(120), 3);
  }

  @Override
  Evaluator evaluator() {
    return new MultilabelClassificationEvaluator().setMetricName("microF1Measure");
  }

  @Override
  List<ParamPair<?>> ownParam(MLPMultiLabelClassifier classifier) {
    return List.of(
        new ParamPair<>(classifier.learningRateSchedule(), "constant"),
        new ParamPair<>(classifier.learningRateSchedule(), "warmup(1ep).then(cosine)"));
  }

  @Override
  List<ParamPair<?>> inheritedParam(MLPMultiLabelClassifier classifier) {
    return List.of(
        new ParamPair<>(classifier.threshold(), 0.5), new ParamPair<>(classifier.threshold(), 0.3));
  }

  /** Label k is there where x_k + x_(k+1) > 0.2; many rows have none, or several, of four. */
  private static List<Row> rows(int n) {
    Random random = new Random(11);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      double[] x = random.doubles(5, -1, 1).toArray();
      List<Double> labels = new ArrayList<>();
      for (int k = 3; k >= 0; k--) {
        if (x[k] + x[k + 1] > 0.2) {
          labels.add((double) k);
        }
      }
      rows.add(RowFactory.create(labels.toArray(Double[]::new), Vectors.dense(x)));
    }
    return rows;
  }

  private Dataset<Row> frame(List<Row> rows, int partitions) {
    return Frames.of(spark(), rows, SCHEMA, partitions);
  }

  @Test
  void learnsSetsOfLabels() {
    Dataset<Row> rows = frame(rows(1000), 3);
    MLPMultiLabelClassificationModel model =
        estimator().setHiddenLayers(32).setMaxIter(40).setNumShards(1).fit(rows);
    assertThat(model.layerSizes()).containsExactly(5, 32, 4);
    assertThat(model.numLabels()).isEqualTo(4);
    Dataset<Row> predicted = model.transform(rows);
    assertThat(evaluator().evaluate(predicted)).isGreaterThan(0.97);
    assertThat(
            new MultilabelClassificationEvaluator()
                .setMetricName("subsetAccuracy") // which compares arrays, not sets
                .evaluate(predicted.withColumn("label", expr("sort_array(label)"))))
        .isGreaterThan(0.9);
    assertThat(predicted.where("size(prediction) = 0").count()).isGreaterThan(50);
    MLPMultiLabelClassificationModel lbfgs =
        new MLPMultiLabelClassifier().setSolver("l-bfgs").setHiddenLayers(16).setSeed(1).fit(rows);
    assertThat(evaluator().evaluate(lbfgs.transform(rows))).isGreaterThan(0.97);
  }

  /** With two labels of one output each: the loss of a row is the sum of two binary ones. */
  @Test
  void oneLabelIsABinaryClassifier() {
    Dataset<Row> one =
        data()
            .withColumn("has", expr("cast(array_contains(label, 2.0) as double)"))
            .withColumn("ids", expr("filter(array(0.0), x -> array_contains(label, 2.0))"));
    MLPMultiLabelClassificationModel sets = estimator().setLabelCol("ids").setNumLabels(1).fit(one);
    MLPClassificationModel binary =
        new MLPClassifier()
            .setHiddenLayers(8)
            .setMaxIter(5)
            .setBatchSize(16)
            .setStepSize(0.02)
            .setNumShards(2)
            .setSeed(3)
            .setLoss("binaryCrossEntropy")
            .setLabelCol("has")
            .fit(one);
    assertThat(sets.weights()).isEqualTo(binary.weights());
  }

  @Test
  void predictionsAreTheLabelsAboveTheThreshold() {
    MLPMultiLabelClassificationModel model = estimator().fit(data());
    long before = Long.MAX_VALUE;
    for (double threshold : new double[] {0, 0.3, 0.5, 0.8, 1}) {
      model.setThreshold(threshold);
      long count = 0;
      for (Row row : model.transform(data()).collectAsList()) {
        double[] p = row.<Vector>getAs("probability").toArray();
        List<Double> expected = new ArrayList<>();
        for (int k = 0; k < 4; k++) {
          if (p[k] > threshold) {
            expected.add((double) k);
          }
        }
        assertThat(row.<Double>getList(row.fieldIndex("prediction"))).isEqualTo(expected);
        count += expected.size();
      }
      assertThat(count).isLessThanOrEqualTo(before);
      before = count;
    }
    assertThat(before).as("no probability is larger than 1").isZero();
  }

  @Test
  void predictAgreesWithTransform() {
    MLPMultiLabelClassificationModel model = estimator().fit(data());
    for (Row row : model.transform(data()).takeAsList(30)) {
      Vector features = row.getAs("features");
      Vector p = row.getAs("probability");
      assertThat(model.predictProbability(features).toArray())
          .containsExactly(p.toArray(), within(1e-6));
      List<Double> ids = row.getList(row.fieldIndex("prediction"));
      assertThat(model.predict(features)).hasSize(ids.size());
    }
    model.setProbabilityCol("");
    assertThat(model.transform(data()).columns())
        .containsExactly("label", "features", "prediction");
    model.setPredictionCol("");
    assertThat(model.transform(data()).columns()).containsExactly("label", "features");
  }

  @Test
  void orderAndRepeatsOfIdsAndRowsDoNotMatter() {
    Random random = Seeds.random("multi-label bits");
    List<Row> rows = rows(200);
    Vector first = estimator().fit(frame(rows, 1)).weights();
    Collections.shuffle(rows, random);
    Dataset<Row> shuffled = frame(rows, 4);
    assertThat(estimator().fit(shuffled).weights()).isEqualTo(first);
    Dataset<Row> repeated =
        shuffled.withColumn("label", expr("cast(concat(label, sort_array(label)) as array<int>)"));
    assertThat(estimator().fit(repeated).weights()).isEqualTo(first);
  }

  @Test
  void numLabelsMakesRoomForLabelsThatNoRowHas() {
    MLPMultiLabelClassificationModel model = estimator().setNumLabels(6).fit(data());
    assertThat(model.numLabels()).isEqualTo(6);
    assertThat(estimator().setLayers(5, 8, 6).fit(data()).numLabels()).isEqualTo(6);
    Dataset<Row> none = data().withColumn("label", expr("cast(array() as array<double>)"));
    assertThat(estimator().setNumLabels(2).fit(none).numLabels()).isEqualTo(2);
  }

  @Test
  void weightsValidationAndSummary() {
    Dataset<Row> marked =
        data()
            .withColumn("w", expr("if(size(label) > 1, 2.0, 1.0)"))
            .withColumn("held", expr("pmod(xxhash64(features), 4) = 0"));
    MLPMultiLabelClassifier classifier =
        estimator().setWeightCol("w").setValidationIndicatorCol("held");
    MLPMultiLabelClassificationModel model = classifier.fit(marked);
    assertThat(model.summary().validationRows()).isGreaterThan(10);
    assertThat(model.summary().epochs().get(0).accuracy()).isNaN();
    assertThat(model.summary().objectiveHistory()[4])
        .isLessThan(model.summary().objectiveHistory()[0]);
    assertThat(classifier.fit(marked.withColumn("w", lit(1.0))).weights())
        .isNotEqualTo(model.weights());
  }

  private void fails(MLPMultiLabelClassifier classifier, Dataset<Row> rows, String... parts) {
    assertThatThrownBy(() -> classifier.fit(rows))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(parts);
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  @Test
  void badLabels() {
    fails(
        estimator(),
        data().withColumn("label", expr("array(0.0, 0.5)")),
        "column 'label' has the label id 0.5, but label ids must be whole numbers 0, 1, 2, ...");
    fails(
        estimator().setNumLabels(3),
        data(),
        "has the label id 3.0, but label ids must be whole numbers 0 to 2; raise numLabels");
    fails(
        estimator(),
        data().withColumn("label", expr("if(size(label) > 3, null, label)")),
        "column 'label' has a null label");
    fails(
        estimator(),
        data().withColumn("label", expr("array(1.0, null)")),
        "column 'label' has an array with a null");
    fails(
        estimator(),
        data().withColumn("label", lit(1.0)),
        "column 'label' (labelCol) has type double, but arrays of label ids 0, 1, 2, ... are needed");
    fails(
        estimator(),
        data().withColumn("label", expr("array(1000.0)")),
        "column 'label' has label ids up to 1000, but more than 1000 labels aren't inferred");
    fails(
        estimator(),
        data().withColumn("label", expr("cast(array() as array<double>)")),
        "column 'label' has no label id in any row; set numLabels");
  }

  @Test
  void badParams() {
    fails(
        estimator().setLoss("softmaxCrossEntropy"),
        data(),
        "loss = softmaxCrossEntropy isn't for sets of labels");
    fails(
        estimator().setLayers(5, 8, 6).setNumLabels(5),
        data(),
        "layers = [5, 8, 6] are for 6 labels, but numLabels = 5");
    fails(estimator().setPredictionCol("probability"), data(), "two output columns are called");
    for (double bad : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> estimator().setThreshold(bad))
          .hasMessageContaining("threshold must be between 0 and 1, got " + bad);
    }
    assertThatThrownBy(() -> estimator().setNumLabels(-1))
        .hasMessageContaining("numLabels must be at least 0, got -1");
  }
}
