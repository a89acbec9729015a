package org.sparkmlp.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.evaluation.RegressionEvaluator;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamPair;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.Frames;
import org.sparkmlp.PackedCopies;
import org.sparkmlp.Seeds;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.train.EpochRecord;
import org.sparkmlp.train.TrainingListener;

class MLPRegressorTest extends StageContract<MLPRegressor, MLPRegressionModel> {
  @Override
  MLPRegressor estimator() {
    return configure(new MLPRegressor());
  }

  @Override
  MLPRegressor estimator(String uid) {
    return configure(new MLPRegressor(uid));
  }

  private static MLPRegressor configure(MLPRegressor regressor) {
    return regressor
        .setHiddenLayers(8)
        .setMaxIter(5)
        .setBatchSize(16)
        .setStepSize(0.02)
        .setNumShards(2)
        .setSeed(3);
  }

  @Override
  MLReader<MLPRegressor> estimatorReader() {
    return MLPRegressor.read();
  }

  @Override
  MLReader<MLPRegressionModel> modelReader() {
    return MLPRegressionModel.read();
  }

  @Override
  Dataset<Row> data() {
    return frame(rows(120, 0, 1), 3);
  }

  @Override
  Evaluator evaluator() {
    return new RegressionEvaluator().setMetricName("r2");
  }

  @Override
  List<ParamPair<?>> ownParam(MLPRegressor regressor) {
    return List.of(
        new ParamPair<>(regressor.learningRateSchedule(), "constant"),
        new ParamPair<>(regressor.learningRateSchedule(), "warmup(1ep).then(cosine)"));
  }

  @Override
  List<ParamPair<?>> inheritedParam(MLPRegressor regressor) {
    return List.of(
        new ParamPair<>(regressor.standardizeLabel(), true),
        new ParamPair<>(regressor.standardizeLabel(), false));
  }

  /** y = mean + deviation · f, where f is a wave and a plane of three features. */
  private static List<Row> rows(int n, double mean, double deviation) {
    Random random = new Random(11);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      double[] x = {random.nextGaussian(), random.nextGaussian(), random.nextGaussian()};
      double f = Math.sin(2 * x[0]) + 0.5 * x[1] - 0.3 * x[2] * x[2];
      rows.add(RowFactory.create(mean + deviation * f, Vectors.dense(x)));
    }
    return rows;
  }

  private Dataset<Row> frame(List<Row> rows, int partitions) {
    return Frames.of(spark(), rows, Frames.LABELED, partitions);
  }

  private double r2(MLPRegressionModel model, Dataset<Row> rows) {
    return evaluator().evaluate(model.transform(rows));
  }

  @Test
  void learnsAWave() {
    Dataset<Row> rows = frame(rows(1000, 5, 3), 3);
    MLPRegressionModel model =
        estimator().setHiddenLayers(32).setMaxIter(60).setNumShards(1).fit(rows);
    assertThat(r2(model, rows)).isGreaterThan(0.97);
    assertThat(model.layerSizes()).containsExactly(3, 32, 1);
    assertThat(model.numFeatures()).isEqualTo(3);
    MLPRegressionModel lbfgs =
        new MLPRegressor().setSolver("l-bfgs").setHiddenLayers(32).setSeed(1).fit(rows);
    assertThat(r2(lbfgs, rows)).isGreaterThan(0.97);
    MLPRegressionModel linear = estimator().setHiddenLayers().setMaxIter(60).fit(rows);
    assertThat(r2(linear, rows)).isBetween(0.05, 0.5);
  }

  @Test
  void predictAgreesWithTransform() {
    MLPRegressionModel model = estimator().fit(data());
    for (Row row : model.transform(data()).takeAsList(30)) {
      Vector features = row.getAs("features");
      assertThat(model.predict(features)).isCloseTo(row.<Double>getAs("prediction"), within(1e-6));
    }
  }

  /** A float has room for 1.6e9 in steps of 128. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 1.6e9, -3e12})
  void theScaleOfLabelsDoesNotMatter(double mean) {
    Dataset<Row> rows = frame(rows(500, mean, 10), 3);
    MLPRegressor regressor = estimator().setHiddenLayers(32).setMaxIter(40).setNumShards(1);
    MLPRegressionModel model = regressor.fit(rows);
    assertThat(r2(model, rows)).isGreaterThan(0.9);
    Row sums =
        rows.agg(expr("avg(label - " + mean + ")"), expr("stddev_pop(label - " + mean + ")"))
            .head();
    assertThat(model.labelMean() - mean).isCloseTo(sums.getDouble(0), within(1e-3));
    assertThat(model.labelDeviation()).isCloseTo(sums.getDouble(1), within(1e-3));
    MLPRegressionModel raw = regressor.setStandardizeLabel(false).fit(rows);
    assertThat(raw.labelMean()).isZero();
    assertThat(raw.labelDeviation()).isEqualTo(1);
    if (mean != 0) {
      assertThat(r2(raw, rows)).as("without it").isLessThan(0.1);
    }
  }

  @Test
  void standardizingKeepsLossesInDeviations() {
    Dataset<Row> rows = frame(rows(300, 100, 50), 2);
    double standardized = estimator().fit(rows).summary().objectiveHistory()[0];
    double raw = estimator().setStandardizeLabel(false).fit(rows).summary().objectiveHistory()[0];
    assertThat(standardized).isBetween(0.1, 3.0);
    assertThat(raw).isGreaterThan(1000);
  }

  @Test
  void labelsThatAreAllTheSameArePredicted() {
    Dataset<Row> same = data().withColumn("label", lit(1.6e9));
    MLPRegressionModel model = estimator().setMaxIter(30).fit(same);
    assertThat(model.labelDeviation()).isZero();
    assertThat(model.labelMean()).isEqualTo(1.6e9);
    for (Row row : model.transform(same).collectAsList()) {
      assertThat(row.<Double>getAs("prediction")).isEqualTo(1.6e9);
    }
  }

  /** Mean and deviation are of the weighted rows, and of those for training alone. */
  @Test
  void aRowOfWeightTwoIsTheRowTwice() {
    List<Row> once = rows(40, 7, 2);
    List<Row> weighted = new ArrayList<>();
    List<Row> repeated = new ArrayList<>();
    for (int i = 0; i < once.size(); i++) {
      Row row = once.get(i);
      int weight = i % 3; // some count nothing
      weighted.add(RowFactory.create(row.get(0), row.get(1), (double) weight, false));
      for (int copy = 0; copy < weight; copy++) {
        repeated.add(RowFactory.create(row.get(0), row.get(1), 1.0, false));
      }
    }
    weighted.add(RowFactory.create(1e30, Vectors.dense(0, 0, 0), 1.0, true));
    MLPRegressor regressor =
        estimator()
            .setWeightCol("w")
            .setValidationIndicatorCol("held")
            .setBatchSize(1000)
            .setNumShards(1);
    MLPRegressionModel a = regressor.fit(withMarks(weighted));
    MLPRegressionModel b = regressor.fit(withMarks(repeated));
    assertThat(a.labelMean()).isEqualTo(b.labelMean());
    assertThat(a.labelDeviation()).isEqualTo(b.labelDeviation());
    assertThat(a.summary().validationRows()).isEqualTo(1);
    double[] wa = a.weights().toArray();
    double[] wb = b.weights().toArray();
    for (int i = 0; i < wa.length; i++) {
      assertThat(wa[i]).isCloseTo(wb[i], within(2e-4));
    }
  }

  private Dataset<Row> withMarks(List<Row> rows) {
    return Frames.of(
        spark(),
        rows,
        Frames.LABELED.add("w", DataTypes.DoubleType).add("held", DataTypes.BooleanType),
        2);
  }

  @Test
  void theSameRowsInAnyOrderGiveTheSameBits() {
    Random random = Seeds.random("regression bits");
    List<Row> rows = rows(300, 1e6, 3);
    MLPRegressionModel first = estimator().fit(frame(rows, 1));
    for (int partitions = 2; partitions < 5; partitions++) {
      Collections.shuffle(rows, random);
      MLPRegressionModel other = estimator().fit(frame(rows, partitions));
      assertThat(other.weights()).isEqualTo(first.weights());
      assertThat(other.labelMean()).isEqualTo(first.labelMean());
      assertThat(other.labelDeviation()).isEqualTo(first.labelDeviation());
    }
  }

  private static TrainingListener listener(Consumer<EpochRecord> told) {
    return new TrainingListener() {
      @Override
      public void onEpoch(EpochRecord epoch) {
        told.accept(epoch);
      }
    };
  }

  @Test
  void summaryValidationAndListener() {
    List<EpochRecord> told = new ArrayList<>();
    MLPRegressionModel model =
        estimator()
            .setValidationIndicatorCol("held")
            .setListener(listener(told::add))
            .fit(data().withColumn("held", expr("pmod(xxhash64(features), 4) = 0")));
    TrainingSummary summary = model.summary();
    assertThat(summary.epochs()).hasSize(5).isEqualTo(told);
    assertThat(summary.validationRows()).isGreaterThan(10);
    assertThat(summary.rows() + summary.validationRows()).isEqualTo(120);
    assertThat(summary.objectiveHistory()[4]).isLessThan(summary.objectiveHistory()[0]);
    for (EpochRecord epoch : told) {
      assertThat(epoch.accuracy()).isNaN();
      assertThat(epoch.validationLoss()).isFinite();
    }
    MLPRegressionModel copy = model.copy(ParamMap.empty());
    assertThat(copy.summary()).isSameAs(summary);
  }

  @Test
  void checkpointsResumeWithTheSameBits() {
    MLPRegressor regressor = estimator().setMaxIter(6);
    MLPRegressionModel whole = regressor.fit(data());
    String path = folder.resolve("checkpoints").toString();
    regressor.setCheckpointDir(path).setCheckpointInterval(2);
    RuntimeException lost = new RuntimeException("driver lost");
    assertThatThrownBy(
            () ->
                regressor
                    .copy(ParamMap.empty())
                    .setListener(
                        listener(
                            epoch -> {
                              if (epoch.epoch() == 5) {
                                throw lost;
                              }
                            }))
                    .fit(data()))
        .isSameAs(lost);
    List<EpochRecord> told = new ArrayList<>();
    MLPRegressionModel resumed = regressor.setListener(listener(told::add)).fit(data());
    assertThat(told).hasSizeLessThan(6);
    assertThat(resumed.weights()).isEqualTo(whole.weights());
    assertThat(resumed.transform(data()).collectAsList())
        .isEqualTo(whole.transform(data()).collectAsList());
  }

  @Test
  void theCellsOfAFoldShareOneCopy() {
    MLPRegressor regressor = estimator();
    try (PackedCopies copies = new PackedCopies()) {
      new CrossValidator()
          .setEstimator(regressor)
          .setEvaluator(evaluator())
          .setEstimatorParamMaps(Grids.grid().add(regressor.batchSize(), 8, 16, 24).build())
          .setNumFolds(2)
          .setSeed(5)
          .fit(data());
      assertThat(copies.count()).isEqualTo(2 + 1);
    }
    PackedCopies.settle();
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  @Test
  void numbersOfAnyTypeAreLabels() {
    Dataset<Row> whole = data().withColumn("label", expr("cast(round(label * 10) as int)"));
    MLPRegressionModel ints = estimator().fit(whole);
    MLPRegressionModel decimals =
        estimator().fit(whole.withColumn("label", col("label").cast("decimal(20, 3)")));
    assertThat(decimals.weights()).isEqualTo(ints.weights());
  }

  private void fails(MLPRegressor regressor, Dataset<Row> rows, String... parts) {
    assertThatThrownBy(() -> regressor.fit(rows))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(parts);
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  @Test
  void badLabels() {
    for (double bad : new double[] {Double.NaN, Double.NEGATIVE_INFINITY, 1e39}) {
      List<Row> rows = rows(20, 0, 1);
      rows.set(7, RowFactory.create(bad, Vectors.dense(1, 2, 3)));
      for (boolean standardize : new boolean[] {true, false}) {
        fails(
            estimator().setStandardizeLabel(standardize),
            frame(rows, 2),
            "column 'label' has the label " + bad,
            "finite numbers of at most 3.4e38 are needed");
      }
    }
    fails(
        estimator(),
        data().withColumn("label", expr("if(label > 0, label, null)")),
        "column 'label' has a null label; drop such rows");
    fails(
        estimator(),
        data().withColumn("label", lit("x")),
        "column 'label' (labelCol) has type string, but numbers are needed");
    fails(
        estimator(),
        data().withColumn("label", col("features")),
        "column 'label' (labelCol) has type vector",
        "take MLPMultiOutputRegressor");
    List<Row> far = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      far.add(RowFactory.create(i == 5 ? 1e38 : i * 1e-9, Vectors.dense(i, 1, 2), 1.0, i == 5));
    }
    fails(
        estimator().setValidationIndicatorCol("held"),
        withMarks(far),
        "has the label 1.0E38",
        "so many standard deviations from the mean of the training rows");
  }

  /** Labels that all losses can take: e^f, from about 0.1 to 5. */
  private Dataset<Row> positive() {
    return frame(rows(800, 0, 0.7), 2).withColumn("label", expr("exp(label)"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"absoluteError", "huber(delta=0.5)", "poisson", "gamma", "tweedie(p=1.5)"})
  void everyLossLearnsAndPredictsByItsLink(String loss) {
    Dataset<Row> rows = positive();
    MLPRegressionModel model =
        estimator().setLoss(loss).setHiddenLayers(32).setMaxIter(40).setNumShards(1).fit(rows);
    Dataset<Row> predicted = model.transform(rows);
    assertThat(evaluator().evaluate(predicted)).isGreaterThan(0.8);
    boolean logLink = !loss.contains("Error") && !loss.startsWith("huber");
    assertThat(model.labelDeviation() == 1).as("not standardized").isEqualTo(logLink);
    if (logLink) {
      assertThat(predicted.where("prediction <= 0").count()).isZero();
    }
  }

  @Test
  void aQuantileHasItsShareOfTheRowsBelow() {
    Dataset<Row> rows =
        positive().withColumn("label", expr("10 * (label + pmod(xxhash64(features), 1000) / 500)"));
    long last = 0;
    for (double tau : new double[] {0.1, 0.5, 0.9}) {
      MLPRegressionModel model =
          estimator()
              .setLoss("quantile(tau=" + tau + ")")
              .setHiddenLayers(16)
              .setMaxIter(40)
              .setNumShards(1)
              .fit(rows);
      long below = model.transform(rows).where("label < prediction").count();
      assertThat(below / 800.0).isCloseTo(tau, within(0.08));
      assertThat(below).isGreaterThan(last);
      last = below;
    }
  }

  @Test
  void labelsThatALossCannotTake() {
    fails(
        estimator().setLoss("poisson"),
        data(),
        "column 'label' has the label -",
        "loss = poisson needs targets >= 0, got -",
        "drop such rows, or take another loss");
    fails(
        estimator().setLoss("gamma"),
        data().withColumn("label", lit(0.0)),
        "has the label 0.0: loss = gamma needs targets > 0, got 0.0");
    fails(
        estimator().setLoss("poisson").setStandardizeLabel(true),
        positive(),
        "standardizeLabel is set, but loss = poisson can't have standardized labels");
    estimator().setLoss("poisson").setStandardizeLabel(false).fit(positive());
  }

  @Test
  void badParams() {
    fails(
        estimator().setLoss("softmaxCrossEntropy"),
        data(),
        "loss = softmaxCrossEntropy is for classes",
        "for these there are meanSquaredError, absoluteError");
    fails(
        estimator().setLayers(3, 8, 2),
        data(),
        "layers = [3, 8, 2] end in several outputs, but MLPRegressor predicts one value");
    fails(estimator().setLayers(4, 8, 1), data(), "begin with 4 inputs");
    MLPRegressionModel model = estimator().fit(data());
    assertThatThrownBy(() -> model.setPredictionCol("label").transform(data()))
        .hasMessageContaining("column 'label' exists already");
    assertThat(model.setPredictionCol("").transform(data()).columns())
        .containsExactly("label", "features");
    assertThatThrownBy(() -> MLPClassificationModel.load(saved(model)))
        .hasMessageContaining("MLPRegressionModel");
  }

  private String saved(MLPRegressionModel model) throws java.io.IOException {
    String path = folder.resolve("regression").toString();
    model.save(path);
    return path;
  }

  /** A step that changes nothing shows that the weights still mean what they did. */
  @Test
  void aWarmStartImposesHowLabelsAreStandardized(@TempDir Path folder) throws IOException {
    MLPRegressionModel before = estimator().fit(data());
    String saved = folder.resolve("model").toString();
    before.save(saved);
    Dataset<Row> others = data().withColumn("label", col("label").multiply(7).plus(100));
    MLPRegressionModel after =
        estimator().setInitialModel(saved).setMaxIter(1).setStepSize(1e-30).fit(others);
    assertThat(after.labelMean()).isEqualTo(before.labelMean());
    assertThat(after.labelDeviation()).isEqualTo(before.labelDeviation());
    Vector row = data().head().getAs("features");
    assertThat(after.predict(row)).isEqualTo(before.predict(row));
    assertThat(estimator().setMaxIter(1).fit(others).labelMean())
        .isGreaterThan(before.labelMean() + 50);
  }

  @Test
  void evaluateAgreesWithSparksEvaluator() {
    Dataset<Row> rows = data().withColumn("w", expr("1 + abs(label)").cast("double"));
    MLPRegressionModel model = estimator().fit(rows);
    MLPRegressionSummary plain = model.evaluate(rows);
    MLPRegressionSummary weighted = estimator().setWeightCol("w").fit(rows).evaluate(rows);
    for (MLPRegressionSummary summary : List.of(plain, weighted)) {
      RegressionEvaluator spark = new RegressionEvaluator();
      if (summary == weighted) {
        spark.setWeightCol("w");
      }
      Dataset<Row> predicted = summary.predictions();
      assertThat(summary.r2())
          .isCloseTo(spark.setMetricName("r2").evaluate(predicted), within(1e-12));
      assertThat(summary.rootMeanSquaredError())
          .isCloseTo(spark.setMetricName("rmse").evaluate(predicted), within(1e-12));
      assertThat(summary.meanSquaredError())
          .isCloseTo(spark.setMetricName("mse").evaluate(predicted), within(1e-12));
      assertThat(summary.meanAbsoluteError())
          .isCloseTo(spark.setMetricName("mae").evaluate(predicted), within(1e-12));
      assertThat(summary.explainedVariance())
          .isCloseTo(spark.setMetricName("var").evaluate(predicted), within(1e-12));
    }
    MLPRegressionModel nameless = model.copy(ParamMap.empty());
    nameless.set(nameless.predictionCol(), "");
    assertThat(nameless.evaluate(rows).r2()).isEqualTo(plain.r2());
  }

  @Test
  void aModelOfClassesIsNoStart(@TempDir Path folder) throws IOException {
    String saved = folder.resolve("classes").toString();
    new MLPClassifier()
        .setLayers(2, 8, 2)
        .setMaxIter(1)
        .fit(Frames.clouds(SparkSessions.shared(), 40, 2, 2))
        .save(saved);
    Dataset<Row> rows =
        Frames.clouds(SparkSessions.shared(), 40, 2, 2).withColumn("label", lit(0.5));
    assertThatThrownBy(() -> estimator().setLayers(2, 8, 1).setInitialModel(saved).fit(rows))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "predicts classes, which training can't go on from to predict numbers");
  }
}
