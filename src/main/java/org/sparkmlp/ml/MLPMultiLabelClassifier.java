package org.sparkmlp.ml;

import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.IntParam;
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
 * Classification of rows that may have any number of labels, by one multilayer perceptron with an
 * output for each label and the loss binaryCrossEntropy, summed over them.
 *
 * <p>Input: a vector column of features, a column of arrays of label ids 0, 1, 2, ..., optionally
 * row weights and a mark of validation rows. Predictions are arrays of ids too, as Spark's
 * MultilabelClassificationEvaluator wants them. An Estimator of its own, since Spark's classifiers
 * insist on a number as label; it goes into Pipelines and searches as they do.
 *
 * <p>The same rows, seed, numShards, backend and kind of processor give the same bits, whatever the
 * order and partitioning of the rows, the number of executors and their failures.
 */
public class MLPMultiLabelClassifier extends Estimator<MLPMultiLabelClassificationModel>
    implements MLPMultiLabelParams,
        MLPColumns.Setters<MLPMultiLabelClassifier>,
        DefaultParamsWritable {
  private static final long serialVersionUID = 1;

  private final String uid;
  private final MLPParams.Holder mlp;
  private final MLPMultiLabelParams.Holder multiLabel;
  private final IntParam numLabels;
  private transient TrainingListener listener = TrainingListener.NONE;

  public MLPMultiLabelClassifier() {
    this(Identifiable$.MODULE$.randomUID("mlpml"));
  }

  public MLPMultiLabelClassifier(String uid) {
    this.uid = uid;
    this.mlp = new MLPParams.Holder(this);
    this.multiLabel = new MLPMultiLabelParams.Holder(this);
    this.numLabels =
        new IntParam(
            this,
            "numLabels",
            "number of label ids (>= 1); 0: by layers, else the largest id of all rows + 1",
            Rules.intAtLeast("numLabels", 0));
    setDefault(numLabels, 0);
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
  public MLPMultiLabelParams.Holder multiLabel() {
    return multiLabel;
  }

  @Override
  public MLPMultiLabelClassifier self() {
    return this;
  }

  public IntParam numLabels() {
    return numLabels;
  }

  public int getNumLabels() {
    return (Integer) getOrDefault(numLabels);
  }

  public MLPMultiLabelClassifier setNumLabels(int value) {
    set(numLabels, value);
    return this;
  }

  public MLPMultiLabelClassifier setProbabilityCol(String value) {
    set(probabilityCol(), value);
    return this;
  }

  public MLPMultiLabelClassifier setThreshold(double value) {
    set(threshold(), value);
    return this;
  }

  /**
   * Who is told how training goes, on the driver. Copies keep it; it is not a param and is not
   * saved.
   */
  public MLPMultiLabelClassifier setListener(TrainingListener value) {
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
    SchemaCheck.idsLabel(schema, getLabelCol());
    MultiLabelTask.checkParams(this);
    return MultiLabelColumns.append(schema, this, 0);
  }

  /** Trains on a DataFrame of any size. Its packed copy is freed when the fit ends or fails. */
  @Override
  public MLPMultiLabelClassificationModel fit(Dataset<?> dataset) {
    return fit(dataset, false);
  }

  /** Trains with other params, and shares packed rows as {@link MLPClassifier} does. */
  @Override
  public MLPMultiLabelClassificationModel fit(Dataset<?> dataset, ParamMap params) {
    return copy(params).fit(dataset, true);
  }

  private MLPMultiLabelClassificationModel fit(Dataset<?> dataset, boolean oneOfSeveral) {
    transformSchema(dataset.schema(), true);
    MLPMultiLabelClassificationModel model =
        new Fit<>(this, new MultiLabelTask(this), listener).run(dataset, oneOfSeveral);
    return copyValues(model.setParent(this), ParamMap.empty());
  }

  @Override
  public MLPMultiLabelClassifier copy(ParamMap extra) {
    MLPMultiLabelClassifier copy = defaultCopy(extra);
    copy.listener = listener;
    return copy;
  }

  public static MLReader<MLPMultiLabelClassifier> read() {
    return new DefaultParamsReader<>();
  }

  public static MLPMultiLabelClassifier load(String path) {
    return read().load(path);
  }
}
