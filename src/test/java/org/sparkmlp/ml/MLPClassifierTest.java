package org.sparkmlp.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.classification.OneVsRest;
import org.apache.spark.ml.classification.OneVsRestModel;
import org.apache.spark.ml.evaluation.BinaryClassificationEvaluator;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.IndexToString;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamPair;
import org.apache.spark.ml.tuning.TrainValidationSplit;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.train.EpochRecord;
import org.sparkmlp.train.TrainingListener;

class MLPClassifierTest extends StageContract<MLPClassifier, MLPClassificationModel> {
  @Override
  MLPClassifier estimator() {
    return configure(new MLPClassifier());
  }

  @Override
  MLPClassifier estimator(String uid) {
    return configure(new MLPClassifier(uid));
  }

  private static MLPClassifier configure(MLPClassifier classifier) {
    return classifier
        .setHiddenLayers(8)
        .setMaxIter(5)
        .setBatchSize(16)
        .setStepSize(0.02)
        .setNumShards(2)
        .setSeed(3);
  }

  @Override
  MLReader<MLPClassifier> estimatorReader() {
    return MLPClassifier.read();
  }

  @Override
  MLReader<MLPClassificationModel> modelReader() {
    return MLPClassificationModel.read();
  }

  @Override
  Dataset<Row> data() {
    return Frames.clouds(spark(), 120, 5, 3);
  }

  @Override
  Evaluator evaluator() {
    return new MulticlassClassificationEvaluator().setMetricName("accuracy");
  }

  @Override
  List<ParamPair<?>> ownParam(MLPClassifier classifier) {
    return List.of(
        new ParamPair<>(classifier.learningRateSchedule(), "constant"),
        new ParamPair<>(classifier.learningRateSchedule(), "warmup(1ep).then(cosine)"));
  }

  @Override
  List<ParamPair<?>> inheritedParam(MLPClassifier classifier) {
    return List.of(
        new ParamPair<>(classifier.thresholds(), new double[] {0.2, 0.3, 0.5}),
        new ParamPair<>(classifier.thresholds(), new double[] {0.5, 0.3, 0.2}));
  }

  private double accuracy(MLPClassificationModel model, Dataset<Row> rows) {
    return evaluator().evaluate(model.transform(rows));
  }

  @Test
  void learnsXor() {
    Dataset<Row> xor = Frames.xor(spark(), 10);
    MLPClassificationModel model =
        new MLPClassifier()
            .setHiddenLayers(8)
            .setActivation("tanh")
            .setStepSize(0.05)
            .setBatchSize(4)
            .setMaxIter(100)
            .setSeed(1)
            .fit(xor);
    assertThat(accuracy(model, xor)).isEqualTo(1);
  }

  @Test
  void binaryByOneSigmoidOutputAndByTwoSoftmaxOutputs() {
    Dataset<Row> two = Frames.clouds(spark(), 200, 5, 2);
    MLPClassificationModel sigmoid =
        estimator().setLoss("binaryCrossEntropy").setMaxIter(30).fit(two);
    MLPClassificationModel byLayers = estimator().setMaxIter(30).setLayers(5, 8, 1).fit(two);
    MLPClassificationModel softmax = estimator().setMaxIter(30).fit(two);
    assertThat(sigmoid.layerSizes()).containsExactly(5, 8, 1);
    assertThat(byLayers.weights()).isEqualTo(sigmoid.weights());
    assertThat(softmax.layerSizes()).containsExactly(5, 8, 2);
    for (MLPClassificationModel model : List.of(sigmoid, softmax)) {
      assertThat(model.numClasses()).isEqualTo(2);
      assertThat(accuracy(model, two)).isGreaterThan(0.95);
      Dataset<Row> output = model.transform(two);
      assertThat(new BinaryClassificationEvaluator().evaluate(output)).isGreaterThan(0.98);
      for (Row row : output.takeAsList(20)) {
        Vector p = row.getAs("probability");
        Vector raw = row.getAs("rawPrediction");
        assertThat(p.apply(0) + p.apply(1)).isCloseTo(1, within(1e-12));
        assertThat(raw.apply(0)).isCloseTo(-raw.apply(1), within(1e-6));
        assertThat(row.<Double>getAs("prediction")).isEqualTo(p.apply(1) > 0.5 ? 1.0 : 0.0);
        double logit = model == sigmoid ? raw.apply(1) : raw.apply(1) - raw.apply(0);
        assertThat(p.apply(1)).isCloseTo(1 / (1 + Math.exp(-logit)), within(1e-6));
      }
    }
  }

  @Test
  void squaredErrorGivesADistributionToo() {
    MLPClassificationModel model =
        estimator().setLoss("meanSquaredError").setMaxIter(40).fit(data());
    assertThat(accuracy(model, data())).isGreaterThan(0.85);
    for (Row row : model.transform(data()).takeAsList(50)) {
      DenseVector p = row.getAs("probability");
      assertThat(Arrays.stream(p.values()).sum()).isCloseTo(1, within(1e-12));
      assertThat(Arrays.stream(p.values()).min().getAsDouble()).isNotNegative();
      assertThat((double) p.argmax()).isEqualTo(row.<Double>getAs("prediction"));
    }
    double[] raw = {0.5, 0.5, 0.5};
    model.raw2probabilityInPlace(Vectors.dense(raw));
    assertThat(raw).containsExactly(new double[] {1 / 3.0, 1 / 3.0, 1 / 3.0}, within(1e-12));
    double[] negative = {-3, -1, -1.5};
    model.raw2probabilityInPlace(Vectors.dense(negative));
    assertThat(negative).containsExactly(new double[] {0, 0.75, 0.25}, within(1e-12));
  }

  @Test
  void predictAgreesWithTransform() {
    MLPClassificationModel model = estimator().fit(data());
    for (Row row : model.transform(data()).takeAsList(30)) {
      Vector features = row.getAs("features");
      Vector raw = row.getAs("rawPrediction");
      Vector p = row.getAs("probability");
      assertThat(model.predictRaw(features).toArray()).containsExactly(raw.toArray(), within(1e-6));
      assertThat(model.predictProbability(features).toArray())
          .containsExactly(p.toArray(), within(1e-6));
      assertThat(model.predict(features)).isEqualTo(row.<Double>getAs("prediction"));
    }
  }

  @Test
  void thresholdsWorkAsInSpark() {
    MLPClassificationModel model = estimator().fit(data());
    model.setThresholds(new double[] {0, 0.5, 0.5});
    assertThat(model.transform(data()).filter("prediction <> 0").count()).isZero();
    model.setThresholds(new double[] {0.98, 0.01, 0.01});
    for (Row row : model.transform(data()).takeAsList(30)) {
      assertThat(model.predict(row.getAs("features"))).isEqualTo(row.<Double>getAs("prediction"));
    }
  }

  @Test
  void outputColumnsWithoutANameAreLeftOut() {
    MLPClassificationModel model = estimator().fit(data());
    model.setRawPredictionCol("").setProbabilityCol("");
    assertThat(model.transform(data()).columns())
        .containsExactly("label", "features", "prediction");
    model.setPredictionCol("");
    assertThat(model.transform(data()).columns()).containsExactly("label", "features");
    model.setPredictionCol("label");
    assertThatThrownBy(() -> model.transform(data()))
        .hasMessageContaining("column 'label' exists already; drop it");
  }

  @Test
  void awkwardColumnNamesComeThrough() {
    Dataset<Row> odd = data().withColumn("a.b c", lit(1)).withColumn("`tick", lit("x"));
    MLPClassificationModel model = estimator().fit(odd);
    List<String> names = List.of(model.transform(odd).columns());
    assertThat(names).startsWith("label", "features", "a.b c", "`tick").endsWith("prediction");
    Dataset<Row> twice = data().select(col("features"), col("label"), col("label"));
    assertThat(model.transform(twice).columns())
        .containsExactly(
            "features", "label", "label", "rawPrediction", "probability", "prediction");
    assertThat(model.transform(twice).count()).isEqualTo(120);
  }

  @Test
  void labelsByStringIndexerGoInAndComeOutByName() {
    Dataset<Row> named =
        data().withColumn("name", expr("concat('class ', cast(label as int))")).drop("label");
    Dataset<Row> indexed =
        new StringIndexer().setInputCol("name").setOutputCol("label").fit(named).transform(named);
    MLPClassificationModel model = estimator().setMaxIter(40).fit(indexed);
    Dataset<Row> output = model.transform(indexed);
    assertThat(output.schema().apply("label").metadata())
        .isEqualTo(indexed.schema().apply("label").metadata());
    Dataset<Row> back =
        new IndexToString()
            .setInputCol("prediction")
            .setOutputCol("predictedName")
            .setLabels(new String[] {"class 0", "class 1", "class 2"})
            .transform(output);
    assertThat(back.select("predictedName").distinct().count()).isEqualTo(3);
    // two of three classes are in the rows, but the metadata knows of three
    MLPClassificationModel some = estimator().fit(indexed.filter("label < 2"));
    assertThat(some.numClasses()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void trainValidationSplitOverSchedulesBatchesAndLayers(int parallelism) {
    MLPClassifier classifier = estimator();
    TrainValidationSplit split =
        new TrainValidationSplit()
            .setEstimator(classifier)
            .setEvaluator(evaluator())
            .setEstimatorParamMaps(
                Grids.grid()
                    .add(classifier.learningRateSchedule(), "constant", "cosine")
                    .add(classifier.batchSize(), 8, 32)
                    .add(classifier.hiddenLayers(), new int[] {4}, new int[] {8, 4})
                    .build())
            .setParallelism(parallelism)
            .setSeed(2);
    double[] metrics = split.fit(data()).validationMetrics();
    assertThat(metrics).hasSize(8);
    assertThat(Arrays.stream(metrics).distinct().count())
        .as("params that make a difference")
        .isGreaterThan(2);
  }

  @Test
  void oneVsRestWithAndWithoutWeights() {
    Dataset<Row> weighted =
        data().withColumn("w", expr("case when label = 0 then 0.0 else 1.0 end"));
    MLPClassifier classifier = estimator().setMaxIter(40).setLoss("binaryCrossEntropy");
    OneVsRestModel plain = new OneVsRest().setClassifier(classifier).fit(weighted);
    assertThat(evaluator().evaluate(plain.transform(weighted))).isGreaterThan(0.9);
    OneVsRestModel withWeights =
        new OneVsRest().setClassifier(classifier).setWeightCol("w").fit(weighted);
    // weight 0 for one class: its rows are not seen, so only the two others are told apart
    Dataset<Row> output = withWeights.transform(weighted);
    assertThat(evaluator().evaluate(output.filter("label > 0"))).isGreaterThan(0.9);
    MLPClassificationModel first = (MLPClassificationModel) withWeights.models()[0];
    assertThat(first.summary().rows()).isEqualTo(80);
    OneVsRestModel softmax =
        new OneVsRest().setClassifier(estimator().setMaxIter(40)).fit(weighted);
    assertThat(evaluator().evaluate(softmax.transform(weighted))).isGreaterThan(0.9);
  }

  @Test
  void readsFilesAndStreams() throws Exception {
    String path = folder.resolve("rows").toString();
    data().write().parquet(path);
    Dataset<Row> fromFiles = spark().read().parquet(path);
    MLPClassificationModel model = estimator().fit(fromFiles);
    assertThat(model.weights()).isEqualTo(estimator().fit(data()).weights());
    Dataset<Row> stream = spark().readStream().schema(fromFiles.schema()).parquet(path);
    Dataset<Row> predicted = model.transform(stream);
    assertThat(predicted.isStreaming()).isTrue();
    predicted.writeStream().format("memory").queryName("predicted").start().processAllAvailable();
    List<Row> expected = new ArrayList<>(model.transform(fromFiles).collectAsList());
    assertThat(spark().table("predicted").collectAsList())
        .containsExactlyInAnyOrderElementsOf(expected);
    Arrays.stream(spark().streams().active()).forEach(query -> stop(query));
  }

  private static void stop(org.apache.spark.sql.streaming.StreamingQuery query) {
    try {
      query.stop();
    } catch (java.util.concurrent.TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void weightsCountAsRows() {
    List<Row> weighted = new ArrayList<>();
    List<Row> repeated = new ArrayList<>();
    List<Row> rows = Frames.clouds(new java.util.Random(4), 60, 5, 3);
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      weighted.add(RowFactory.create(row.get(0), row.get(1), i % 3));
      for (int copy = 0; copy < i % 3; copy++) {
        repeated.add(row);
      }
    }
    Dataset<Row> withWeights =
        Frames.of(
            spark(),
            weighted,
            Frames.LABELED.add("w", org.apache.spark.sql.types.DataTypes.IntegerType),
            2);
    Dataset<Row> withCopies = Frames.of(spark(), repeated, Frames.LABELED, 2);
    MLPClassifier fullBatch = estimator().setBatchSize(1000).setLocalSteps(1).setMaxIter(10);
    double[] a = fullBatch.setWeightCol("w").fit(withWeights).weights().toArray();
    double[] b = fullBatch.setWeightCol("").fit(withCopies).weights().toArray();
    assertThat(a).containsExactly(b, within(1e-5));
  }

  @Test
  void initialWeightsAreWhereTrainingStarts() {
    MLPClassificationModel first = estimator().fit(data());
    MLPClassifier next =
        estimator().setInitialWeights(first.weights()).setStepSize(1e-12).setMaxIter(1);
    assertThat(next.fit(data()).weights().toArray())
        .containsExactly(first.weights().toArray(), within(1e-6));
    assertThatThrownBy(() -> next.setHiddenLayers(9).fit(data()))
        .hasMessageContaining(
            "initialWeights has 75 numbers, but layers [5, 9, 3] have 84 weights");
  }

  @Test
  void theSummaryTellsHowTrainingWent() {
    List<EpochRecord> heard = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onEpoch(EpochRecord epoch) {
            heard.add(epoch);
          }
        };
    Dataset<Row> marked = data().withColumn("held", expr("abs(hash(features)) % 4 = 0"));
    MLPClassificationModel model =
        estimator()
            .setValidationIndicatorCol("held")
            .setLearningRateSchedule("linear")
            .setListener(listener)
            .fit(marked);
    TrainingSummary summary = model.summary();
    long held = marked.filter("held").count();
    assertThat(held).isBetween(10L, 60L);
    assertThat(summary.validationRows()).isEqualTo(held);
    assertThat(summary.rows()).isEqualTo(120 - held);
    assertThat(summary.objectiveHistory()).hasSize(5);
    assertThat(summary.objectiveHistory()[4]).isLessThan(summary.objectiveHistory()[0]);
    assertThat(summary.validationHistory()[4])
        .isPositive()
        .isLessThan(summary.validationHistory()[0]);
    assertThat(summary.learningRates())
        .containsExactly(new double[] {0.02, 0.016, 0.012, 0.008, 0.004}, within(1e-12));
    assertThat(summary.totalIterations()).isEqualTo(5);
    assertThat(summary.backend()).isEqualTo("openblas");
    assertThat(summary.numShards()).isEqualTo(2);
    assertThat(summary.localSteps()).isGreaterThan(1);
    assertThat(summary.localStepsReason()).contains("one aggregation an epoch");
    assertThat(summary.packedBytes()).isEqualTo(120 * (5 + 2) * 4);
    assertThat(summary.costs().rounds()).isEqualTo(10); // training and validation
    assertThat(summary.costs().rows()).isEqualTo(5 * (120 - held));
    assertThat(summary.costs().bytesAggregated())
        .isEqualTo(5L * 2 * 3 * 4 * model.weights().size());
    assertThat(summary.costs().rowsPerSecond()).isPositive();
    assertThat(summary.costs().computeSeconds() + summary.costs().aggregationSeconds())
        .isCloseTo(summary.costs().seconds(), within(1e-9));
    assertThat(heard).isEqualTo(summary.epochs());
    // validation rows never influence weights
    assertThat(
            estimator().setLearningRateSchedule("linear").fit(marked.filter("not held")).weights())
        .isEqualTo(model.weights());
    // the mean loss of the validation rows is what the model says of them
    Dataset<Row> output = model.transform(marked.filter("held"));
    double logLoss =
        new MulticlassClassificationEvaluator().setMetricName("logLoss").evaluate(output);
    assertThat(summary.validationHistory()[4]).isCloseTo(logLoss, within(1e-5));
    assertThat(summary.epochs().get(4).validationAccuracy())
        .isCloseTo(evaluator().evaluate(output), within(1e-9));
  }

  @Test
  void aLoadedModelHasNoSummaryAndSaysSo() throws Exception {
    String path = folder.resolve("m").toString();
    estimator().fit(data()).save(path);
    MLPClassificationModel loaded = MLPClassificationModel.load(path);
    assertThat(loaded.hasSummary()).isFalse();
    assertThatThrownBy(loaded::summary).hasMessageContaining("no training summary");
  }

  @Test
  void estimatedSizeIsThatOfTheWeightsAndCopiesShareThem() {
    MLPClassificationModel model = estimator().setHiddenLayers(1000).setMaxIter(1).fit(data());
    // and some hundred bytes a param
    assertThat(model.estimatedSize()).isBetween(4L * 9003, 4L * 9003 + 22_000);
    long before = org.apache.spark.util.SizeEstimator.estimate(new Object[] {model});
    Object[] many = new Object[100];
    Arrays.setAll(many, i -> model.copy(org.apache.spark.ml.param.ParamMap.empty()));
    assertThat(org.apache.spark.util.SizeEstimator.estimate(many))
        .isLessThan(before + 100 * 60_000L);
  }

  @Test
  void lbfgsTrainsToo() {
    MLPClassificationModel model =
        new MLPClassifier()
            .setHiddenLayers(8)
            .setSolver("l-bfgs")
            .setMaxIter(30)
            .setSeed(3)
            .fit(data());
    assertThat(accuracy(model, data())).isGreaterThan(0.95);
    double[] losses = model.summary().objectiveHistory();
    for (int i = 1; i < losses.length; i++) {
      assertThat(losses[i]).isLessThanOrEqualTo(losses[i - 1]);
    }
  }

  @Test
  void blockSizeChangesNothing() {
    Vector expected = estimator().fit(data()).weights();
    assertThat(estimator().setBlockSize(1).fit(data()).weights()).isEqualTo(expected);
    assertThat(estimator().setBlockSize(100_000).fit(data()).weights()).isEqualTo(expected);
  }

  @Test
  void shardByPartitionTakesPartitionsAsTheyAre() {
    Dataset<Row> five = data().repartition(5);
    MLPClassificationModel model =
        estimator().setNumShards(0).setShardBy("partition").setMaxIter(40).fit(five);
    assertThat(model.summary().numShards()).isEqualTo(5);
    assertThat(accuracy(model, data())).isGreaterThan(0.9);
  }

  @Test
  void numShardsIsBoundedByTheRows() {
    MLPClassificationModel model = estimator().setNumShards(0).setBatchSize(100).fit(data());
    assertThat(model.summary().numShards()).isEqualTo(1);
    assertThat(estimator().setNumShards(0).setBatchSize(10).fit(data()).summary().numShards())
        .isEqualTo(2);
  }

  @Test
  void nothingIsLeftInTheCache() {
    estimator().fit(data());
    assertThatThrownBy(
            () ->
                estimator()
                    .setLoss("meanSquaredError")
                    .setSolver("sgd")
                    .setStepSize(1e30)
                    .fit(data()))
        .isInstanceOf(RuntimeException.class);
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }
}
