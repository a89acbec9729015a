package org.sparkmlp.ml;

import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.regression.Regressor;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.StructType;
import org.sparkmlp.train.TrainingListener;
import org.sparkmlp.util.Check;

/**
 * Regression by a multilayer perceptron, trained with mini-batches on a DataFrame of any size.
 *
 * <p>Input: a vector column of features, a numeric column of labels, optionally row weights and a
 * mark of validation rows. Goes wherever Spark's own regressors go: Pipeline, CrossValidator,
 * TrainValidationSplit, with RegressionEvaluator.
 *
 * <p>Unless {@code standardizeLabel} is false, the network learns (y - μ)/σ, with μ and σ of the
 * training rows, weighted; the model maps its predictions back. Losses that predict e^z learn y as
 * it is.
 *
 * <p>The same rows, seed, numShards, backend and kind of processor give the same bits, whatever the
 * order and partitioning of the rows, the number of executors and their failures.
 */
public class MLPRegressor extends Regressor<Vector, MLPRegressor, MLPRegressionModel>
    implements MLPParams.Setters<MLPRegressor>, DefaultParamsWritable {
  private static final long serialVersionUID = 1;

  private String uid; // no initializer: super() sets it, see Uids
  private final MLPParams.Holder mlp = new MLPParams.Holder(this);
  private final BooleanParam standardizeLabel = ValueLosses.standardizeLabel(this);
  private transient TrainingListener listener = TrainingListener.NONE;

  public MLPRegressor() {
    this(Identifiable$.MODULE$.randomUID("mlpr"));
  }

  public MLPRegressor(String uid) {
    this(Uids.next(uid));
  }

  private MLPRegressor(Void unusedUid) {}

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
  public MLPRegressor self() {
    return this;
  }

  public BooleanParam standardizeLabel() {
    return standardizeLabel;
  }

  public boolean getStandardizeLabel() {
    return (Boolean) getOrDefault(standardizeLabel);
  }

  public MLPRegressor setStandardizeLabel(boolean value) {
    set(standardizeLabel, value);
    return this;
  }

  /**
   * Who is told how training goes, on the driver. Copies keep it; it is not a param and is not
   * saved.
   */
  public MLPRegressor setListener(TrainingListener value) {
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
    SchemaCheck.valueLabel(schema, getLabelCol());
    RegressorTask.checkParams(this);
    return super.transformSchema(schema);
  }

  /** Trains on a DataFrame of any size. Its packed copy is freed when the fit ends or fails. */
  @Override
  public MLPRegressionModel fit(Dataset<?> dataset) {
    return fit(dataset, false);
  }

  /** Trains with other params, and shares packed rows as {@link MLPClassifier} does. */
  @Override
  public MLPRegressionModel fit(Dataset<?> dataset, ParamMap params) {
    return copy(params).fit(dataset, true);
  }

  /** Not Spark's own fit, for the reason that {@link MLPClassifier} has. */
  private MLPRegressionModel fit(Dataset<?> dataset, boolean oneOfSeveral) {
    transformSchema(dataset.schema(), true);
    MLPRegressionModel model = train(dataset, oneOfSeveral).setParent(this);
    return copyValues(model, ParamMap.empty());
  }

  /** Part of Spark's contract; {@link #fit(Dataset)} is what to call. */
  @Override
  public MLPRegressionModel train(Dataset<?> dataset) {
    return train(dataset, false);
  }

  private MLPRegressionModel train(Dataset<?> dataset, boolean oneOfSeveral) {
    return new Fit<>(this, new RegressorTask(this), listener).run(dataset, oneOfSeveral);
  }

  @Override
  public MLPRegressor copy(ParamMap extra) {
    MLPRegressor copy = defaultCopy(extra);
    copy.listener = listener;
    return copy;
  }

  public static MLReader<MLPRegressor> read() {
    return new DefaultParamsReader<>();
  }

  public static MLPRegressor load(String path) {
    return read().load(path);
  }
}
