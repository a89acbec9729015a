package org.sparkmlp.ml;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.regression.RegressionModel;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.data.Scaling;

/**
 * A multilayer perceptron for regression, as {@link MLPRegressor} fits it.
 *
 * <p>{@code transform} is lazy, works on batches of rows and adds the column prediction; what
 * {@link MLPClassificationModel} says of columns and of bad vectors holds here too. Copies share
 * the weights.
 */
public class MLPRegressionModel extends RegressionModel<Vector, MLPRegressionModel>
    implements MLPModel, MLWritable {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(MLPRegressionModel.class);

  private String uid; // no initializer: super() sets it, see Uids
  private final MLPParams.Holder mlp = new MLPParams.Holder(this);
  private final FittedNetwork network;
  private final ValueScores scores;

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

  /** μ that labels were standardized by; 0 if they weren't. */
  public double labelMean() {
    return scores.scaling() == null ? 0 : scores.scaling().means()[0];
  }

  /** σ that labels were standardized by; 1 if they weren't, 0 if all of them were the same. */
  public double labelDeviation() {
    return scores.scaling() == null ? 1 : scores.scaling().deviations()[0];
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

  public static MLReader<MLPRegressionModel> read() {
    return new ModelFormat.Reader<>(
        MLPRegressionModel.class,
        (uid, saved) -> new MLPRegressionModel(uid, saved.network(), saved.labels()));
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
}
