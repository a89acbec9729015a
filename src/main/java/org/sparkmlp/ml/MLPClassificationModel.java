package org.sparkmlp.ml;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.ml.classification.MultilayerPerceptronClassificationModel;
import org.apache.spark.ml.classification.ProbabilisticClassificationModel;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.cluster.FitJobs;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Scores;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.nn.WeightImportance;
import org.sparkmlp.util.Check;

/**
 * A multilayer perceptron for classification, as {@link MLPClassifier} fits it.
 *
 * <p>{@code transform} is lazy and works on batches of rows. The batches go through mapPartitions,
 * so all columns of its output are new ones: refer to them by name, {@code col("label")}, not as
 * {@code input.col("label")} or by an alias of the input. It adds the columns rawPrediction,
 * probability and prediction (those whose names aren't empty). A null vector, one of another size
 * or one with a value that is no finite float fails the job with a sentence that names it. Copies
 * share the weights.
 */
public class MLPClassificationModel
    extends ProbabilisticClassificationModel<Vector, MLPClassificationModel>
    implements MLPModel, MLWritable {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(MLPClassificationModel.class);

  private String uid; // no initializer: super() sets it, see Uids
  private final MLPParams.Holder mlp = new MLPParams.Holder(this);
  private final FittedNetwork network;
  private final Scores scores;

  MLPClassificationModel(String uid, FittedNetwork network) {
    this(Uids.next(uid), network);
  }

  private MLPClassificationModel(Void unusedUid, FittedNetwork network) {
    this.network = network;
    this.scores = new Scores(network.topology());
    setDefault(layers(), network.topology().layers()); // as Spark's own model, for getLayers
  }

  /**
   * A model of given weights.
   *
   * @param layers sizes of all layers, inputs first, outputs last
   * @param activation of the hidden layers, as in MLPClassifier
   * @param loss as in MLPClassifier, but not auto: it decides how outputs become probabilities
   * @param weights in the order of {@link #weights}, which is that of Spark's
   *     MultilayerPerceptronClassificationModel
   */
  public static MLPClassificationModel of(
      int[] layers, String activation, String loss, Vector weights) {
    Topology topology =
        new Topology(
            layers, Activations.forLayers(activation, layers.length - 2), Losses.parse(loss), true);
    MLPClassificationModel model =
        new MLPClassificationModel(
            Identifiable$.MODULE$.randomUID("mlpcModel"),
            new FittedNetwork(topology, null, FlatWeights.of("weights", weights, topology)));
    model.set(model.layers(), layers);
    model.set(model.activation(), activation);
    model.set(model.loss(), loss);
    return model;
  }

  /**
   * A model that predicts what a fitted model of Spark's own does, up to the rounding of its
   * weights to floats; columns and thresholds are taken over.
   */
  public static MLPClassificationModel of(MultilayerPerceptronClassificationModel model) {
    MLPClassificationModel same =
        of(
            model.getLayers(),
            Activations.SIGMOID.spec(),
            Losses.SOFTMAX_CROSS_ENTROPY.spec(),
            model.weights());
    for (Param<?> param :
        List.of(
            model.featuresCol(),
            model.labelCol(),
            model.predictionCol(),
            model.probabilityCol(),
            model.rawPredictionCol(),
            model.thresholds())) {
      if (model.isSet(param)) {
        same.set(param.name(), model.getOrDefault(param));
      }
    }
    return same;
  }

  @Override
  public String uid() {
    if (uid == null) {
      uid = Uids.take();
    }
    return uid;
  }

  @Override
  public FittedNetwork network() {
    return network;
  }

  @Override
  public MLPParams.Holder mlp() {
    return mlp;
  }

  @Override
  public int numFeatures() {
    return network.topology().inputs();
  }

  @Override
  public int numClasses() {
    return scores.numClasses();
  }

  /**
   * How much each feature counts, by the weights alone: Gedeon's measure, numbers &gt;= 0 that sum
   * to 1. It compares features of about equal spread, so scale them before training. See {@link
   * WeightImportance} for the formula.
   */
  public Vector featureImportances() {
    return Vectors.dense(WeightImportance.of(network.topology(), network.weights()));
  }

  /**
   * How much of a metric is lost when the values of one feature are shuffled among the rows; see
   * {@link PermutationImportance#of}.
   */
  public Vector permutationImportances(
      Dataset<?> dataset, Evaluator evaluator, int repeats, long seed) {
    return PermutationImportance.of(this, getFeaturesCol(), dataset, evaluator, repeats, seed);
  }

  /**
   * This model with how much each of its weights matters to the task of these rows, added to what
   * it knows of earlier tasks; save it, and a later fit can keep what matters by {@code
   * plasticityAnchor}. The importance of a weight is the mean over rows of the squared derivative
   * of a row's loss by it, with the labels that the rows have (the diagonal of the empirical Fisher
   * information). Columns are those of the model's params; rows for validation don't count.
   */
  public MLPClassificationModel importance(Dataset<?> dataset) {
    SchemaCheck.inputs(dataset.schema(), this);
    SchemaCheck.label(dataset.schema(), getLabelCol());
    float[] importance =
        FitJobs.run(
            dataset.sparkSession().sparkContext(),
            () -> TaskImportance.of(this, getLabelCol(), network, numClasses(), dataset));
    return with(network.with(importance), ParamMap.empty());
  }

  /** Whether {@link #importance()} is known. */
  public boolean hasImportance() {
    return network.importance() != null;
  }

  /**
   * The importance of each weight, in the order of {@link #weights}; an {@link
   * IllegalStateException} if it isn't known.
   */
  public Vector importance() {
    if (network.importance() == null) {
      throw new IllegalStateException(
          "this model doesn't know how much its weights matter; importance(dataset) gives one that does");
    }
    return FlatWeights.vector(network.importance());
  }

  /**
   * How good the model's predictions of these rows are, which need a label column. Spark's summary
   * of training has the same metrics of the training rows, and keeps the DataFrame for it; here
   * {@code evaluate(trainingData)} gives them, and a model holds on to no data.
   */
  public MLPClassificationSummary evaluate(Dataset<?> dataset) {
    SchemaCheck.label(dataset.schema(), getLabelCol());
    String weightCol = Fit.hasWeights(this) ? getWeightCol() : "";
    scala.Tuple3<?, ?, ?> named = findSummaryModel(); // with output columns of any name
    Dataset<Row> predictions = ((MLPClassificationModel) named._1()).transform(dataset);
    String probabilityCol = (String) named._2();
    String predictionCol = (String) named._3();
    return numClasses() == 2
        ? new MLPBinaryClassificationSummary(
            predictions, probabilityCol, predictionCol, getLabelCol(), weightCol)
        : new MLPClassificationSummary(predictions, predictionCol, getLabelCol(), weightCol);
  }

  @Override
  public Vector predictRaw(Vector features) {
    return Vectors.dense(scores.raw(network.logits(this, features), 0));
  }

  @Override
  public Vector raw2probabilityInPlace(Vector rawPrediction) {
    scores.probabilityInPlace(((DenseVector) rawPrediction).values());
    return rawPrediction;
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType schema = transformSchema(dataset.schema());
    ClassColumns outputs =
        new ClassColumns(
            scores,
            !getRawPredictionCol().isEmpty(),
            !getProbabilityCol().isEmpty(),
            !getPredictionCol().isEmpty(),
            isDefined(thresholds()) ? getThresholds() : null);
    if (outputs.count() == 0) {
      LOG.warn("{}: transform does nothing, since no output column has a name", uid());
      return dataset.toDF();
    }
    return network.transform(dataset, schema, this, outputs);
  }

  /**
   * The input columns, then rawPrediction, probability and prediction, as far as they are named.
   */
  @Override
  public StructType transformSchema(StructType schema) {
    SchemaCheck.features(schema, getFeaturesCol());
    checkThresholds();
    List<String> outputs =
        Stream.of(getRawPredictionCol(), getProbabilityCol(), getPredictionCol())
            .filter(name -> !name.isEmpty())
            .toList();
    SchemaCheck.free(schema, outputs);
    StructType all = super.transformSchema(schema);
    StructType ordered = schema;
    for (String name : outputs) {
      ordered = ordered.add(all.apply(name));
    }
    return ordered;
  }

  private void checkThresholds() {
    if (isDefined(thresholds())) {
      Check.that(
          getThresholds().length == numClasses(),
          "thresholds has %d numbers, but the model has %d classes; give one a class",
          getThresholds().length,
          numClasses());
    }
  }

  @Override
  public MLPClassificationModel copy(ParamMap extra) {
    return with(network, extra);
  }

  private MLPClassificationModel with(FittedNetwork other, ParamMap extra) {
    MLPClassificationModel copy = copyValues(new MLPClassificationModel(uid(), other), extra);
    return copy.setParent(parent());
  }

  /**
   * Bytes of the weights, of their importance, of what features are standardized by, and of the
   * params.
   */
  @Override
  public long estimatedSize() {
    return estimateMatadataSize() + network.bytes();
  }

  /** javac sees two inherited versions that differ only in the type arguments of the tuple. */
  @SuppressWarnings({"rawtypes", "unchecked"})
  @Override
  public scala.Tuple3 findSummaryModel() {
    return super.findSummaryModel();
  }

  @Override
  public MLWriter write() {
    return new ModelFormat.Writer(this, network, null);
  }

  @Override
  public void save(String path) throws IOException {
    write().save(path);
  }

  public static MLReader<MLPClassificationModel> read() {
    return new ModelFormat.Reader<>(
        MLPClassificationModel.class,
        (uid, saved) -> new MLPClassificationModel(uid, saved.network()));
  }

  /**
   * Reads a model that was saved to {@code path}.
   *
   * @throws IllegalArgumentException if it is damaged or of a newer format
   */
  public static MLPClassificationModel load(String path) {
    return read().load(path);
  }

  @Override
  public String toString() {
    return "MLPClassificationModel: uid="
        + uid()
        + ", layers="
        + Arrays.toString(layerSizes())
        + ", numClasses="
        + numClasses();
  }
}
