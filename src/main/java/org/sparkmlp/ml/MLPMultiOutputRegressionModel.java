package org.sparkmlp.ml;

import java.io.IOException;
import java.util.Arrays;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.data.Scaling;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.util.Check;

/**
 * A multilayer perceptron for several values a row, or an autoencoder, as {@link
 * MLPMultiOutputRegressor} fits it.
 *
 * <p>{@code transform} is lazy, works on batches of rows and adds the columns prediction,
 * reconstruction error and encoding, those whose names aren't empty; what {@link
 * MLPClassificationModel} says of columns and of bad vectors holds here too. Copies share the
 * weights.
 */
public class MLPMultiOutputRegressionModel extends Model<MLPMultiOutputRegressionModel>
    implements MLPMultiOutputParams, MLPModel, MLWritable {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(MLPMultiOutputRegressionModel.class);

  private final String uid;
  private final MLPParams.Holder mlp;
  private final MLPMultiOutputParams.Holder multiOutput;
  private final FittedNetwork network;
  private final ValueScores scores;

  /**
   * @param scaling of the labels, or null
   */
  MLPMultiOutputRegressionModel(String uid, FittedNetwork network, Scaling scaling) {
    this.uid = uid;
    this.mlp = new MLPParams.Holder(this);
    this.multiOutput = new MLPMultiOutputParams.Holder(this);
    this.network = network;
    this.scores = new ValueScores(network.topology(), scaling);
  }

  @Override
  public String uid() {
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
  public MLPMultiOutputParams.Holder multiOutput() {
    return multiOutput;
  }

  /** Values that are predicted for a row. */
  public int numOutputs() {
    return network.topology().outputs();
  }

  public MLPMultiOutputRegressionModel setFeaturesCol(String value) {
    set(featuresCol(), value);
    return this;
  }

  public MLPMultiOutputRegressionModel setPredictionCol(String value) {
    set(predictionCol(), value);
    return this;
  }

  public MLPMultiOutputRegressionModel setErrorCol(String value) {
    set(errorCol(), value);
    return this;
  }

  public MLPMultiOutputRegressionModel setEncodedCol(String value) {
    set(encodedCol(), value);
    return this;
  }

  public MLPMultiOutputRegressionModel setEncodeLayer(int value) {
    set(encodeLayer(), value);
    return this;
  }

  /** The values of one row. */
  public Vector predict(Vector features) {
    return Vectors.dense(scores.values(network.logits(this, features), 0));
  }

  /** What the layer {@code encodeLayer} computes for one row. */
  public Vector encode(Vector features) {
    return Vectors.dense(network.hidden(this, features, layerToShow()));
  }

  /** The layer that encodeLayer says. */
  private int layerToShow() {
    Topology topology = network.topology();
    int hidden = topology.depth() - 1;
    Check.that(
        hidden > 0 && getEncodeLayer() <= hidden,
        "encodeLayer = %d is none of the %d hidden layers of this model",
        getEncodeLayer(),
        hidden);
    if (getEncodeLayer() > 0) {
      return getEncodeLayer();
    }
    int narrowest = 1;
    for (int l = 2; l <= hidden; l++) {
      narrowest = topology.units(l) < topology.units(narrowest) ? l : narrowest;
    }
    return narrowest;
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType schema = transformSchema(dataset.schema());
    MultiOutputColumns outputs =
        new MultiOutputColumns(
            scores,
            !getPredictionCol().isEmpty(),
            !getErrorCol().isEmpty(),
            dataset.schema().fieldIndex(getFeaturesCol()),
            getEncodedCol().isEmpty() ? 0 : layerToShow());
    if (outputs.count() == 0) {
      LOG.warn("{}: transform does nothing, since no output column has a name", uid());
      return dataset.toDF();
    }
    return network.transform(dataset, schema, this, outputs);
  }

  /** The input columns, then prediction, error and encoding, as far as they are named. */
  @Override
  public StructType transformSchema(StructType schema) {
    SchemaCheck.features(schema, getFeaturesCol());
    Check.that(
        getErrorCol().isEmpty() || getAutoencoder(),
        "errorCol = %s is for autoencoders, which alone reconstruct their input; this model isn't one",
        getErrorCol());
    int encoded = getEncodedCol().isEmpty() ? 0 : network.topology().units(layerToShow());
    return MultiOutputColumns.append(schema, this, numOutputs(), encoded);
  }

  @Override
  public MLPMultiOutputRegressionModel copy(ParamMap extra) {
    MLPMultiOutputRegressionModel copy =
        copyValues(new MLPMultiOutputRegressionModel(uid, network, scores.scaling()), extra);
    return copy.setParent(parent());
  }

  /** Bytes of the weights and of the params. */
  @Override
  public long estimatedSize() {
    return estimateMatadataSize() + network.bytes();
  }

  @Override
  public MLWriter write() {
    return new ModelFormat.Writer(this, network, scores.scaling());
  }

  @Override
  public void save(String path) throws IOException {
    write().save(path);
  }

  public static MLReader<MLPMultiOutputRegressionModel> read() {
    return new ModelFormat.Reader<>(
        MLPMultiOutputRegressionModel.class,
        (uid, saved) -> new MLPMultiOutputRegressionModel(uid, saved.network(), saved.labels()));
  }

  /**
   * Reads a model that was saved to {@code path}.
   *
   * @throws IllegalArgumentException if it is damaged or of a newer format
   */
  public static MLPMultiOutputRegressionModel load(String path) {
    return read().load(path);
  }

  @Override
  public String toString() {
    return "MLPMultiOutputRegressionModel: uid="
        + uid
        + ", layers="
        + Arrays.toString(layerSizes())
        + (getAutoencoder() ? ", autoencoder" : "");
  }
}
