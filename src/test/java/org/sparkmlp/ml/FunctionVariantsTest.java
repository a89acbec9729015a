package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.evaluation.BinaryClassificationEvaluator;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Topology;

/** Activations, losses and initializers through the Estimator, its model and files. */
class FunctionVariantsTest {
  @TempDir Path folder;

  private static SparkSession spark() {
    return SparkSessions.shared();
  }

  private static Dataset<Row> clouds(int classes) {
    return Frames.clouds(spark(), 240, 5, classes);
  }

  private static MLPClassifier classifier() {
    return new MLPClassifier()
        .setHiddenLayers(8)
        .setMaxIter(30)
        .setBatchSize(16)
        .setStepSize(0.02)
        .setNumShards(2)
        .setSeed(3);
  }

  private static double accuracy(MLPClassificationModel model, Dataset<Row> rows) {
    return new MulticlassClassificationEvaluator()
        .setMetricName("accuracy")
        .evaluate(model.transform(rows));
  }

  @Test
  void aNetworkOfAllActivationsIsTrainedSavedAndLoaded() throws Exception {
    int[] hidden = new int[Activations.names().size()];
    Arrays.fill(hidden, 6);
    String activations = String.join(", ", Activations.names());
    MLPClassificationModel model =
        classifier()
            .setHiddenLayers(hidden)
            .setActivation(activations)
            .setMaxIter(3)
            .fit(clouds(3));
    String path = folder.resolve("all").toString();
    model.save(path);
    MLPClassificationModel loaded = MLPClassificationModel.load(path);
    assertThat(loaded.getActivation()).isEqualTo(activations);
    assertThat(loaded.weights()).isEqualTo(model.weights());
    Vector row = Vectors.dense(0.1, -0.2, 0.3, 0.4, 0.5);
    assertThat(loaded.predictRaw(row)).isEqualTo(model.predictRaw(row));
    Row saved = spark().read().parquet(path + "/network").first();
    assertThat(saved.<String>getAs("activation"))
        .startsWith("identity, sigmoid, tanh, relu, leakyrelu(a=0.01), ")
        .endsWith(", hardtanh, maxout(pieces=2)");
    assertThat(saved.<String>getAs("targets")).isEqualTo("classes");
  }

  @Test
  void everyLossIsSavedAndLoaded() {
    for (String name : Losses.names()) {
      boolean classes = Losses.parse(name).forClasses();
      Topology topology =
          new Topology(
              new int[] {3, 4, 2},
              Activations.forLayers("maxout(3)", 1),
              Losses.parse(name),
              classes);
      float[] weights = Initializer.parse("auto").weights(topology, 1);
      String path = folder.resolve(name).toString();
      ModelFormat.Saved network = new ModelFormat.Saved(topology, null, weights, 0, null);
      MLPClassificationModel model = new MLPClassificationModel("m", network);
      ModelFormat.save(model, network, path, spark());
      ModelFormat.Saved loaded = ModelFormat.load(path, spark());
      assertThat(loaded.topology()).isEqualTo(topology);
      assertThat(loaded.topology().loss()).isEqualTo(topology.loss());
      assertThat(loaded.topology().classTargets()).isEqualTo(classes);
      assertThat(loaded.weights()).containsExactly(weights);
    }
  }

  @Test
  void everyActivationLearns() {
    Dataset<Row> rows = clouds(3).cache();
    for (String activation : Activations.names()) {
      MLPClassificationModel model = classifier().setActivation(activation).fit(rows);
      assertThat(accuracy(model, rows)).as(activation).isGreaterThan(0.85);
    }
    rows.unpersist();
  }

  @Test
  void maxoutHasAWeightForEveryPiece() {
    MLPClassificationModel relu = classifier().setMaxIter(1).fit(clouds(3));
    MLPClassificationModel maxout =
        classifier().setMaxIter(1).setActivation("maxout(3)").fit(clouds(3));
    assertThat(relu.weights().size()).isEqualTo(6 * 8 + 9 * 3);
    assertThat(maxout.weights().size()).isEqualTo(6 * 8 * 3 + 9 * 3);
    assertThat(maxout.layerSizes()).containsExactly(5, 8, 3);
  }

  @Test
  void theListOfActivationsMustFitTheHiddenLayers() {
    assertThatThrownBy(
            () ->
                classifier()
                    .setHiddenLayers(4, 4, 4)
                    .setActivation("relu, maxout(3)")
                    .fit(clouds(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "activation = 'relu, maxout(3)' names 2 activations, but there are 3 hidden layers; give one for all of"
                + " them, or one for each");
    assertThatThrownBy(
            () -> classifier().setLayers(5, 8, 3).setActivation("relu, tanh").fit(clouds(3)))
        .hasMessageContaining("names 2 activations, but there are 1 hidden layers");
  }

  @ParameterizedTest
  @CsvSource({"poisson", "gamma", "tweedie", "huber", "quantile", "absoluteError"})
  void lossesOfNumbersAreNotForClasses(String loss) {
    assertThatThrownBy(() -> classifier().setLoss(loss).fit(clouds(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "loss = %s is for numbers, not for classes; for classes there are softmaxCrossEntropy,"
                + " binaryCrossEntropy, hinge, meanSquaredError",
            loss);
  }

  @Test
  void labelSmoothingMakesProbabilitiesLessSure() {
    Dataset<Row> rows = clouds(3);
    double before = 1;
    for (String loss :
        List.of(
            "softmaxCrossEntropy",
            "softmaxCrossEntropy(labelSmoothing=0.2)",
            "softmaxCrossEntropy(labelSmoothing=0.5)")) {
      MLPClassificationModel model = classifier().setLoss(loss).fit(rows);
      assertThat(accuracy(model, rows)).isGreaterThan(0.85);
      double largest = 0;
      List<Row> predicted = model.transform(rows).collectAsList();
      for (Row row : predicted) {
        DenseVector p = row.getAs("probability");
        largest += p.apply(p.argmax()) / predicted.size();
      }
      assertThat(largest).as(loss).isLessThan(before - 0.02);
      before = largest;
    }
  }

  @Test
  void hingeOfTwoClassesHasOneMargin() {
    Dataset<Row> rows = clouds(2);
    MLPClassificationModel model = classifier().setLoss("hinge").fit(rows);
    assertThat(model.layerSizes()).containsExactly(5, 8, 1);
    assertThat(accuracy(model, rows)).isGreaterThan(0.95);
    Dataset<Row> output = model.transform(rows);
    assertThat(new BinaryClassificationEvaluator().evaluate(output)).isGreaterThan(0.98);
    for (Row row : output.takeAsList(50)) {
      Vector raw = row.getAs("rawPrediction");
      Vector p = row.getAs("probability");
      assertThat(raw.apply(0)).isEqualTo(-raw.apply(1));
      double clipped = Math.max(-1, Math.min(1, raw.apply(1)));
      assertThat(p.apply(1)).isEqualTo((1 + clipped) / 2);
      assertThat(p.apply(0)).isEqualTo(1 - p.apply(1));
      assertThat(row.<Double>getAs("prediction")).isEqualTo(raw.apply(1) > 0 ? 1.0 : 0.0);
    }
  }

  @Test
  void hingeOfSeveralClassesGivesADistribution() {
    Dataset<Row> rows = clouds(3);
    MLPClassificationModel model = classifier().setLoss("hinge").fit(rows);
    assertThat(model.layerSizes()).containsExactly(5, 8, 3);
    assertThat(accuracy(model, rows)).isGreaterThan(0.85);
    double[][] marginsAndProbabilities = {
      {2, -1, -1}, {1, 0, 0},
      {3, 2, -1}, {0.5, 0.5, 0},
      {-2, -1, -3}, {1 / 3.0, 1 / 3.0, 1 / 3.0},
      {0, -0.5, -1}, {0.5 + 0.25 / 3, 0.25 + 0.25 / 3, 0.25 / 3},
    };
    for (int i = 0; i < marginsAndProbabilities.length; i += 2) {
      double[] p = marginsAndProbabilities[i].clone();
      model.raw2probabilityInPlace(Vectors.dense(p));
      assertThat(p).containsExactly(marginsAndProbabilities[i + 1], within(1e-12));
    }
    MLPClassificationModel two = classifier().setLayers(5, 8, 2).setLoss("hinge").fit(clouds(2));
    assertThat(accuracy(two, clouds(2))).isGreaterThan(0.95);
  }

  @Test
  void aliasesOfLossesMakeTheSameModel() {
    Dataset<Row> rows = clouds(2);
    assertThat(classifier().setLoss("sigmoidCrossEntropy").setMaxIter(2).fit(rows).weights())
        .isEqualTo(classifier().setLoss("binaryCrossEntropy").setMaxIter(2).fit(rows).weights());
  }

  @Test
  void everyInitializerLearns() {
    Dataset<Row> rows =
        Frames.of(spark(), Frames.clouds(new Random(5), 200, 5, 3), Frames.LABELED, 2).cache();
    for (String init : Initializer.names()) {
      MLPClassificationModel model =
          classifier().setHiddenLayers(8, 8).setWeightInit(init).fit(rows);
      assertThat(accuracy(model, rows)).as(init).isGreaterThan(0.85);
    }
    rows.unpersist();
  }
}
