package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.ml.classification.MultilayerPerceptronClassificationModel;
import org.apache.spark.ml.classification.MultilayerPerceptronClassifier;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.Frames;
import org.sparkmlp.SourceCompiler;
import org.sparkmlp.SparkSessions;

/**
 * Our classifier in the place of Spark's MultilayerPerceptronClassifier: source, weights, loss, and
 * what docs/migration.md says of it.
 */
class DropInTest {
  private static final Path MIGRATION = Path.of("docs/migration.md");

  /** What Spark's API has and ours has not; each is told in docs/migration.md or is Spark's own. */
  private static final List<String> NOT_OURS =
      List.of(
          "mlpModel", // private[ml] in Scala: Spark's network
          "setSummary", // private[ml] or private[spark] in Scala, as the next four
          "trainingSummary",
          "createSummary",
          "loadSummary",
          "saveSummary",
          "org$", // Scala's
          "LBFGS", // private[classification] in Scala
          "GD",
          "supportedSolvers",
          "summary"); // returns Spark's class of metrics of the training rows

  @TempDir Path folder;

  /** A program as users of Spark have it. */
  private static final String PROGRAM =
      """
      import org.apache.spark.ml.Pipeline;
      import org.apache.spark.ml.PipelineModel;
      import org.apache.spark.ml.PipelineStage;
      import org.apache.spark.ml.classification.MultilayerPerceptronClassificationModel;
      import org.apache.spark.ml.classification.MultilayerPerceptronClassifier;
      import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
      import org.apache.spark.ml.linalg.Vector;
      import org.apache.spark.ml.param.ParamMap;
      import org.apache.spark.ml.tuning.CrossValidator;
      import org.apache.spark.ml.tuning.CrossValidatorModel;
      import org.apache.spark.ml.tuning.ParamGridBuilder;
      import org.apache.spark.sql.Dataset;
      import org.apache.spark.sql.Row;

      public class Program {
        public static double[] run(Dataset<Row> train, Dataset<Row> test, String folder) throws Exception {
          int[] layers = new int[] {4, 5, 4, 3};
          MultilayerPerceptronClassifier trainer =
              new MultilayerPerceptronClassifier()
                  .setLayers(layers)
                  .setBlockSize(128)
                  .setSeed(1234L)
                  .setSolver("l-bfgs")
                  .setTol(1e-6)
                  .setMaxIter(100)
                  .setFeaturesCol("features")
                  .setLabelCol("label")
                  .setPredictionCol("prediction")
                  .setRawPredictionCol("raw")
                  .setProbabilityCol("p")
                  .setThresholds(new double[] {0.4, 0.3, 0.3});
          MultilayerPerceptronClassificationModel model = trainer.fit(train);
          Dataset<Row> result = model.transform(test);
          MulticlassClassificationEvaluator evaluator =
              new MulticlassClassificationEvaluator().setMetricName("accuracy");
          double accuracy = evaluator.evaluate(result.select("prediction", "label"));

          Vector weights = model.weights();
          MultilayerPerceptronClassificationModel again =
              new MultilayerPerceptronClassifier(trainer.uid())
                  .setLayers(model.getLayers())
                  .setInitialWeights(weights)
                  .setSolver("l-bfgs")
                  .setMaxIter(1)
                  .fit(train);
          Vector features = test.head().getAs("features");
          boolean same = model.predict(features) == again.predict(features);
          int classes = model.predictProbability(features).size() + model.predictRaw(features).size();

          model.write().overwrite().save(folder + "/model");
          MultilayerPerceptronClassificationModel loaded =
              MultilayerPerceptronClassificationModel.load(folder + "/model");
          double loadedAccuracy = evaluator.evaluate(loaded.transform(test));
          trainer.write().overwrite().save(folder + "/trainer");
          MultilayerPerceptronClassifier loadedTrainer =
              MultilayerPerceptronClassifier.load(folder + "/trainer");

          ParamMap[] grid =
              new ParamGridBuilder()
                  .addGrid(trainer.maxIter(), new int[] {5, 50})
                  .addGrid(trainer.tol(), new double[] {1e-4})
                  .build();
          CrossValidatorModel best =
              new CrossValidator()
                  .setEstimator(trainer)
                  .setEvaluator(evaluator)
                  .setEstimatorParamMaps(grid)
                  .setNumFolds(2)
                  .setSeed(1)
                  .fit(train);
          PipelineModel pipeline =
              new Pipeline().setStages(new PipelineStage[] {trainer}).fit(train);

          return new double[] {
            accuracy,
            loadedAccuracy,
            evaluator.evaluate(best.transform(test)),
            evaluator.evaluate(pipeline.transform(test)),
            weights.size(),
            model.numFeatures(),
            model.numClasses(),
            model.getLayers().length + again.getLayers().length,
            classes,
            same ? 1 : 0,
            model.hasSummary() ? 1 : 0,
            loaded.hasSummary() ? 1 : 0,
            model.summary().objectiveHistory().length > 1 ? 1 : 0,
            model.summary().totalIterations() > 1 ? 1 : 0,
            loadedTrainer.getMaxIter(),
            loadedTrainer.getTol(),
            loadedTrainer.getSeed(),
            loadedTrainer.getBlockSize(),
            loadedTrainer.getSolver().length(),
            loadedTrainer.getThresholds()[0],
            trainer.copy(ParamMap.empty()).getLayers()[1],
            trainer.isSet(trainer.stepSize()) ? 1 : 0,
            trainer.getStepSize() >= 0 ? 1 : 0,
            trainer.explainParams().contains("maxIter") ? 1 : 0
          };
        }
      }
      """;

  /** The change that docs/migration.md asks for. */
  private static String ours(String source) {
    return source
        .replace("org.apache.spark.ml.classification.MultilayerPerceptron", "org.sparkmlp.ml.MLP")
        .replace("MultilayerPerceptron", "MLP");
  }

  private static Object run(Class<?> program, Object... arguments) throws Exception {
    Method run =
        Arrays.stream(program.getMethods())
            .filter(method -> method.getName().equals("run"))
            .findFirst()
            .orElseThrow();
    return run.invoke(null, arguments);
  }

  /** The 150 irises, scaled to -1..1 as in the file that Spark's own example trains on. */
  static List<Row> irises() {
    List<double[]> rows = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                DropInTest.class.getResourceAsStream("/iris.csv"), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("#")) {
          rows.add(Arrays.stream(line.split(",")).mapToDouble(Double::parseDouble).toArray());
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    double[] least = new double[4];
    double[] most = new double[4];
    for (int j = 0; j < 4; j++) {
      int column = j;
      least[j] = rows.stream().mapToDouble(row -> row[column]).min().getAsDouble();
      most[j] = rows.stream().mapToDouble(row -> row[column]).max().getAsDouble();
    }
    List<Row> scaled = new ArrayList<>();
    for (double[] row : rows) {
      double[] x = new double[4];
      for (int j = 0; j < 4; j++) {
        x[j] = 2 * (row[j] - least[j]) / (most[j] - least[j]) - 1;
      }
      scaled.add(RowFactory.create(row[4], Vectors.dense(x)));
    }
    return scaled;
  }

  private static Dataset<Row> irises(int partitions) {
    return Frames.of(SparkSessions.shared(), irises(), Frames.LABELED, partitions);
  }

  @Test
  void theIrisesAreThoseOfSparksExample() {
    List<Row> rows = irises();
    assertThat(rows).hasSize(150);
    // lines of data/mllib/sample_multiclass_classification_data.txt
    double[][] lines = {
      {1, -0.222222, 0.5, -0.762712, -0.833333},
      {0, 0.166667, -0.416667, 0.457627, 0.5},
      {2, -1.32455e-07, -0.166667, 0.220339, 0.0833333}
    };
    for (double[] line : lines) {
      Vector x = Vectors.dense(Arrays.copyOfRange(line, 1, 5));
      assertThat(rows)
          .anyMatch(row -> row.getDouble(0) == line[0] && Vectors.sqdist(row.getAs(1), x) < 1e-10);
    }
  }

  @Test
  void sourceForSparksClassifierCompilesAndRunsAfterTheChangeOfNames() throws Exception {
    Dataset<Row> train = irises(1).filter("pmod(hash(features), 3) != 0").cache();
    Dataset<Row> test = irises(1).filter("pmod(hash(features), 3) = 0").cache();
    Class<?> theirs = SourceCompiler.compile(folder.resolve("theirs"), "Program", PROGRAM);
    Class<?> ours = SourceCompiler.compile(folder.resolve("ours"), "Program", ours(PROGRAM));
    double[] expected = (double[]) run(theirs, train, test, folder + "/saved by Spark's");
    double[] found = (double[]) run(ours, train, test, folder + "/saved by ours");
    for (int i = 0; i < 4; i++) {
      assertThat(found[i])
          .as("accuracy %d", i)
          .isGreaterThan(0.9)
          .isCloseTo(expected[i], within(0.06));
    }
    for (int i = 4; i < expected.length; i++) {
      assertThat(found[i]).as("number %d", i).isEqualTo(expected[i]);
    }
    train.unpersist();
    test.unpersist();
  }

  /** A call of each public method of a class of Spark's, with its result in a variable. */
  private static List<String> calls(Class<?> type) {
    List<String> calls = new ArrayList<>();
    Method[] methods = type.getMethods();
    Arrays.sort(methods, Comparator.comparing(Method::toString));
    for (Method method : methods) {
      boolean told = NOT_OURS.stream().anyMatch(method.getName()::startsWith);
      boolean visible =
          Stream.concat(
                  Stream.of(method.getReturnType()), Arrays.stream(method.getParameterTypes()))
              .allMatch(DropInTest::isPublic);
      if (told
          || !visible
          || method.isBridge()
          || method.isSynthetic()
          || method.getName().contains("$")
          || method.getDeclaringClass() == Object.class) {
        continue;
      }
      StringBuilder parameters = new StringBuilder(type.getCanonicalName() + " x");
      Type[] generic = method.getGenericParameterTypes();
      StringBuilder arguments = new StringBuilder();
      for (int i = 0; i < generic.length; i++) {
        String name = "a" + i;
        // what Predictor calls FeaturesType is a Vector here
        boolean features = generic[i].getTypeName().equals("FeaturesType");
        Class<?> parameter = features ? Vector.class : method.getParameterTypes()[i];
        parameters.append(", ").append(parameter.getCanonicalName()).append(' ').append(name);
        arguments.append(arguments.isEmpty() ? "" : ", ").append(name);
      }
      String on = Modifier.isStatic(method.getModifiers()) ? type.getCanonicalName() : "x";
      String call = on + "." + method.getName() + "(" + arguments + ");";
      boolean nothing = method.getReturnType() == void.class;
      String result = nothing ? "" : method.getReturnType().getCanonicalName() + " r = ";
      calls.add(
          String.format(
              "  static void m%d(%s) throws Throwable { %s%s }",
              calls.size(), parameters, result, call));
    }
    return calls;
  }

  private static boolean isPublic(Class<?> type) {
    return type.isArray()
        ? isPublic(type.getComponentType())
        : Modifier.isPublic(type.getModifiers());
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        MultilayerPerceptronClassifier.class,
        MultilayerPerceptronClassificationModel.class
      })
  void everyPublicMethodOfSparksCanBeCalledOnOurs(Class<?> type) {
    List<String> calls = calls(type);
    assertThat(calls).hasSizeGreaterThan(60);
    String all = "@SuppressWarnings({\"rawtypes\", \"unchecked\"})\nclass Calls {\n%s\n}\n";
    // the control: all of them can be called where they come from
    String theirs = String.format(all, String.join("\n", calls));
    assertThat(SourceCompiler.errors(folder.resolve("theirs"), "Calls", theirs)).isEmpty();
    assertThat(SourceCompiler.errors(folder.resolve("ours"), "Calls", ours(theirs))).isEmpty();
    // and one that isn't there is found
    String wrong =
        ours(String.format(all, "  static void m(" + type.getName() + " x) { x.no(); }"));
    assertThat(SourceCompiler.errors(folder.resolve("wrong"), "Calls", wrong)).contains("x.no()");
  }

  @Test
  void theTableOfDefaultsIsThatOfTheCode() throws IOException {
    Map<String, String> theirs = defaults(new MultilayerPerceptronClassifier("mlp"));
    Map<String, String> ours = defaults(new MLPClassifier("mlp"));
    StringBuilder table = new StringBuilder();
    table.append("| param | Spark's default | ours |\n|---|---|---|\n");
    theirs.forEach(
        (name, value) -> {
          assertThat(ours).as("a param of Spark's").containsKey(name);
          if (!value.equals(ours.get(name)) && !name.equals("seed")) {
            table.append("| `").append(name).append("` | ").append(value).append(" | ");
            table.append(ours.get(name)).append(" |\n");
          }
        });
    String before = Files.readString(MIGRATION);
    String begin = "<!-- defaults: made by DropInTest -->\n";
    String end = "<!-- end -->";
    int from = before.indexOf(begin) + begin.length();
    int to = before.indexOf(end);
    String after = before.substring(0, from) + table + before.substring(to);
    if (Boolean.getBoolean("update.docs")) {
      Files.writeString(MIGRATION, after);
    }
    assertThat(Files.readString(MIGRATION)).isEqualTo(after);
  }

  /** Defaults as text; "unset" where there is none; the seed is a hash of each class's name. */
  private static Map<String, String> defaults(org.apache.spark.ml.param.Params stage) {
    Map<String, String> defaults = new TreeMap<>();
    for (Param<?> param : stage.params()) {
      Param<Object> typed = stage.getParam(param.name());
      String value =
          stage.hasDefault(typed)
              ? "`" + typed.jsonEncode(stage.getDefault(typed).get()) + "`"
              : "unset";
      defaults.put(param.name(), value.replace("\"", ""));
    }
    return defaults;
  }

  @Test
  void weightsAreInSparksOrderAndGiveItsProbabilities() {
    Dataset<Row> rows = irises(2);
    MultilayerPerceptronClassificationModel theirs =
        new MultilayerPerceptronClassifier()
            .setLayers(new int[] {4, 7, 5, 3})
            .setSeed(11)
            .setMaxIter(30)
            .setProbabilityCol("p")
            .setThresholds(new double[] {0.2, 0.3, 0.5})
            .fit(rows);
    MLPClassificationModel ours = MLPClassificationModel.of(theirs);
    assertThat(ours.getProbabilityCol()).isEqualTo("p");
    assertThat(ours.getThresholds()).containsExactly(0.2, 0.3, 0.5);
    assertThat(ours.getLayers()).containsExactly(4, 7, 5, 3);
    assertThat(ours.weights().toArray()).containsExactly(theirs.weights().toArray(), within(1e-5));
    List<Row> expected = theirs.transform(rows).select("p", "prediction").collectAsList();
    List<Row> found = ours.transform(rows).select("p", "prediction").collectAsList();
    double spread = 0;
    for (int i = 0; i < expected.size(); i++) {
      double[] p = expected.get(i).<DenseVector>getAs(0).values();
      assertThat(found.get(i).<DenseVector>getAs(0).values()).containsExactly(p, within(1e-5));
      assertThat(found.get(i).getDouble(1)).isEqualTo(expected.get(i).getDouble(1));
      spread = Math.max(spread, Math.abs(p[0] - 0.5));
    }
    assertThat(spread).as("probabilities that tell something").isGreaterThan(0.3);
    assertThat(ours.predictProbability(Vectors.dense(1, 0, -1, 0.5)).toArray())
        .containsExactly(
            theirs.predictProbability(Vectors.dense(1, 0, -1, 0.5)).toArray(), within(1e-5));
  }

  @Test
  void aModelOfWeightsIsSavedAndRefusesWhatDoesNotFit() throws IOException {
    SparkSessions.shared(); // which saves
    Vector weights = Vectors.dense(0.5, -1, 2, 1, 0.25, -0.5);
    MLPClassificationModel model =
        MLPClassificationModel.of(new int[] {2, 2}, "relu", "softmaxCrossEntropy", weights);
    // logits are features times weights plus biases
    assertThat(model.predictRaw(Vectors.dense(1, 3)).toArray())
        .containsExactly(new double[] {2.625, -2.625}, within(1e-6)); // (6.75, 1.5) less their mean
    model.save(folder.resolve("m").toString());
    assertThat(MLPClassificationModel.load(folder.resolve("m").toString()).weights())
        .isEqualTo(weights);
    assertThatThrownBy(
            () ->
                MLPClassificationModel.of(new int[] {3, 2}, "relu", "softmaxCrossEntropy", weights))
        .hasMessageContaining("weights has 6 numbers, but layers [3, 2] have 8 weights");
    assertThatThrownBy(
            () ->
                MLPClassificationModel.of(
                    new int[] {1, 1}, "relu", "binaryCrossEntropy", Vectors.dense(1, 1e300)))
        .hasMessageContaining("weights[1] is 1.0E300; finite floats are needed");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void lbfgsEndsWithALossThatIsNoWorseThanSparks(long seed) {
    Dataset<Row> rows = irises(1).cache();
    int[] layers = {4, 5, 4, 3};
    MultilayerPerceptronClassificationModel begun =
        new MultilayerPerceptronClassifier()
            .setLayers(layers)
            .setSeed(seed)
            .setMaxIter(1)
            .fit(rows);
    MultilayerPerceptronClassificationModel theirs =
        new MultilayerPerceptronClassifier()
            .setLayers(layers)
            .setInitialWeights(begun.weights())
            .setBlockSize(150)
            .setTol(1e-9)
            .setMaxIter(1000)
            .fit(rows);
    MLPClassificationModel ours =
        new MLPClassifier()
            .setLayers(layers)
            .setActivation("sigmoid")
            .setSolver("l-bfgs")
            .setInitialWeights(begun.weights())
            .setNumShards(1)
            .setTol(1e-9)
            .setMaxIter(1000)
            .fit(rows);
    MulticlassClassificationEvaluator loss =
        new MulticlassClassificationEvaluator().setMetricName("logLoss");
    double expected = loss.evaluate(theirs.transform(rows));
    double found = loss.evaluate(ours.transform(rows));
    System.out.printf(
        "l-bfgs on irises, seed %d: Spark's loss %.6f, ours %.6f%n", seed, expected, found);
    assertThat(found).isLessThan(expected + 1e-4).isLessThan(0.1);
    rows.unpersist();
  }
}
