package org.sparkmlp.ml;

import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.StructType;
import org.sparkmlp.train.TrainingListener;
import org.sparkmlp.util.Check;

/**
 * Regression of several values a row by one multilayer perceptron; with {@code autoencoder}, of the
 * features themselves.
 *
 * <p>Input: a vector column of features, a column of labels, each a vector or an array of as many
 * numbers, optionally row weights and a mark of validation rows. An Estimator of its own, since
 * Spark's regressors insist on a number as label; it goes into Pipelines and searches as they do.
 *
 * <p>An autoencoder has no labels: it learns to reproduce its features through hidden layers that
 * are narrower, and so what is usual in them. Rows that it reproduces badly ({@code errorCol}) are
 * unusual; what the narrowest layer computes ({@code encodedCol}) is a row in few numbers. Its rows
 * are packed with their targets, so they need twice the room, and dense targets.
 *
 * <p>Labels are standardized as {@link MLPRegressor} does it, each value by itself, and the same
 * promises hold.
 */
public class MLPMultiOutputRegressor extends Estimator<MLPMultiOutputRegressionModel>
    implements MLPMultiOutputParams,
        MLPColumns.Setters<MLPMultiOutputRegressor>,
        DefaultParamsWritable {
  private static final long serialVersionUID = 1;

  private final String uid;
  private final MLPParams.Holder mlp;
  private final MLPMultiOutputParams.Holder multiOutput;
  private final BooleanParam standardizeLabel;
  private transient TrainingListener listener = TrainingListener.NONE;

  public MLPMultiOutputRegressor() {
    this(Identifiable$.MODULE$.randomUID("mlpmr"));
  }

  public MLPMultiOutputRegressor(String uid) {
    this.uid = uid;
    this.mlp = new MLPParams.Holder(this);
    this.multiOutput = new MLPMultiOutputParams.Holder(this);
    this.standardizeLabel = ValueLosses.standardizeLabel(this);
  }

  @Override
  public String uid() {
    return uid;
  }

  @Override
  public MLPParams.Holder mlp() {
    return mlp;
  }

  @Override
  public MLPMultiOutputParams.Holder multiOutput() {
    return multiOutput;
  }

  @Override
  public MLPMultiOutputRegressor self() {
    return this;
  }

  public BooleanParam standardizeLabel() {
    return standardizeLabel;
  }

  public boolean getStandardizeLabel() {
    return (Boolean) getOrDefault(standardizeLabel);
  }

  public MLPMultiOutputRegressor setStandardizeLabel(boolean value) {
    set(standardizeLabel, value);
    return this;
  }

  public MLPMultiOutputRegressor setAutoencoder(boolean value) {
    set(autoencoder(), value);
    return this;
  }

  public MLPMultiOutputRegressor setErrorCol(String value) {
    set(errorCol(), value);
    return this;
  }

  public MLPMultiOutputRegressor setEncodedCol(String value) {
    set(encodedCol(), value);
    return this;
  }

  public MLPMultiOutputRegressor setEncodeLayer(int value) {
    set(encodeLayer(), value);
    return this;
  }

  /**
   * Who is told how training goes, on the driver. Copies keep it; it is not a param and is not
   * saved.
   */
  public MLPMultiOutputRegressor setListener(TrainingListener value) {
    Check.that(
        value != null, "listener must not be null; TrainingListener.NONE listens to nothing");
    listener = value;
    return this;
  }

  /**
   * Checks params and columns; throws an {@link IllegalArgumentException} with the first problem.
   */
  @Override
  public StructType transformSchema(StructType schema) {
    SchemaCheck.inputs(schema, this);
    if (!getAutoencoder()) {
      SchemaCheck.valuesLabel(schema, getLabelCol());
    }
    MultiOutputTask.checkParams(this);
    return MultiOutputColumns.append(schema, this, 0, 0);
  }

  /** Trains on a DataFrame of any size. Its packed copy is freed when the fit ends or fails. */
  @Override
  public MLPMultiOutputRegressionModel fit(Dataset<?> dataset) {
    return fit(dataset, false);
  }

  /** Trains with other params, and shares packed rows as {@link MLPClassifier} does. */
  @Override
  public MLPMultiOutputRegressionModel fit(Dataset<?> dataset, ParamMap params) {
    return copy(params).fit(dataset, true);
  }

  private MLPMultiOutputRegressionModel fit(Dataset<?> dataset, boolean oneOfSeveral) {
    transformSchema(dataset.schema(), true);
    MLPMultiOutputRegressionModel model =
        new Fit<>(this, new MultiOutputTask(this), listener).run(dataset, oneOfSeveral);
    return copyValues(model.setParent(this), ParamMap.empty());
  }

  @Override
  public MLPMultiOutputRegressor copy(ParamMap extra) {
    MLPMultiOutputRegressor copy = defaultCopy(extra);
    copy.listener = listener;
    return copy;
  }

  public static MLReader<MLPMultiOutputRegressor> read() {
    return new DefaultParamsReader<>();
  }

  public static MLPMultiOutputRegressor load(String path) {
    return read().load(path);
  }
}
