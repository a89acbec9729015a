package org.sparkmlp.ml;

import static org.apache.spark.sql.functions.array_repeat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.rand;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.Frames;
import org.sparkmlp.PackedCopies;
import org.sparkmlp.SparkSessions;

class StandardizationTest {
  private static final StructType SCHEMA =
      Frames.LABELED.add("w", DataTypes.DoubleType).add("held", DataTypes.BooleanType);

  @TempDir Path folder;

  private static SparkSession spark() {
    return SparkSessions.shared();
  }

  private static MLPClassifier classifier() {
    return new MLPClassifier()
        .setStandardization(true)
        .setHiddenLayers(6)
        .setStepSize(0.02)
        .setBatchSize(16)
        .setMaxIter(20)
        .setNumShards(2)
        .setSeed(4);
  }

  /** A large feature that tells the class, one that doesn't vary, and one that is small. */
  private static List<Row> hugeFeatures(int n) {
    Random random = new Random(8);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      double label = i % 2;
      double huge = 1.6e9 + (label == 0 ? -8 : 8) + 3 * random.nextGaussian();
      Vector features = Vectors.dense(huge, 77, 1e-3 * random.nextGaussian());
      rows.add(RowFactory.create(label, features, 1.0, false));
    }
    return rows;
  }

  private static Dataset<Row> frame(List<Row> rows) {
    return Frames.of(spark(), rows, SCHEMA, 3);
  }

  private static double accuracy(MLPClassificationModel model, Dataset<Row> rows) {
    return new MulticlassClassificationEvaluator()
        .setMetricName("accuracy")
        .evaluate(model.transform(rows));
  }

  @Test
  void hugeAndConstantFeaturesAreLearntAndOnlyWithIt() {
    Dataset<Row> rows = frame(hugeFeatures(400));
    MLPClassificationModel model = classifier().fit(rows);
    assertThat(accuracy(model, rows)).isGreaterThan(0.98);
    assertThat(accuracy(classifier().setStandardization(false).fit(rows), rows)).isLessThan(0.6);
    assertThat(model.featureMeans().apply(0)).isCloseTo(1.6e9, within(1.0));
    assertThat(model.featureStds().apply(0)).isCloseTo(Math.sqrt(64 + 9), within(0.5));
    assertThat(model.featureMeans().apply(1)).isEqualTo(77);
    assertThat(model.featureStds().apply(1)).isZero();
    // a feature that never varied says nothing, whatever it is later
    assertThat(model.predictRaw(Vectors.dense(1.6e9, 77, 0)))
        .isEqualTo(model.predictRaw(Vectors.dense(1.6e9, -5e30, 0)));
  }

  @Test
  void allWaysToPredictAgreeAndSavedModelsKeepIt() throws Exception {
    Dataset<Row> rows = frame(hugeFeatures(200));
    MLPClassificationModel model = classifier().fit(rows);
    String path = folder.resolve("model").toString();
    model.save(path);
    MLPClassificationModel loaded = MLPClassificationModel.load(path);
    assertThat(loaded.featureMeans()).isEqualTo(model.featureMeans());
    assertThat(loaded.featureStds()).isEqualTo(model.featureStds());
    assertThat(loaded.estimatedSize()).isGreaterThan(4L * model.weights().size() + 3 * 3 * 8);
    List<MLPClassificationModel> models = List.of(model, loaded, loaded.copy(ParamMap.empty()));
    for (MLPClassificationModel each : models) {
      for (Row row : each.transform(rows).collectAsList()) {
        double[] expected = model.predictRaw(row.getAs("features")).toArray();
        double[] raw = row.<Vector>getAs("rawPrediction").toArray();
        assertThat(raw).containsExactly(expected, within(1e-6));
        assertThat(each.predictRaw(row.getAs("features")).toArray()).containsExactly(expected);
      }
    }
  }

  @Test
  void itIsTheFormulaInDouble() {
    List<Row> rows = hugeFeatures(200);
    MLPClassificationModel model = classifier().fit(frame(rows));
    double[] means = model.featureMeans().toArray();
    double[] stds = model.featureStds().toArray();
    List<Row> byHand = new ArrayList<>();
    for (Row row : rows) {
      double[] x = row.<Vector>getAs(1).toArray().clone();
      for (int j = 0; j < x.length; j++) {
        x[j] = stds[j] == 0 ? 0 : (x[j] - means[j]) / stds[j];
      }
      byHand.add(RowFactory.create(row.get(0), Vectors.dense(x), 1.0, false));
    }
    MLPClassificationModel other = classifier().setStandardization(false).fit(frame(byHand));
    assertThat(other.weights()).isEqualTo(model.weights());
    assertThat(other.featureMeans()).isEqualTo(Vectors.zeros(3));
    assertThat(other.featureStds()).isEqualTo(Vectors.dense(1, 1, 1));
  }

  @Test
  void onlyTrainingRowsCountByTheirWeight() {
    List<Row> rows = new ArrayList<>();
    double[] x = {1, 2, 4, 9};
    double[] weights = {1, 3, 2, 1};
    List<Row> repeated = new ArrayList<>();
    for (int i = 0; i < x.length; i++) {
      Row row = RowFactory.create((double) (i % 2), Vectors.dense(x[i]), weights[i], false);
      rows.add(row);
      for (int k = 0; k < weights[i]; k++) {
        repeated.add(RowFactory.create(row.get(0), row.get(1), 1.0, false));
      }
    }
    rows.add(RowFactory.create(1.0, Vectors.dense(1e20), 0.0, false));
    rows.add(RowFactory.create(1.0, Vectors.dense(1e6), 5.0, true));
    rows.add(RowFactory.create(1.0, Vectors.sparse(1, new int[0], new double[0]), 5.0, true));
    MLPClassifier c =
        classifier().setWeightCol("w").setValidationIndicatorCol("held").setMaxIter(1);
    MLPClassificationModel model = c.fit(frame(rows));
    double mean = (1 + 6 + 8 + 9) / 7.0;
    assertThat(model.featureMeans().apply(0)).isCloseTo(mean, within(1e-15));
    assertThat(model.featureStds().apply(0))
        .isCloseTo(Math.sqrt((1 + 12 + 32 + 81) / 7.0 - mean * mean), within(1e-14));
    MLPClassificationModel other = c.fit(frame(repeated));
    assertThat(other.featureMeans()).isEqualTo(model.featureMeans());
    assertThat(other.featureStds()).isEqualTo(model.featureStds());
  }

  private static List<Row> sparseRows(int n, int columns, int count, boolean someDense) {
    Random random = new Random(5);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      double[] x = new double[columns];
      for (int k = 0; k < count; k++) {
        int j = random.nextInt(columns);
        x[j] = (1 + j % 7) * (j % 2 == i % 2 ? 3 : 1) * (0.5 + random.nextDouble());
      }
      Vector vector = Vectors.dense(x);
      Vector form = someDense && i % 4 == 0 ? vector : vector.toSparse();
      rows.add(RowFactory.create((double) (i % 2), form, 0.5 + i % 3, false));
    }
    return rows;
  }

  @Test
  void sparseRowsAreDividedOnlyAndBothFormsOfAVectorMeanTheSame() {
    for (boolean someDense : new boolean[] {false, true}) {
      List<Row> rows = sparseRows(300, 60, 6, someDense);
      MLPClassificationModel model = classifier().setWeightCol("w").fit(frame(rows));
      assertThat(model.featureMeans()).isEqualTo(Vectors.zeros(60));
      double weight = 0;
      double sum = 0;
      double squares = 0;
      for (Row row : rows) {
        double x = row.<Vector>getAs(1).apply(11);
        weight += row.getDouble(2);
        sum += row.getDouble(2) * x;
        squares += row.getDouble(2) * x * x;
      }
      assertThat(model.featureStds().apply(11))
          .isCloseTo(Math.sqrt(squares / weight - sum / weight * (sum / weight)), within(1e-12));
      assertThat(accuracy(model, frame(rows))).isGreaterThan(0.9);
      for (Row row : model.transform(frame(rows)).collectAsList()) {
        Vector vector = row.getAs("features");
        double[] raw = row.<Vector>getAs("rawPrediction").toArray();
        assertThat(model.predictRaw(vector.toDense()).toArray()).containsExactly(raw, within(1e-5));
        assertThat(model.predictRaw(vector.toSparse()).toArray())
            .containsExactly(raw, within(1e-5));
      }
    }
  }

  @Test
  void rowsThatAreSparseInNameOnlyAreCentred() {
    // a dense data set, and one of which VectorAssembler would compress some rows
    for (double zeros : new double[] {0, 0.4}) {
      Random random = new Random(3);
      List<Row> rows = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        double[] x = new double[10];
        for (int j = 0; j < 10; j++) {
          x[j] = random.nextDouble() < zeros ? 0 : 5 + random.nextGaussian();
        }
        Vector vector = Vectors.dense(x);
        rows.add(
            RowFactory.create(
                (double) (i % 2), zeros == 0 ? vector : vector.compressed(), 1.0, false));
      }
      MLPClassificationModel model = classifier().setMaxIter(1).fit(frame(rows));
      assertThat(model.featureMeans().apply(3)).isBetween(2.0, 6.0);
      Vector some = Vectors.sparse(10, new int[] {2}, new double[] {4});
      assertThat(model.predictRaw(some)).isEqualTo(model.predictRaw(some.toDense()));
    }
  }

  @Test
  void anyOrderAndPartitioningGivesTheSameBits() {
    for (List<Row> rows : List.of(hugeFeatures(300), sparseRows(300, 60, 6, true))) {
      Dataset<Row> base = frame(rows);
      MLPClassifier c = classifier().setMaxIter(2).setWeightCol("w");
      MLPClassificationModel expected = c.fit(base);
      for (Dataset<Row> variant :
          List.of(base.repartition(1), base.repartition(7), base.orderBy(rand(3)))) {
        MLPClassificationModel model = c.fit(variant);
        assertThat(model.featureMeans()).isEqualTo(expected.featureMeans());
        assertThat(model.featureStds()).isEqualTo(expected.featureStds());
        assertThat(model.weights()).isEqualTo(expected.weights());
      }
    }
  }

  @Test
  void fitsOnOneCachedFrameShareACopyThatIsStandardizedTheSame() {
    Dataset<Row> data = frame(hugeFeatures(200)).cache();
    MLPClassifier c = classifier().setMaxIter(1);
    try (PackedCopies copies = new PackedCopies()) {
      c.fit(data, ParamMap.empty());
      c.fit(data, new ParamMap().put(c.seed().w(9)));
      assertThat(copies.count()).isEqualTo(1);
      MLPClassificationModel plain = c.fit(data, new ParamMap().put(c.standardization().w(false)));
      assertThat(copies.count()).isEqualTo(2);
      assertThat(plain.featureMeans()).isEqualTo(Vectors.zeros(3));
    } finally {
      data.unpersist();
      PackedCopies.settle();
    }
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  @Test
  void alteredMeansAreNoticed() throws Exception {
    MLPClassificationModel model = classifier().fit(frame(hugeFeatures(50)));
    String path = folder.resolve("altered").toString();
    model.save(path);
    Dataset<Row> network = spark().read().parquet(path + "/network");
    List<Row> altered =
        network.withColumn("featureMeans", array_repeat(lit(1.0), 3)).collectAsList();
    StructType schema = network.schema();
    spark().createDataFrame(altered, schema).write().mode("overwrite").parquet(path + "/network");
    assertThatThrownBy(() -> MLPClassificationModel.load(path))
        .hasMessageContaining("don't match their checksum");
  }
}
