package org.sparkmlp.ml;

import static org.apache.spark.ml.functions.vector_to_array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.evaluation.RegressionEvaluator;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamPair;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Frames;
import org.sparkmlp.PackedCopies;
import org.sparkmlp.Seeds;
import org.sparkmlp.SparkSessions;

class MLPMultiOutputRegressorTest
    extends StageContract<MLPMultiOutputRegressor, MLPMultiOutputRegressionModel> {
  private static final StructType SCHEMA =
      new StructType()
          .add("label", SQLDataTypes.VectorType(), true)
          .add("features", SQLDataTypes.VectorType(), true);

  @Override
  MLPMultiOutputRegressor estimator() {
    return configure(new MLPMultiOutputRegressor());
  }

  @Override
  MLPMultiOutputRegressor estimator(String uid) {
    return configure(new MLPMultiOutputRegressor(uid));
  }

  private static MLPMultiOutputRegressor configure(MLPMultiOutputRegressor regressor) {
    return regressor
        .setHiddenLayers(8)
        .setMaxIter(5)
        .setBatchSize(16)
        .setStepSize(0.02)
        .setNumShards(2)
        .setSeed(3);
  }

  @Override
  MLReader<MLPMultiOutputRegressor> estimatorReader() {
    return MLPMultiOutputRegressor.read();
  }

  @Override
  MLReader<MLPMultiOutputRegressionModel> modelReader() {
    return MLPMultiOutputRegressionModel.read();
  }

  @Override
  Dataset<Row> data() {
    return frame(rows(120), 3);
  }

  /** R² of the second value, which Spark's evaluator can be shown as a number. */
  @Override
  Evaluator evaluator() {
    return new SecondValue();
  }

  /** Spark has no evaluator of vectors. */
  public static final class SecondValue extends Evaluator
      implements org.apache.spark.ml.util.DefaultParamsWritable {
    private static final long serialVersionUID = 1;

    private final String uid;

    public SecondValue() {
      this("second value");
    }

    public SecondValue(String uid) {
      this.uid = uid;
    }

    @Override
    public String uid() {
      return uid;
    }

    @Override
    public double evaluate(Dataset<?> predicted) {
      return r2(predicted.toDF(), 1);
    }

    @Override
    public boolean isLargerBetter() {
      return true;
    }

    @Override
    public Evaluator copy(ParamMap extra) {
      return this;
    }

    public static MLReader<SecondValue> read() {
      return new org.apache.spark.ml.util.DefaultParamsReader<>();
    }
  }

  @Override
  List<ParamPair<?>> ownParam(MLPMultiOutputRegressor regressor) {
    return List.of(
        new ParamPair<>(regressor.learningRateSchedule(), "constant"),
        new ParamPair<>(regressor.learningRateSchedule(), "warmup(1ep).then(cosine)"));
  }

  @Override
  List<ParamPair<?>> inheritedParam(MLPMultiOutputRegressor regressor) {
    return List.of(
        new ParamPair<>(regressor.standardizeLabel(), true),
        new ParamPair<>(regressor.standardizeLabel(), false));
  }

  /** Three values of very different size, of three features. */
  private static List<Row> rows(int n) {
    Random random = new Random(11);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      double[] x = {random.nextGaussian(), random.nextGaussian(), random.nextGaussian()};
      double[] y = {Math.sin(2 * x[0]), 1.6e9 + 10 * (x[1] - x[2]), 1e-6 * x[0] * x[1]};
      rows.add(RowFactory.create(Vectors.dense(y), Vectors.dense(x)));
    }
    return rows;
  }

  private Dataset<Row> frame(List<Row> rows, int partitions) {
    return Frames.of(spark(), rows, SCHEMA, partitions);
  }

  private static double r2(Dataset<Row> predicted, int value) {
    Dataset<Row> numbers =
        predicted
            .withColumn("y", vector_to_array(col("label"), "float64").getItem(value))
            .withColumn("p", vector_to_array(col("prediction"), "float64").getItem(value))
            // of a label of 1.6e9 Spark's evaluator loses the deviation
            .withColumn("p", expr("p - " + (value == 1 ? "1.6e9" : "0")))
            .withColumn("y", expr("y - " + (value == 1 ? "1.6e9" : "0")));
    return new RegressionEvaluator()
        .setLabelCol("y")
        .setPredictionCol("p")
        .setMetricName("r2")
        .evaluate(numbers);
  }

  @Test
  void learnsValuesOfAllSizesAtOnce() {
    Dataset<Row> rows = frame(rows(1000), 3);
    MLPMultiOutputRegressionModel model =
        estimator().setHiddenLayers(48).setMaxIter(60).setNumShards(1).fit(rows);
    assertThat(model.layerSizes()).containsExactly(3, 48, 3);
    assertThat(model.numOutputs()).isEqualTo(3);
    Dataset<Row> predicted = model.transform(rows).cache();
    for (int value = 0; value < 3; value++) {
      assertThat(r2(predicted, value)).as("value " + value).isGreaterThan(0.95);
    }
    MLPMultiOutputRegressionModel lbfgs =
        new MLPMultiOutputRegressor().setSolver("l-bfgs").setHiddenLayers(48).setSeed(1).fit(rows);
    for (int value = 0; value < 3; value++) {
      assertThat(r2(lbfgs.transform(rows), value)).isGreaterThan(0.9);
    }
    predicted.unpersist();
  }

  @Test
  void oneValueIsTheRegressor() {
    Dataset<Row> one =
        data().withColumn("number", vector_to_array(col("label"), "float64").getItem(1));
    MLPRegressionModel regressor =
        new MLPRegressor()
            .setHiddenLayers(8)
            .setMaxIter(5)
            .setBatchSize(16)
            .setStepSize(0.02)
            .setNumShards(2)
            .setSeed(3)
            .setLabelCol("number")
            .fit(one);
    MLPMultiOutputRegressionModel vectors =
        estimator()
            .setLabelCol("values")
            .fit(one.withColumn("values", expr("array(cast(number as decimal(20,8)))")));
    MLPMultiOutputRegressionModel doubles =
        estimator().setLabelCol("values").fit(one.withColumn("values", expr("array(number)")));
    assertThat(doubles.weights()).isEqualTo(regressor.weights());
    assertThat(vectors.numOutputs()).isEqualTo(1);
  }

  @Test
  void arraysAreLabelsAsVectorsAre() {
    MLPMultiOutputRegressionModel vectors = estimator().fit(data());
    MLPMultiOutputRegressionModel arrays =
        estimator().fit(data().withColumn("label", vector_to_array(col("label"), "float64")));
    assertThat(arrays.weights()).isEqualTo(vectors.weights());
    List<Row> sparse = new ArrayList<>();
    for (Row row : rows(120)) {
      sparse.add(RowFactory.create(row.<Vector>getAs(0).toSparse(), row.<Vector>getAs(1)));
    }
    assertThat(estimator().fit(frame(sparse, 2)).weights()).isEqualTo(vectors.weights());
  }

  @Test
  void predictAgreesWithTransformAndColumnsKnowTheirSizes() {
    MLPMultiOutputRegressionModel model = estimator().setEncodedCol("code").fit(data());
    Dataset<Row> output = model.transform(data());
    assertThat(output.columns()).containsExactly("label", "features", "prediction", "code");
    assertThat(AttributeGroup.fromStructField(output.schema().apply("prediction")).size())
        .isEqualTo(3);
    assertThat(AttributeGroup.fromStructField(output.schema().apply("code")).size()).isEqualTo(8);
    for (Row row : output.takeAsList(30)) {
      Vector features = row.getAs("features");
      double[] expected = row.<Vector>getAs("prediction").toArray();
      double[] actual = model.predict(features).toArray();
      for (int k = 0; k < 3; k++) {
        assertThat(actual[k])
            .isCloseTo(expected[k], within(1e-6 * Math.max(1, Math.abs(actual[k]))));
      }
      assertThat(model.encode(features).toArray())
          .containsExactly(row.<Vector>getAs("code").toArray(), within(1e-6));
    }
    model.setPredictionCol("").setEncodedCol("");
    assertThat(model.transform(data()).columns()).containsExactly("label", "features");
  }

  @Test
  void theSameRowsInAnyOrderGiveTheSameBits() {
    Random random = Seeds.random("multi-output bits");
    List<Row> rows = rows(300);
    MLPMultiOutputRegressionModel first = estimator().fit(frame(rows, 1));
    for (int partitions = 2; partitions < 5; partitions++) {
      Collections.shuffle(rows, random);
      assertThat(estimator().fit(frame(rows, partitions)).weights()).isEqualTo(first.weights());
    }
  }

  @Test
  void rowWeightsCount() {
    Dataset<Row> weighted =
        data()
            .withColumn("x", vector_to_array(col("features"), "float64").getItem(0))
            .withColumn("w", expr("if(x > 0, 3.0, 0.0)"));
    Dataset<Row> fewer = weighted.where("x > 0");
    MLPMultiOutputRegressor regressor = estimator().setWeightCol("w");
    assertThat(regressor.fit(weighted).weights()).isEqualTo(regressor.fit(fewer).weights());
    assertThat(regressor.fit(weighted).summary().rows()).isLessThan(100);
  }

  @Test
  void theCellsOfASearchShareOneCopy() {
    Dataset<Row> cached = data().cache();
    MLPMultiOutputRegressor regressor = estimator();
    try (PackedCopies copies = new PackedCopies()) {
      for (ParamMap cell : Grids.grid().add(regressor.batchSize(), 8, 16).build()) {
        regressor.fit(cached, cell);
      }
      assertThat(copies.count()).isEqualTo(1);
      regressor.fit(cached, new ParamMap().put(regressor.standardizeLabel().w(false)));
      assertThat(copies.count()).isEqualTo(2);
    }
    cached.unpersist();
    PackedCopies.settle();
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  private void fails(MLPMultiOutputRegressor regressor, Dataset<Row> rows, String... parts) {
    assertThatThrownBy(() -> regressor.fit(rows))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(parts);
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  @Test
  void badLabels() {
    Vector good = Vectors.dense(1, 2, 3);
    List<Vector> bad =
        Collections.unmodifiableList(
            java.util.Arrays.asList(
                null,
                Vectors.dense(1, 2),
                Vectors.dense(1, Double.NaN, 2),
                Vectors.dense(0, 0, 1e39)));
    String[] problems = {
      "column 'label' has a null label; drop such rows",
      "column 'label' has 2 values where 3 are expected",
      "column 'label' has the label NaN, but finite numbers of at most 3.4e38 are needed",
      "column 'label' has the label 1.0E39"
    };
    for (int i = 0; i < problems.length; i++) {
      List<Row> rows = rows(20);
      rows.set(9, RowFactory.create(bad.get(i), good));
      fails(estimator(), frame(rows, 2), problems[i]);
    }
    fails(
        estimator(),
        data().withColumn("label", expr("array(1.0, null)")),
        "column 'label' has an array with a null");
    fails(
        estimator(),
        data().withColumn("label", lit(1.0)),
        "column 'label' (labelCol) has type double, but vectors or arrays of numbers are needed");
    fails(
        estimator(),
        data().withColumn("label", expr("array()").cast("array<double>")),
        "column 'label' has labels without values");
  }

  @Test
  void badParams() {
    fails(estimator().setErrorCol("e"), data(), "errorCol = e is for autoencoders");
    fails(
        estimator().setAutoencoder(true).setLabelCol("label"),
        data(),
        "labelCol = label is set, but with autoencoder = true the features are the labels");
    fails(
        estimator().setEncodedCol("code").setEncodeLayer(2),
        data(),
        "encodeLayer = 2 is none of the 1 hidden layers that encodedCol = code can show");
    fails(
        estimator().setHiddenLayers().setEncodedCol("code"),
        data(),
        "encodeLayer = 0 is none of the 0 hidden layers");
    fails(
        estimator().setLayers(3, 8, 2),
        data(),
        "layers = [3, 8, 2] end in another number of outputs than the 3 values that column 'label' has");
    fails(
        estimator().setAutoencoder(true).setLayers(3, 8, 2),
        data(),
        "layers = [3, 8, 2] have other outputs than inputs");
    fails(estimator().setEncodedCol("prediction"), data(), "two output columns are called");
    fails(estimator().setPredictionCol("label"), data(), "column 'label' exists already");
    fails(estimator().setLoss("softmaxCrossEntropy"), data(), "loss = softmaxCrossEntropy is for");
    assertThatThrownBy(() -> estimator().setEncodeLayer(-1))
        .hasMessageContaining("encodeLayer must be at least 0, got -1");
    MLPMultiOutputRegressionModel model = estimator().fit(data());
    assertThatThrownBy(() -> model.setErrorCol("e").transform(data()))
        .hasMessageContaining("this model isn't one");
  }

  /**
   * Rows near a plane of two dimensions in ten; outliers have the same deviations, off the plane.
   */
  private static List<Row> plane(Random random, int n, boolean off) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      double[] x = new double[10];
      double u = random.nextGaussian();
      double v = random.nextGaussian();
      for (int j = 0; j < 10; j++) {
        double a = off ? random.nextGaussian() : u;
        double b = off ? random.nextGaussian() : v;
        double z = Math.cos(j) * a + Math.sin(j) * b + 0.05 * random.nextGaussian();
        x[j] = 100 * j + Math.pow(10, j % 3) * z; // of all sizes
      }
      rows.add(RowFactory.create(off ? 1.0 : 0.0, Vectors.dense(x)));
    }
    return rows;
  }

  @Test
  void anAutoencoderReproducesWhatIsUsualAndNotOutliers() throws Exception {
    Random random = Seeds.random("outliers");
    Dataset<Row> usual =
        Frames.of(spark(), plane(random, 1000, false), Frames.LABELED, 3).drop("label");
    MLPMultiOutputRegressionModel model =
        estimator()
            .setAutoencoder(true)
            .setStandardization(true)
            .setHiddenLayers(16, 2, 16)
            .setActivation("tanh")
            .setMaxIter(60)
            .setNumShards(1)
            .setErrorCol("error")
            .setEncodedCol("code")
            .setPredictionCol("reconstruction")
            .fit(usual);
    assertThat(model.layerSizes()).containsExactly(10, 16, 2, 16, 10);
    List<Row> mixed = plane(random, 200, false);
    mixed.addAll(plane(random, 200, true));
    Dataset<Row> output = model.transform(Frames.of(spark(), mixed, Frames.LABELED, 2)).cache();
    double area =
        new org.apache.spark.ml.evaluation.BinaryClassificationEvaluator()
            .setRawPredictionCol("error")
            .evaluate(output);
    assertThat(area).as("area under ROC of the error").isGreaterThan(0.98);
    Row means =
        output
            .agg(expr("avg(if(label = 0, error, null))"), expr("avg(if(label = 1, error, null))"))
            .head();
    assertThat(means.getDouble(0)).isLessThan(0.2);
    assertThat(means.getDouble(1)).isGreaterThan(0.4);
    for (Row row : output.takeAsList(20)) {
      assertThat(row.<Vector>getAs("code").size()).isEqualTo(2);
      assertThat(row.<Vector>getAs("reconstruction").size()).isEqualTo(10);
    }
    // the last layers, on the code, make the reconstruction; layer 1 is another
    assertThat(model.copy(ParamMap.empty()).setEncodeLayer(1).encode(mixed.get(0).getAs(1)).size())
        .isEqualTo(16);
    String path = folder.resolve("autoencoder").toString();
    model.save(path);
    assertThat(MLPMultiOutputRegressionModel.load(path).transform(usual).collectAsList())
        .isEqualTo(model.transform(usual).collectAsList());
    output.unpersist();
  }

  /** Without standardization an error is in units of the features. */
  @Test
  void theErrorIsTheMeanSquareOfWhatIsMissing() {
    for (boolean standardize : new boolean[] {true, false}) {
      MLPMultiOutputRegressionModel model =
          estimator()
              .setAutoencoder(true)
              .setStandardizeLabel(standardize)
              .setErrorCol("error")
              .fit(data());
      double meanError = 0;
      for (Row row : model.transform(data()).collectAsList()) {
        Vector x = row.getAs("features");
        Vector again = row.getAs("prediction");
        double sum = 0;
        for (int j = 0; j < 3; j++) {
          sum += Math.pow(x.apply(j) - again.apply(j), 2) / 3;
        }
        meanError += row.<Double>getAs("error") / 120;
        assertThat(row.<Double>getAs("error"))
            .isCloseTo(sum, within(standardize ? 0.5 * sum : 1e-12));
      }
      double loss = model.summary().objectiveHistory()[4];
      assertThat(meanError).isCloseTo(loss, within(0.5 * loss));
    }
  }

  @Test
  void badFeaturesOfAnAutoencoderAreNamedAsSuch() {
    List<Row> rows = rows(20);
    rows.set(3, RowFactory.create(Vectors.dense(1), Vectors.dense(1, Double.NaN, 0)));
    fails(estimator().setAutoencoder(true), frame(rows, 2), "column 'features' has the value NaN");
  }

  @Test
  void weightsAndTypes() {
    Dataset<Row> marked =
        data().withColumn("w", lit(2)).withColumn("held", expr("pmod(xxhash64(features), 4) = 0"));
    MLPMultiOutputRegressionModel model =
        estimator()
            .setWeightCol("w")
            .setValidationIndicatorCol("held")
            .fit(marked.withColumn("w", col("w").cast(DataTypes.IntegerType)));
    assertThat(model.summary().validationRows()).isGreaterThan(10);
    assertThat(model.summary().validationHistory()[4]).isFinite();
    assertThat(model.summary().epochs().get(0).accuracy()).isNaN();
  }
}
