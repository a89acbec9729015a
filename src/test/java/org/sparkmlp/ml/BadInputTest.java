package org.sparkmlp.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.udf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.train.DivergenceException;

/**
 * Every kind of bad input is an IllegalArgumentException with a sentence that names the column, the
 * value and a way out.
 */
class BadInputTest {
  private static final StructType SCHEMA =
      new StructType()
          .add("label", DataTypes.DoubleType, true)
          .add("features", SQLDataTypes.VectorType(), true)
          .add("w", DataTypes.DoubleType, true)
          .add("held", DataTypes.BooleanType, true);

  private static SparkSession spark() {
    return SparkSessions.shared();
  }

  private static MLPClassifier classifier() {
    return new MLPClassifier().setHiddenLayers(4).setMaxIter(2).setBatchSize(4);
  }

  /** Twenty good rows and a bad one in the middle. */
  private static Dataset<Row> with(Double label, Vector features, Double weight, Boolean held) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      rows.add(RowFactory.create((double) (i % 3), Vectors.dense(i, 1, -i), 1.0, false));
    }
    rows.add(11, RowFactory.create(label, features, weight, held));
    return Frames.of(spark(), rows, SCHEMA, 3);
  }

  private static final Vector GOOD = Vectors.dense(1, 2, 3);

  private static void fails(MLPClassifier classifier, Dataset<Row> rows, String... parts) {
    assertThatThrownBy(() -> classifier.fit(rows))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(parts);
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  @Test
  void features() {
    fails(
        classifier(),
        with(1.0, null, 1.0, false),
        "column 'features' has a null vector; drop or fill such rows");
    fails(
        classifier(),
        with(1.0, Vectors.dense(1, 2), 1.0, false),
        "column 'features' has a vector of 2 features where 3 are expected");
    fails(
        classifier(),
        with(1.0, Vectors.sparse(4, new int[] {0}, new double[] {1}), 1.0, false),
        "column 'features' has a vector of 4 features where 3 are expected");
    for (double bad :
        new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e39}) {
      fails(
          classifier(),
          with(1.0, Vectors.dense(0, bad, 0), 1.0, false),
          "column 'features' has the value "
              + bad
              + " in feature 1, but features must be finite floats");
      fails(
          classifier(),
          with(1.0, Vectors.sparse(3, new int[] {1}, new double[] {bad}), 1.0, false),
          "column 'features' has the value " + bad + " in feature 1");
    }
  }

  @Test
  void featuresOfARowOfWeight0DoNotMatter() {
    for (Vector bad : new Vector[] {null, Vectors.dense(1), Vectors.dense(0, Double.NaN, 0)}) {
      MLPClassifier weighted = classifier().setWeightCol("w").setValidationIndicatorCol("held");
      for (boolean held : new boolean[] {true, false}) {
        weighted.fit(with(1.0, bad, 0.0, held));
      }
    }
  }

  /** Static, since a task has a copy of its own of all that a closure carries. */
  private static final AtomicInteger READS = new AtomicInteger();

  @Test
  void rowsThatAreNotTheSameEveryTime() {
    READS.set(0);
    UDF1<Double, Boolean> fewer = weight -> READS.incrementAndGet() <= 21;
    Dataset<Row> rows =
        with(1.0, GOOD, 1.0, false)
            .where(udf(fewer, DataTypes.BooleanType).asNondeterministic().apply(col("w")));
    assertThatThrownBy(() -> classifier().setLayers(3, 4, 3).fit(rows))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("doesn't give the same rows every time; cache it");
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  @Test
  void labels() {
    fails(
        classifier(),
        with(null, GOOD, 1.0, false),
        "column 'label' has a null label; drop such rows");
    for (double bad : new double[] {-1, 0.5, Double.NaN, Double.POSITIVE_INFINITY}) {
      fails(
          classifier(),
          with(bad, GOOD, 1.0, false),
          "column 'label' has the label "
              + bad
              + ", but class labels must be whole numbers 0, 1, 2, ...",
          "StringIndexer");
    }
    fails(
        classifier().setNumClasses(3),
        with(3.0, GOOD, 1.0, false),
        "column 'label' has the label 3.0, but class labels must be whole numbers 0 to 2",
        "raise numClasses");
    fails(classifier().setLayers(3, 4, 3), with(7.0, GOOD, 1.0, false), "has the label 7.0");
    fails(
        classifier(),
        with(100.0, GOOD, 1.0, false),
        "column 'label' has labels up to 100, but more than 100 classes aren't inferred from labels: set numClasses");
    assertThat(classifier().setNumClasses(101).fit(with(100.0, GOOD, 1.0, false)).numClasses())
        .isEqualTo(101);
  }

  @Test
  void weights() {
    MLPClassifier weighted = classifier().setWeightCol("w");
    fails(weighted, with(1.0, GOOD, null, false), "column 'w' has a null weight; fill it");
    for (double bad : new double[] {-2, Double.NaN, Double.POSITIVE_INFINITY}) {
      fails(
          weighted,
          with(1.0, GOOD, bad, false),
          "column 'w' has the weight "
              + bad
              + ", but weights must be 0 or lie between 1.0E-20 and 1.0E20");
    }
    fails(
        weighted,
        with(1.0, GOOD, 0.0, false).withColumn("w", lit(0.0)),
        "no row is left to train on: of 21 rows 0 are for validation and all others have weight 0 in column 'w'");
  }

  @Test
  void validationMarks() {
    MLPClassifier validated = classifier().setValidationIndicatorCol("held");
    fails(validated, with(1.0, GOOD, 1.0, null), "column 'held' has a null; it must say true");
    fails(
        validated,
        with(1.0, GOOD, 1.0, true).withColumn("held", lit(true)),
        "no row is left to train on: of 21 rows 21 are for validation");
  }

  @Test
  void emptyDataFrames() {
    Dataset<Row> empty = with(1.0, GOOD, 1.0, false).filter("label < 0");
    fails(classifier(), empty, "the DataFrame is empty");
    fails(classifier().setLayers(3, 4, 3), empty, "the DataFrame is empty");
    fails(
        classifier(),
        with(1.0, GOOD, 1.0, false).withColumn("features", expr("if(label < 0, features, null)")),
        "nulls only");
    fails(
        classifier(),
        with(1.0, Vectors.dense(new double[0]), 1.0, false).filter("w > 1 or label = 9"),
        "empty");
  }

  @Test
  void columnsThatAreMissingOrOfTheWrongType() {
    Dataset<Row> rows = with(1.0, GOOD, 1.0, false);
    fails(
        classifier().setFeaturesCol("feature"),
        rows,
        "there is no column 'feature' (featuresCol); the columns are label, features, w, held; did you mean 'features'?");
    fails(
        classifier().setFeaturesCol("w"),
        rows,
        "column 'w' (featuresCol) has type double, but a vector is needed",
        "VectorAssembler");
    fails(classifier().setLabelCol("y"), rows, "there is no column 'y' (labelCol)");
    fails(
        classifier().setLabelCol("name"),
        rows.withColumn("name", lit("a")),
        "column 'name' (labelCol) has type string",
        "StringIndexer");
    fails(classifier().setWeightCol("weight"), rows, "there is no column 'weight' (weightCol)");
    fails(
        classifier().setWeightCol("held"),
        rows,
        "column 'held' (weightCol) has type boolean, but numbers are needed");
    fails(
        classifier().setValidationIndicatorCol("w"),
        rows,
        "column 'w' (validationIndicatorCol) has type double, but boolean is needed");
    fails(
        classifier().setValidationIndicatorCol("v"),
        rows,
        "there is no column 'v' (validationIndicatorCol)");
    MLPClassificationModel model = classifier().fit(rows);
    assertThatThrownBy(() -> model.transform(rows.drop("features")))
        .hasMessageContaining("there is no column 'features' (featuresCol)");
    assertThatThrownBy(() -> model.transform(with(1.0, Vectors.dense(1, 2), 1.0, false)).collect())
        .hasStackTraceContaining(
            "column 'features' has a vector of 2 features where 3 are expected");
    assertThatThrownBy(() -> model.predict(Vectors.dense(1)))
        .hasMessageContaining("has a vector of 1 features");
  }

  @Test
  void layersThatContradictTheDataOrEachOther() {
    Dataset<Row> rows = with(1.0, GOOD, 1.0, false);
    fails(
        classifier().setLayers(4, 4, 3),
        rows,
        "layers = [4, 4, 3] begin with 4 inputs, but column 'features' has 3 features");
    fails(
        new MLPClassifier().setLayers(3, 4, 3).setHiddenLayers(5),
        rows,
        "layers = [3, 4, 3] and hiddenLayers = [5] contradict each other; set one of them");
    fails(
        classifier().setLayers(3, 4, 3).setNumClasses(4),
        rows,
        "layers = [3, 4, 3] are for 3 classes, but numClasses = 4");
    fails(
        classifier().setLayers(3, 4, 1).setLoss("softmaxCrossEntropy"),
        rows,
        "end in a single output, which is for loss = binaryCrossEntropy or hinge, not softmaxCrossEntropy");
    fails(
        classifier().setLayers(3, 4, 3).setLoss("binaryCrossEntropy"),
        rows,
        "end in several outputs, but loss = binaryCrossEntropy is for a single one");
    fails(
        classifier().setLoss("binaryCrossEntropy"),
        rows,
        "loss = binaryCrossEntropy is for two classes, but there are 3");
    fails(
        classifier().setShardBy("partition").setNumShards(3),
        rows,
        "numShards = 3 can't be had with shardBy = partition");
  }

  @Test
  void paramsThatLbfgsHasNoUseFor() {
    Dataset<Row> rows = with(1.0, GOOD, 1.0, false);
    List<Consumer<MLPClassifier>> setters =
        List.of(
            c -> c.setBatchSize(8),
            c -> c.setLearningRateSchedule("cosine"),
            c -> c.setLocalSteps(1),
            c -> c.setOuterMomentum(0.5),
            c -> c.setStepSize(0.1),
            c -> c.setContinueSchedule(true),
            c -> c.setWeightDecay(0.1),
            c -> c.setInputDropout(0.1),
            c -> c.setHiddenDropout(0.1),
            c -> c.setMaxNorm(1),
            c -> c.setGradientClipNorm(1),
            c -> c.setGradientClipValue(1),
            c -> c.setOnDivergence("backoff"));
    List<String> names =
        List.of(
            "batchSize",
            "learningRateSchedule",
            "localSteps",
            "outerMomentum",
            "stepSize",
            "continueSchedule",
            "weightDecay",
            "inputDropout",
            "hiddenDropout",
            "maxNorm",
            "gradientClipNorm",
            "gradientClipValue",
            "onDivergence");
    for (int i = 0; i < setters.size(); i++) {
      MLPClassifier lbfgs = new MLPClassifier().setSolver("l-bfgs").setMaxIter(2);
      lbfgs.fit(rows);
      setters.get(i).accept(lbfgs);
      fails(lbfgs, rows, names.get(i) + " is set, but solver = l-bfgs has no use for it");
    }
  }

  @Test
  void regularizationThatDoesNotFit() {
    Dataset<Row> rows = with(1.0, GOOD, 1.0, false);
    fails(
        new MLPClassifier().setSolver("l-bfgs").setRegParam(0.1).setElasticNetParam(0.5),
        rows,
        "elasticNetParam = 0.5 with solver = l-bfgs",
        "set elasticNetParam = 0, or take another solver");
    fails(
        new MLPClassifier().setHiddenLayers(4, 4).setHiddenDropout(0.1, 0.1, 0.1),
        rows,
        "hiddenDropout = [0.1, 0.1, 0.1] has 3 shares, but there are 2 hidden layers");
    fails(
        new MLPClassifier().setLayers(3, 4, 3).setHiddenDropout(0.1, 0.2),
        rows,
        "hiddenDropout = [0.1, 0.2] has 2 shares, but there are 1 hidden layers");
    fails(
        new MLPClassifier().setHiddenLayers().setHiddenDropout(0.1),
        rows,
        "hiddenDropout = [0.1] has 1 shares, but there are 0 hidden layers");
    new MLPClassifier().setSolver("l-bfgs").setMaxIter(1).setElasticNetParam(0.5).fit(rows);
    new MLPClassifier().setHiddenLayers().setMaxIter(1).setHiddenDropout(0).fit(rows);
  }

  @Test
  void outerMomentumWhereNothingIsAveraged() {
    Dataset<Row> rows = with(1.0, GOOD, 1.0, false);
    fails(
        classifier().setLocalSteps(1).setOuterMomentum(0.5),
        rows,
        "outerMomentum = 0.5 has no use with localSteps = 1, where nothing is averaged");
    classifier().setLocalSteps(1).setOuterMomentum(0).fit(rows);
  }

  @Test
  void aDivergingRunGivesNoModel() {
    Dataset<Row> rows = with(1.0, GOOD, 1.0, false);
    MLPClassifier wild =
        classifier()
            .setSolver("sgd")
            .setActivation("identity")
            .setLoss("meanSquaredError")
            .setStepSize(1e4)
            .setMaxIter(50);
    assertThatThrownBy(() -> wild.fit(rows))
        .isInstanceOf(DivergenceException.class)
        .hasMessageContainingAll(
            "training diverged in epoch",
            "at learning rate 10000.0",
            "Try a stepSize ten times smaller");
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "activation            | rellu    | unknown activation 'rellu'; known are identity, sigmoid, tanh, relu, leakyrelu, elu, selu, gelu",
        "activation            | relu,elu(0) | elu: alpha must be a finite number > 0, got 0.0",
        "loss                  | huber(0) | huber: delta must be a finite number > 0, got 0.0",
        "loss                  | mse      | unknown loss 'mse'; known are softmaxCrossEntropy",
        "weightInit            | random   | unknown weightInit 'random'; known are auto, glorotUniform",
        "solver                | adamm    | unknown solver 'adamm'",
        "learningRateSchedule  | cosin    | did you mean 'cosine'?",
        "shardBy               | rows     | shardBy must be one of hash, partition, got 'rows'",
        "onDivergence          | retry    | onDivergence must be one of error, backoff, got 'retry'",
        "validationMetric      | auc      | validationMetric must be one of loss, accuracy, f1",
        "classWeights          | balance  | classWeights must be balanced, or pairs class:weight as in 0:1, 1:5.5; got 'balance'",
        "checkpointDir         | ' '      | checkpointDir must be a path, got ' '; unset it to do without",
        "initialModel          | ' '      | initialModel must be a path, got ' '; unset it to do without",
        "plasticityAnchor      | ''       | plasticityAnchor must be a path, got ''; unset it to do without",
        "backend               | cuda     | backend = cuda: backend names what computes on a CPU (auto, openblas, netlib, ejml); set device = cuda instead",
        "device                | gpu      | device must be one of cpu, cuda, auto, got 'gpu'",
        "backend               | cublas   | unknown backend 'cublas'; known are auto, openblas, netlib, ejml"
      })
  void specsAreCheckedWhenTheyAreSet(String name, String value, String message) {
    MLPClassifier classifier = new MLPClassifier();
    Param<Object> param = classifier.getParam(name);
    assertThatThrownBy(() -> classifier.set(param, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"maxIter", "batchSize", "blockSize"})
  void countsMustBeAtLeastOne(String name) {
    MLPClassifier classifier = new MLPClassifier();
    assertThatThrownBy(() -> classifier.set(classifier.getParam(name), 0))
        .hasMessageContaining(name + " must be at least 1, got 0");
  }

  @Test
  void otherParamsOutOfRange() {
    MLPClassifier c = new MLPClassifier();
    assertThatThrownBy(() -> c.setLayers(3))
        .hasMessageContaining("layers must be at least 2 sizes > 0, got [3]");
    assertThatThrownBy(() -> c.setLayers(3, 0, 2))
        .hasMessageContaining("layers must be at least 2 sizes > 0, got [3, 0, 2]");
    assertThatThrownBy(() -> c.setHiddenLayers(-1))
        .hasMessageContaining("hiddenLayers must be any number of sizes > 0, got [-1]");
    assertThatThrownBy(() -> c.setNumClasses(1))
        .hasMessageContaining(
            "numClasses must be at least 2, or 0 to be read from the data, got 1");
    assertThatThrownBy(() -> c.setStepSize(-0.1))
        .hasMessageContaining("stepSize must be a finite number >= 0, got -0.1");
    assertThatThrownBy(() -> c.setStepSize(Double.NaN))
        .hasMessageContaining("stepSize must be a finite number >= 0, got NaN");
    for (double lambda : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> c.setPlasticityLambda(lambda))
          .hasMessageContaining("plasticityLambda must be a finite number >= 0, got " + lambda);
    }
    assertThatThrownBy(() -> c.setTol(-1))
        .hasMessageContaining("tol must be a finite number >= 0, got -1.0");
    assertThatThrownBy(() -> c.setLocalSteps(-1))
        .hasMessageContaining("localSteps must be at least 0, got -1");
    for (double momentum : new double[] {-0.1, 1, Double.NaN}) {
      assertThatThrownBy(() -> c.setOuterMomentum(momentum))
          .hasMessageContaining(
              "outerMomentum must be at least 0 and less than 1, got " + momentum);
    }
    for (double fraction : new double[] {-0.1, 1, Double.NaN}) {
      assertThatThrownBy(() -> c.setValidationFraction(fraction))
          .hasMessageContaining(
              "validationFraction must be at least 0 and less than 1, got " + fraction);
    }
    assertThatThrownBy(() -> c.setPatience(-1))
        .hasMessageContaining("patience must be at least 0, got -1");
    for (String name :
        List.of("regParam", "weightDecay", "maxNorm", "gradientClipNorm", "gradientClipValue")) {
      for (double bad : new double[] {-0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
        assertThatThrownBy(() -> c.set(c.getParam(name), bad))
            .hasMessageContaining(name + " must be a finite number >= 0, got " + bad);
      }
    }
    for (double bad : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> c.setElasticNetParam(bad))
          .hasMessageContaining("elasticNetParam must be between 0 and 1, got " + bad);
    }
    for (double bad : new double[] {-0.1, 1, Double.NaN}) {
      assertThatThrownBy(() -> c.setInputDropout(bad))
          .hasMessageContaining("inputDropout must be at least 0 and less than 1, got " + bad);
      assertThatThrownBy(() -> c.setHiddenDropout(0.5, bad))
          .hasMessageContaining(
              "hiddenDropout must be one or more numbers, each at least 0 and less than 1, got [0.5, "
                  + bad
                  + "]");
    }
    assertThatThrownBy(() -> c.setHiddenDropout())
        .hasMessageContaining("hiddenDropout must be one or more numbers");
    assertThatThrownBy(() -> c.setNumShards(40_000))
        .hasMessageContaining("numShards must be between 0 and 32768, got 40000");
    for (int interval : new int[] {0, -2}) {
      assertThatThrownBy(() -> c.setCheckpointInterval(interval))
          .hasMessageContaining(
              "checkpointInterval must be at least 1, or -1 for never, got " + interval);
    }
    assertThatThrownBy(() -> c.setAggregationDepth(1))
        .hasMessageContaining("aggregationDepth must be at least 2, got 1");
    assertThatThrownBy(() -> c.setListener(null)).hasMessageContaining("listener must not be null");
  }

  @Test
  void predictionRefusesWhatTrainingRefuses() {
    MLPClassificationModel model = classifier().fit(with(1.0, GOOD, 1.0, false));
    for (double bad : new double[] {Double.NaN, 1e300}) {
      Vector vector = Vectors.dense(1, bad, 2);
      assertThatThrownBy(() -> model.predict(vector))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("has the value " + bad + " in feature 1");
      assertThatThrownBy(() -> model.transform(with(1.0, vector, 1.0, false)).collect())
          .rootCause()
          .hasMessageContaining("has the value " + bad + " in feature 1");
    }
    Dataset<Row> rows = with(1.0, GOOD, 1.0, false);
    for (int n : new int[] {1, 4}) {
      double[] thresholds = new double[n];
      java.util.Arrays.fill(thresholds, 0.5);
      String sentence = "thresholds has " + n + " numbers, but ";
      MLPClassifier classifier = classifier();
      fails(
          classifier.copy(new ParamMap().put(classifier.thresholds(), thresholds)),
          rows,
          sentence + "there are 3 classes");
      assertThatThrownBy(
              () -> model.copy(new ParamMap().put(model.thresholds(), thresholds)).transform(rows))
          .hasMessageContaining(sentence + "the model has 3 classes");
    }
    assertThatThrownBy(() -> model.transform(rows.withColumn("Prediction", expr("1"))))
        .hasMessageContaining("column 'Prediction' exists already");
    assertThatThrownBy(() -> model.transform(model.transform(rows)))
        .hasMessageContaining("exists already; drop it");
  }

  @Test
  void streamsAndNamesWithDotsAreRefused() {
    Dataset<Row> stream =
        spark()
            .readStream()
            .format("rate")
            .load()
            .selectExpr("cast(value % 2 as double) label")
            .withColumn(
                "features", org.apache.spark.ml.functions.array_to_vector(expr("array(label)")));
    fails(classifier(), stream, "a streaming DataFrame can't be trained on");
    fails(
        classifier().setFeaturesCol("f.x"),
        with(1.0, GOOD, 1.0, false).withColumnRenamed("features", "f.x"),
        "column 'f.x' (featuresCol) has a dot in its name");
  }

  @Test
  void rowsThatCanNotBeComputedLeaveNothingInTheCache() {
    Dataset<Row> rows =
        with(1.0, GOOD, 1.0, false)
            .withColumn(
                "features",
                org.apache.spark.ml.functions.array_to_vector(
                    expr("array(label, 1D, raise_error('no such row'))")));
    assertThatThrownBy(() -> classifier().fit(rows)).hasMessageContaining("no such row");
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  @Test
  void damagedModelFilesAreNamed(@org.junit.jupiter.api.io.TempDir java.nio.file.Path folder)
      throws Exception {
    MLPClassificationModel model = classifier().fit(with(1.0, GOOD, 1.0, false));
    for (String part : List.of("metadata", "network", "weights")) {
      for (String damage : List.of("no folder", "no file", "cut", "altered")) {
        java.nio.file.Path path = folder.resolve(part + " " + damage);
        model.save(path.toString());
        damage(path.resolve(part), damage);
        assertThatThrownBy(() -> MLPClassificationModel.load(path.toString()))
            .as("%s: %s", part, damage)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(path.getFileName().toString());
      }
    }
  }

  private static void damage(java.nio.file.Path part, String how) throws Exception {
    java.io.File[] files = part.toFile().listFiles();
    for (java.io.File file : files) {
      boolean data = file.getName().startsWith("part-");
      if (how.equals("no folder") || (how.equals("no file") && data)) {
        assertThat(file.delete()).isTrue();
      } else if (data && !how.equals("no file")) {
        byte[] bytes = java.nio.file.Files.readAllBytes(file.toPath());
        // a checksum file beside it would be noticed by the file system
        new java.io.File(part.toFile(), "." + file.getName() + ".crc").delete();
        byte[] changed =
            how.equals("cut")
                ? java.util.Arrays.copyOf(bytes, bytes.length / 2)
                : new byte[bytes.length];
        java.nio.file.Files.write(file.toPath(), changed);
      }
    }
    if (how.equals("no folder")) {
      java.nio.file.Files.delete(part);
    }
  }

  @Test
  void damagedModelsAreRefused(@org.junit.jupiter.api.io.TempDir java.nio.file.Path folder)
      throws Exception {
    MLPClassificationModel model = classifier().fit(with(1.0, GOOD, 1.0, false));
    String path = folder.resolve("m").toString();
    model.save(path);
    Dataset<Row> network = spark().read().parquet(path + "/network");
    Dataset<Row> weights = spark().read().parquet(path + "/weights");
    rewrite(network, path + "/network", "formatVersion", "99");
    assertThatThrownBy(() -> MLPClassificationModel.load(path))
        .hasMessageContaining(
            "has format version 99, but this spark-mlp reads versions up to 2: use a newer one");
    rewrite(network, path + "/network", "checksum", "checksum + 1");
    assertThatThrownBy(() -> MLPClassificationModel.load(path))
        .hasMessageContaining("don't match their checksum");
    rewrite(network, path + "/network", "checksum", "checksum");
    rewrite(weights, path + "/weights", "values", "slice(values, 1, 5)");
    assertThatThrownBy(() -> MLPClassificationModel.load(path))
        .hasMessageContaining("doesn't hold the 31 weights of its layers [3, 4, 3]");
    rewrite(weights, path + "/weights", "values", "concat(values, values)");
    assertThatThrownBy(() -> MLPClassificationModel.load(path))
        .hasMessageContaining("a file is missing, doubled or of another model");
    rewrite(weights, path + "/weights", "values", "values");
    assertThat(MLPClassificationModel.load(path).weights()).isEqualTo(model.weights());
  }

  /**
   * Writes rows anew with one column changed; they are read first, from the folder that is
   * overwritten.
   */
  private static void rewrite(Dataset<Row> rows, String path, String column, String expression)
      throws Exception {
    Dataset<Row> changed =
        SAVED.computeIfAbsent(
            path, key -> spark().createDataFrame(rows.collectAsList(), rows.schema()));
    changed.withColumn(column, expr(expression)).write().mode("overwrite").parquet(path);
  }

  private static final java.util.Map<String, Dataset<Row>> SAVED = new java.util.HashMap<>();
}
