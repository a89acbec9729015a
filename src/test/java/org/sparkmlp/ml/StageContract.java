package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamPair;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.SparkSessions;

/**
 * What every Estimator of this project and its Model must do as a stage of Spark ML. A stage's test
 * extends this class and inherits the tests.
 *
 * @param <E> the Estimator
 * @param <M> its Model
 */
abstract class StageContract<E extends Estimator<M> & MLWritable, M extends Model<M> & MLWritable> {
  @TempDir Path folder;

  /** A new Estimator that fits {@link #data} in about a second. */
  abstract E estimator();

  abstract E estimator(String uid);

  abstract MLReader<E> estimatorReader();

  abstract MLReader<M> modelReader();

  /** Rows in an RDD. */
  abstract Dataset<Row> data();

  abstract Evaluator evaluator();

  /** One param that the stage has made itself and one that it inherits, each with two values. */
  abstract List<ParamPair<?>> ownParam(E estimator);

  abstract List<ParamPair<?>> inheritedParam(E estimator);

  SparkSession spark() {
    return SparkSessions.shared();
  }

  private Model<?> anyModel() {
    return estimator().fit(data());
  }

  @Test
  void everyParamBelongsToItsStage() {
    for (Params stage : List.of(estimator(), estimator("given"), anyModel())) {
      assertThat(stage.params()).isNotEmpty();
      for (Param<?> param : stage.params()) {
        assertThat(param.parent()).as(param.name()).isEqualTo(stage.uid());
        assertThat((Object) stage.getParam(param.name())).isSameAs(param);
        assertThat(param.doc()).as(param.name()).isNotBlank();
      }
      assertThat(stage.explainParams()).contains(stage.params()[0].name());
    }
    assertThat(estimator("given").uid()).isEqualTo("given");
    assertThat(estimator().uid()).isNotEqualTo(estimator().uid());
  }

  @Test
  void modelsHaveTheParamsOfTheirEstimator() {
    E estimator = estimator();
    M model = estimator.fit(data());
    for (Param<?> param : model.params()) {
      if (estimator.isSet(estimator.getParam(param.name()))) {
        assertThat(value(model, param.name()))
            .as(param.name())
            .isEqualTo(value(estimator, param.name()));
      }
    }
    assertThat(model.parent()).isSameAs(estimator);
  }

  /** A param's value as text, arrays written out. */
  private static String value(Params stage, String name) {
    Param<Object> param = stage.getParam(name);
    if (!stage.isDefined(param)) {
      return "unset";
    }
    Object value = stage.getOrDefault(param);
    if (value instanceof Params inner) { // the estimator of a search
      return inner.uid();
    }
    return value instanceof ParamMap[] maps
        ? Arrays.stream(maps).map(ParamMap::toString).toList().toString()
        : param.jsonEncode(value);
  }

  @Test
  void copyKeepsUidAndValues() {
    E estimator = estimator();
    ParamPair<?> other = ownParam(estimator).get(1);
    Estimator<M> copy = estimator.copy(new ParamMap().put(List.<ParamPair<?>>of(other)));
    assertThat(copy.uid()).isEqualTo(estimator.uid());
    assertThat(copy.getClass()).isEqualTo(estimator.getClass());
    for (Param<?> param : estimator.params()) {
      if (!param.name().equals(other.param().name())) {
        assertThat(value(copy, param.name()))
            .as(param.name())
            .isEqualTo(value(estimator, param.name()));
      }
    }
    assertThat(value(copy, other.param().name()))
        .isNotEqualTo(value(estimator, other.param().name()));
    M model = estimator.fit(data());
    M modelCopy = model.copy(ParamMap.empty());
    assertThat(modelCopy.uid()).isEqualTo(model.uid());
    assertThat(modelCopy.parent()).isSameAs(model.parent());
    assertSamePredictions(model, modelCopy);
  }

  @Test
  void stagesAreJavaSerializable() throws Exception {
    E estimator = estimator();
    Estimator<?> again = (Estimator<?>) roundTrip(estimator);
    assertThat(again.uid()).isEqualTo(estimator.uid());
    assertThat(value(again, ownParam(estimator).get(0).param().name()))
        .isEqualTo(value(estimator, ownParam(estimator).get(0).param().name()));
    M model = estimator.fit(data());
    assertSamePredictions(model, (Model<?>) roundTrip(model));
    ((Estimator<?>) again).fit(data()); // and works after it
  }

  private static Object roundTrip(Object object) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return in.readObject();
    }
  }

  @Test
  void savedAndLoaded() throws IOException {
    spark(); // writers and readers take the session that there is
    E estimator = estimator();
    String path = folder.resolve("estimator with blanks").toString();
    estimator.write().save(path);
    E loaded = estimatorReader().load(path);
    assertThat(loaded.uid()).isEqualTo(estimator.uid());
    for (Param<?> param : estimator.params()) {
      assertThat(value(loaded, param.name()))
          .as(param.name())
          .isEqualTo(value(estimator, param.name()));
      assertThat(loaded.isSet(loaded.getParam(param.name()))).isEqualTo(estimator.isSet(param));
    }
    assertThatThrownBy(() -> estimator.write().save(path)).hasMessageContaining("already exists");
    estimator.write().overwrite().save(path);
    M model = estimator.fit(data());
    String modelPath = folder.resolve("model").toString();
    model.write().save(modelPath);
    M loadedModel = modelReader().load(modelPath);
    assertThat(loadedModel.uid()).isEqualTo(model.uid());
    for (Param<?> param : model.params()) {
      assertThat(value(loadedModel, param.name()))
          .as(param.name())
          .isEqualTo(value(model, param.name()));
    }
    assertSamePredictions(model, loadedModel);
    assertThatThrownBy(() -> model.write().save(modelPath)).hasMessageContaining("already exists");
  }

  @Test
  void aPipelineIsSavedLoadedAndGivesTheSame() throws IOException {
    Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {estimator()});
    String path = folder.resolve("pipeline").toString();
    pipeline.write().save(path);
    PipelineModel model = Pipeline.load(path).fit(data());
    String modelPath = folder.resolve("pipelineModel").toString();
    model.write().save(modelPath);
    assertSamePredictions(model, PipelineModel.load(modelPath));
  }

  @Test
  void crossValidatorTriesOwnAndInheritedParams() throws IOException {
    E estimator = estimator();
    ParamPair<?>[] own = ownParam(estimator).toArray(ParamPair[]::new);
    ParamPair<?>[] inherited = inheritedParam(estimator).toArray(ParamPair[]::new);
    ParamMap[] grid =
        Arrays.stream(own)
            .flatMap(
                a ->
                    Arrays.stream(inherited)
                        .map(b -> new ParamMap().put(List.<ParamPair<?>>of(a, b))))
            .toArray(ParamMap[]::new);
    for (int parallelism : new int[] {1, 2}) {
      CrossValidator search =
          new CrossValidator()
              .setEstimator(estimator)
              .setEvaluator(evaluator())
              .setEstimatorParamMaps(grid)
              .setNumFolds(2)
              .setSeed(5)
              .setParallelism(parallelism);
      CrossValidatorModel model = search.fit(data());
      assertThat(model.avgMetrics()).hasSize(grid.length);
      for (double metric : model.avgMetrics()) {
        assertThat(metric).isFinite();
      }
      String path = folder.resolve("search" + parallelism).toString();
      model.write().save(path);
      assertSamePredictions(model, CrossValidatorModel.load(path));
    }
  }

  @Test
  void transformAddsNoJobAndKeepsColumnsAndMetadata() throws Exception {
    M model = estimator().fit(data());
    AtomicInteger jobs = new AtomicInteger();
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onJobStart(SparkListenerJobStart start) {
            jobs.incrementAndGet();
          }
        };
    Dataset<Row> input = data();
    spark().sparkContext().listenerBus().waitUntilEmpty();
    spark().sparkContext().addSparkListener(listener);
    try {
      Dataset<Row> output = model.transform(input);
      assertThat(output.schema()).isEqualTo(model.transformSchema(input.schema()));
      output.write().format("noop").mode("overwrite").save();
      spark().sparkContext().listenerBus().waitUntilEmpty();
    } finally {
      spark().sparkContext().removeSparkListener(listener);
    }
    assertThat(jobs.get()).as("jobs: the one that writes").isEqualTo(1);
  }

  @Test
  void transformOfNothingIsNothing() {
    M model = estimator().fit(data());
    assertThat(model.transform(data().limit(0)).count()).isZero();
  }

  void assertSamePredictions(org.apache.spark.ml.Transformer a, org.apache.spark.ml.Transformer b) {
    List<Row> expected = a.transform(data()).collectAsList();
    assertThat(b.transform(data()).collectAsList()).isEqualTo(expected);
  }
}
