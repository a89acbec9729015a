package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;

/**
 * Every param moves a number, here or in the test that is named: none is accepted and ignored, and
 * a new one can't be forgotten.
 */
class ParamEffectsTest {
  private enum Direction {
    UP,
    DOWN,
    SAME,
    CHANGED
  }

  /**
   * A param with two values, and the number that it moves.
   *
   * @param settings of both fits, names and values in turn
   */
  private record Effect(
      String param,
      Object from,
      Object to,
      Direction direction,
      ToDoubleFunction<MLPClassificationModel> number,
      Object... settings) {
    @Override
    public String toString() {
      return param + " from " + text(from) + " to " + text(to) + ": " + direction;
    }

    private static String text(Object value) {
      return value instanceof int[] ints ? Arrays.toString(ints) : String.valueOf(value);
    }
  }

  static Stream<Effect> effects() {
    return Stream.of(
        // what is learnt
        new Effect("hiddenLayers", new int[] {4}, new int[] {8}, Direction.UP, weights()),
        new Effect("layers", new int[] {4, 4, 3}, new int[] {4, 8, 3}, Direction.UP, weights()),
        new Effect("numClasses", 0, 5, Direction.UP, weights()),
        new Effect(
            "activation", "tanh", "identity", Direction.UP, loss(), "xor", true, "maxIter", 60),
        new Effect(
            "loss",
            "softmaxCrossEntropy",
            "softmaxCrossEntropy(labelSmoothing=0.3)",
            Direction.DOWN,
            ParamEffectsTest::confidence,
            "maxIter",
            30),
        new Effect(
            "weightInit", "heNormal", "lecunNormal", Direction.DOWN, norm(), "stepSize", 1e-9),
        // how
        new Effect("solver", "adam", "sgd", Direction.UP, loss(), "stepSize", 0.005),
        new Effect("stepSize", 0.001, 0.01, Direction.DOWN, loss()),
        new Effect("batchSize", 16, 200, Direction.UP, loss()),
        new Effect("maxIter", 2, 4, Direction.UP, epochs()),
        new Effect("tol", 0.0, 10.0, Direction.DOWN, epochs(), "maxIter", 20),
        new Effect("patience", 0, 1, Direction.DOWN, epochs(), "tol", 10.0, "maxIter", 8),
        new Effect("seed", 1L, 2L, Direction.CHANGED, norm()),
        new Effect(
            "learningRateSchedule",
            "constant",
            "linear",
            Direction.DOWN,
            model -> model.summary().learningRates()[2]),
        new Effect("regParam", 0.0, 0.5, Direction.DOWN, norm()),
        new Effect("elasticNetParam", 0.0, 1.0, Direction.CHANGED, norm(), "regParam", 0.1),
        new Effect("weightDecay", 0.0, 5.0, Direction.DOWN, norm()),
        // where
        new Effect(
            "backend",
            "openblas",
            "ejml",
            Direction.CHANGED,
            m -> m.summary().backend().hashCode()),
        new Effect("blockSize", 128, 3, Direction.SAME, norm()),
        new Effect("numShards", 1, 2, Direction.UP, m -> m.summary().numShards()),
        new Effect("shardBy", "hash", "partition", Direction.CHANGED, norm(), "numShards", 0),
        new Effect("localSteps", 2, 8, Direction.DOWN, m -> m.summary().costs().rounds()),
        new Effect("outerMomentum", 0.0, 0.9, Direction.CHANGED, norm(), "localSteps", 2),
        new Effect("validationFraction", 0.0, 0.2, Direction.UP, m -> m.summary().validationRows()),
        new Effect(
            "validationIndicatorCol",
            "none",
            "half",
            Direction.UP,
            m -> m.summary().validationRows()),
        new Effect("weightCol", "one", "label", Direction.CHANGED, norm()));
  }

  /** Tests that say which number moves, for what needs more than two fits. */
  private static final Map<String, String> ELSEWHERE = new LinkedHashMap<>();

  static {
    elsewhere("TreeShape", "levelsAreThoseOfTreeAggregate", "aggregationDepth");
    elsewhere("CheckpointedFit", "aFitGoesOnWithTheSameBitsHoweverTheRowsArrive", "checkpointDir");
    elsewhere("CheckpointedFit", "theLongerTheIntervalTheMoreIsDoneAgain", "checkpointInterval");
    elsewhere("CheckpointedFit", "returnsAfterDivergenceAreInTheSummary", "onDivergence");
    elsewhere("WarmStart", "trainingBeginsWithTheWeightsOfTheModel", "initialModel");
    elsewhere("WarmStart", "theScheduleBeginsAnewUnlessItGoesOn", "continueSchedule");
    elsewhere("MLPClassifier", "initialWeightsAreWhereTrainingStarts", "initialWeights");
    elsewhere("Plasticity", "trainingBeginsAtTheAnchorUnlessToldOtherwise", "plasticityAnchor");
    elsewhere("Plasticity", "theLargerLambdaTheLessIsForgotten", "plasticityLambda");
    elsewhere("RegularizationParams", "maxNormBoundsTheWeightsIntoAUnit", "maxNorm");
    elsewhere(
        "RegularizationParams",
        "clippingShortensTheStepsOfSgd",
        "gradientClipNorm",
        "gradientClipValue");
    elsewhere(
        "RegularizationParams", "dropoutRaisesTheLossOfTraining", "inputDropout", "hiddenDropout");
    elsewhere(
        "Standardization", "hugeAndConstantFeaturesAreLearntAndOnlyWithIt", "standardization");
    elsewhere("Validation", "metricsAreThoseOfSparksEvaluators", "validationMetric");
    elsewhere("ClassWeights", "theHeavierAClassTheMoreOfItsRowsAreFound", "classWeights");
    elsewhere("MLPClassifier", "thresholdsWorkAsInSpark", "thresholds");
    elsewhere(
        "MLPClassifier",
        "awkwardColumnNamesComeThrough",
        "featuresCol",
        "labelCol",
        "predictionCol",
        "probabilityCol",
        "rawPredictionCol");
    elsewhere("MLPRegressor", "standardizingKeepsLossesInDeviations", "standardizeLabel");
    elsewhere(
        "MLPMultiOutputRegressor",
        "anAutoencoderReproducesWhatIsUsualAndNotOutliers",
        "autoencoder",
        "encodeLayer",
        "encodedCol",
        "errorCol");
    elsewhere("MLPMultiLabelClassifier", "numLabelsMakesRoomForLabelsThatNoRowHas", "numLabels");
    elsewhere("MLPMultiLabelClassifier", "predictionsAreTheLabelsAboveTheThreshold", "threshold");
    elsewhere("CudaFit", "classifiesDigitsAsTheCpuDoes", "device");
  }

  private static void elsewhere(String test, String method, String... params) {
    for (String param : params) {
      ELSEWHERE.put(param, test + "Test#" + method);
    }
  }

  private static ToDoubleFunction<MLPClassificationModel> weights() {
    return model -> model.weights().size();
  }

  private static ToDoubleFunction<MLPClassificationModel> epochs() {
    return model -> model.summary().totalIterations();
  }

  private static ToDoubleFunction<MLPClassificationModel> loss() {
    return model -> {
      double[] history = model.summary().objectiveHistory();
      return history[history.length - 1];
    };
  }

  private static ToDoubleFunction<MLPClassificationModel> norm() {
    return model -> org.apache.spark.ml.linalg.Vectors.norm(model.weights(), 2);
  }

  /** Mean probability of the predicted class. */
  private static double confidence(MLPClassificationModel model) {
    return model.transform(clouds()).select("probability").collectAsList().stream()
        .mapToDouble(row -> Arrays.stream(row.<Vector>getAs(0).toArray()).max().orElseThrow())
        .average()
        .orElseThrow();
  }

  private static Dataset<Row> clouds() {
    return Frames.clouds(SparkSessions.shared(), 240, 4, 3)
        .withColumn("one", functions.lit(1.0))
        .withColumn("none", functions.lit(false))
        .withColumn("half", functions.col("label").equalTo(1));
  }

  private static MLPClassificationModel fit(Effect effect, Object value) {
    MLPClassifier classifier =
        new MLPClassifier()
            .setBatchSize(16)
            .setMaxIter(3)
            .setNumShards(2)
            .setSeed(1)
            .setBackend("openblas");
    if (!effect.param.equals("layers")) {
      classifier.setHiddenLayers(6);
    }
    Dataset<Row> rows = clouds();
    for (int i = 0; i < effect.settings.length; i += 2) {
      if (effect.settings[i].equals("xor")) {
        rows = Frames.xor(SparkSessions.shared(), 40);
        classifier.setStepSize(0.03);
      } else {
        set(classifier, (String) effect.settings[i], effect.settings[i + 1]);
      }
    }
    set(classifier, effect.param, value);
    return classifier.fit(rows);
  }

  private static void set(Params params, String name, Object value) {
    params.set(params.getParam(name), value);
  }

  @ParameterizedTest
  @MethodSource("effects")
  void aParamMovesItsNumber(Effect effect) {
    double from = effect.number.applyAsDouble(fit(effect, effect.from));
    double to = effect.number.applyAsDouble(fit(effect, effect.to));
    switch (effect.direction) {
      case UP -> assertThat(to).isGreaterThan(from);
      case DOWN -> assertThat(to).isLessThan(from);
      case SAME -> assertThat(to).isEqualTo(from);
      case CHANGED -> assertThat(to).isNotEqualTo(from);
    }
  }

  @Test
  void everyParamIsHereOrInTheTestThatIsNamed() {
    List<Params> all =
        List.of(
            new MLPClassifier(),
            new MLPRegressor(),
            new MLPMultiOutputRegressor(),
            new MLPMultiLabelClassifier());
    List<String> here = effects().map(Effect::param).toList();
    for (Params params : all) {
      for (Param<?> param : params.params()) {
        assertThat(here.contains(param.name()) ^ ELSEWHERE.containsKey(param.name()))
            .as(params.getClass().getSimpleName() + "." + param.name())
            .isTrue();
      }
    }
  }

  @Test
  void testsThatAreNamedAreThere() {
    ELSEWHERE.forEach(
        (param, test) -> {
          String[] parts = test.split("#", -1);
          assertThat(methods(parts[0])).as(param).contains(parts[1]);
        });
  }

  private static List<String> methods(String test) {
    for (String folder : List.of("ml", "cluster", "cuda")) {
      try {
        Class<?> found = Class.forName("org.sparkmlp." + folder + "." + test);
        return Arrays.stream(found.getDeclaredMethods())
            .filter(method -> method.getAnnotations().length > 0)
            .map(java.lang.reflect.Method::getName)
            .toList();
      } catch (ClassNotFoundException e) {
        // in another folder
      }
    }
    throw new AssertionError("there is no test class " + test);
  }
}
