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

/**
 * A multilayer perceptron for sets of labels, as {@link MLPMultiLabelClassifier} fits it.
 *
 * <p>{@code transform} is lazy, works on batches of rows and adds the columns probability and
 * prediction, those whose names aren't empty; what {@link MLPClassificationModel} says of columns
 * and of bad vectors holds here too. Copies share the weights.
 */
public class MLPMultiLabelClassificationModel extends Model<MLPMultiLabelClassificationModel>
    implements MLPMultiLabelParams, MLPModel, MLWritable {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(MLPMultiLabelClassificationModel.class);

  private final String uid;
  private final MLPParams.Holder mlp;
  private final MLPMultiLabelParams.Holder multiLabel;
  private final FittedNetwork network;

  MLPMultiLabelClassificationModel(String uid, FittedNetwork network) {
    this.uid = uid;
    this.mlp = new MLPParams.Holder(this);
    this.multiLabel = new MLPMultiLabelParams.Holder(this);
    this.network = network;
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
  public MLPMultiLabelParams.Holder multiLabel() {
    return multiLabel;
  }

  /** Number of label ids. */
  public int numLabels() {
    return network.topology().outputs();
  }

  public MLPMultiLabelClassificationModel setFeaturesCol(String value) {
    set(featuresCol(), value);
    return this;
  }

  public MLPMultiLabelClassificationModel setPredictionCol(String value) {
    set(predictionCol(), value);
    return this;
  }

  public MLPMultiLabelClassificationModel setProbabilityCol(String value) {
    set(probabilityCol(), value);
    return this;
  }

  public MLPMultiLabelClassificationModel setThreshold(double value) {
    set(threshold(), value);
    return this;
  }

  /** The probability of each label id for one row. */
  public Vector predictProbability(Vector features) {
    return Vectors.dense(probabilities(features));
  }

  /** The label ids of one row, rising. */
  public double[] predict(Vector features) {
    return MultiLabelColumns.ids(probabilities(features), getThreshold());
  }

  private double[] probabilities(Vector features) {
    return MultiLabelColumns.probabilities(network.topology(), network.logits(this, features), 0);
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType schema = transformSchema(dataset.schema());
    MultiLabelColumns outputs =
        new MultiLabelColumns(
            network.topology(),
            !getProbabilityCol().isEmpty(),
            !getPredictionCol().isEmpty(),
            getThreshold());
    if (outputs.count() == 0) {
      LOG.warn("{}: transform does nothing, since no output column has a name", uid());
      return dataset.toDF();
    }
    return network.transform(dataset, schema, this, outputs);
  }

  /** The input columns, then probability and prediction, as far as they are named. */
  @Override
  public StructType transformSchema(StructType schema) {
    SchemaCheck.features(schema, getFeaturesCol());
    return MultiLabelColumns.append(schema, this, numLabels());
  }

  @Override
  public MLPMultiLabelClassificationModel copy(ParamMap extra) {
    MLPMultiLabelClassificationModel copy =
        copyValues(new MLPMultiLabelClassificationModel(uid, network), extra);
    return copy.setParent(parent());
  }

  /** Bytes of the weights and of the params. */
  @Override
  public long estimatedSize() {
    return estimateMatadataSize() + network.bytes();
  }

  @Override
  public MLWriter write() {
    return new ModelFormat.Writer(this, network, null);
  }

  @Override
  public void save(String path) throws IOException {
    write().save(path);
  }

  public static MLReader<MLPMultiLabelClassificationModel> read() {
    return new ModelFormat.Reader<>(
        MLPMultiLabelClassificationModel.class,
        (uid, saved) -> new MLPMultiLabelClassificationModel(uid, saved.network()));
  }

  /**
   * Reads a model that was saved to {@code path}.
   *
   * @throws IllegalArgumentException if it is damaged or of a newer format
   */
  public static MLPMultiLabelClassificationModel load(String path) {
    return read().load(path);
  }

  @Override
  public String toString() {
    return "MLPMultiLabelClassificationModel: uid="
        + uid
        + ", layers="
        + Arrays.toString(layerSizes());
  }
}
