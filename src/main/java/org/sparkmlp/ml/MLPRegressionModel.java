package org.sparkmlp.ml;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.regression.RegressionModel;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.data.Scaling;
import scala.Option;

/**
 * A multilayer perceptron for regression, as {@link MLPRegressor} fits it.
 *
 * <p>{@code transform} is lazy, works on batches of rows and adds the column prediction; what
 * {@link MLPClassificationModel} says of columns and of bad vectors holds here too. Copies share
 * the weights.
 */
public class MLPRegressionModel extends RegressionModel<Vector, MLPRegressionModel>
    implements MLPParams, MLWritable {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(MLPRegressionModel.class);

  private String uid; // no initializer: super() sets it, see Uids
  private final MLPParams.Holder mlp = new MLPParams.Holder(this);
  private final FittedNetwork network;
  private final ValueScores scores;
  private transient TrainingSummary summary;

  /**
   * @param scaling of the labels, or null
   */
  MLPRegressionModel(String uid, FittedNetwork network, Scaling scaling) {
    this(Uids.next(uid), network, scaling);
  }

  private MLPRegressionModel(Void unusedUid, FittedNetwork network, Scaling scaling) {
    this.network = network;
    this.scores = new ValueScores(network.topology(), scaling);
  }

  @Override
  public String uid() {
    if (uid == null) {
      uid = Uids.take();
    }
    return uid;
  }

  @Override
  public MLPParams.Holder mlp() {
    return mlp;
  }

  @Override
  public int numFeatures() {
    return network.topology().inputs();
  }

  /** Sizes of all layers, inputs first, outputs last. */
  public int[] layerSizes() {
    return network.topology().layers();
  }

  /**
   * All weights as one vector: layer by layer, inputs x outputs row by row, then the biases. A
   * copy. They are of the network that predicts standardized labels, if those were standardized.
   */
  public Vector weights() {
    return network.weightsAsVector();
  }

  /** μ that labels were standardized by; 0 if they weren't. */
  public double labelMean() {
    return scores.scaling() == null ? 0 : scores.scaling().means()[0];
  }

  /** σ that labels were standardized by; 1 if they weren't, 0 if all of them were the same. */
  public double labelDeviation() {
    return scores.scaling() == null ? 1 : scores.scaling().deviations()[0];
  }

  /**
   * What is subtracted from each feature before the first layer: the mean of the training rows with
   * {@code standardization}, unless most of their numbers were zeros that weren't stored; else 0.
   */
  public Vector featureMeans() {
    return network.featureMeans();
  }

  /**
   * What each feature is divided by, then: the standard deviation of the training rows with {@code
   * standardization}, where 0 stands for a feature that becomes 0; else 1.
   */
  public Vector featureStds() {
    return network.featureStds();
  }

  /** Whether the model knows how it was trained; a loaded one doesn't. */
  public boolean hasSummary() {
    return summary != null;
  }

  /** How the model was trained; an {@link IllegalStateException} if it doesn't know. */
  public TrainingSummary summary() {
    return TrainingSummary.known(summary);
  }

  /** How good the model's predictions of these rows are, which need a label column. */
  public MLPRegressionSummary evaluate(Dataset<?> dataset) {
    SchemaCheck.label(dataset.schema(), getLabelCol());
    String predictionCol =
        getPredictionCol().isEmpty() ? uid() + "__prediction" : getPredictionCol();
    MLPRegressionModel named = copy(ParamMap.empty());
    named.set(predictionCol(), predictionCol);
    return new MLPRegressionSummary(
        named.transform(dataset),
        predictionCol,
        getLabelCol(),
        Fit.hasWeights(this) ? getWeightCol() : "");
  }

  MLPRegressionModel setSummary(TrainingSummary value) {
    summary = value;
    return this;
  }

  @Override
  public double predict(Vector features) {
    return scores.values(network.logits(this, features), 0)[0];
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType schema = transformSchema(dataset.schema());
    if (getPredictionCol().isEmpty()) {
      LOG.warn("{}: transform does nothing, since predictionCol has no name", uid());
      return dataset.toDF();
    }
    return network.transform(dataset, schema, this, new ValueColumn(scores));
  }

  /** The prediction, alone. */
  private record ValueColumn(ValueScores scores) implements BatchPredictor.Outputs {
    @Override
    public int count() {
      return 1;
    }

    @Override
    public void write(Row row, BatchPredictor.Computed computed, Object[] values, int at) {
      values[at] = scores.values(computed.logits(), computed.logitsAt())[0];
    }
  }

  /** The input columns, then the prediction, if it is named. */
  @Override
  public StructType transformSchema(StructType schema) {
    SchemaCheck.features(schema, getFeaturesCol());
    if (!getPredictionCol().isEmpty()) {
      SchemaCheck.free(schema, List.of(getPredictionCol()));
    }
    return super.transformSchema(schema);
  }

  @Override
  public MLPRegressionModel copy(ParamMap extra) {
    MLPRegressionModel copy =
        copyValues(new MLPRegressionModel(uid(), network, scores.scaling()), extra);
    copy.setParent(parent());
    return copy.setSummary(summary);
  }

  /** Bytes of the weights and of the params. */
  @Override
  public long estimatedSize() {
    return estimateMatadataSize() + network.bytes();
  }

  @Override
  public MLWriter write() {
    return new Writer(this);
  }

  @Override
  public void save(String path) throws IOException {
    write().save(path);
  }

  public static MLReader<MLPRegressionModel> read() {
    return new Reader();
  }

  /**
   * Reads a model that was saved to {@code path}.
   *
   * @throws IllegalArgumentException if it is damaged or of a newer format
   */
  public static MLPRegressionModel load(String path) {
    return read().load(path);
  }

  @Override
  public String toString() {
    return "MLPRegressionModel: uid=" + uid() + ", layers=" + Arrays.toString(layerSizes());
  }

  private static final class Writer extends MLWriter {
    private final MLPRegressionModel model;

    Writer(MLPRegressionModel model) {
      this.model = model;
    }

    @Override
    public void saveImpl(String path) {
      ModelFormat.save(model, model.network, model.scores.scaling(), path, sparkSession());
    }
  }

  private static final class Reader extends MLReader<MLPRegressionModel> {
    @Override
    public MLPRegressionModel load(String path) {
      DefaultParamsReader.Metadata metadata =
          ModelFormat.metadata(path, sparkSession(), MLPRegressionModel.class);
      ModelFormat.Saved saved = ModelFormat.load(path, sparkSession());
      MLPRegressionModel model =
          new MLPRegressionModel(metadata.uid(), saved.network(), saved.labels());
      metadata.getAndSetParams(model, Option.empty());
      return model;
    }
  }
}
