package org.sparkmlp.ml;

import java.io.Serializable;
import java.util.function.Consumer;
import org.apache.spark.ml.classification.ProbabilisticClassifier;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
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
 * Classification by a multilayer perceptron, trained with mini-batches on a DataFrame of any size.
 *
 * <p>Input: a vector column of features, a numeric column of class labels 0, 1, 2, ..., optionally
 * row weights and a mark of validation rows. Goes wherever Spark's own classifiers go: Pipeline,
 * CrossValidator, TrainValidationSplit, OneVsRest.
 *
 * <p>The same rows, seed, numShards, backend and kind of processor give the same bits, whatever the
 * order and partitioning of the rows, the number of executors and their failures.
 */
public class MLPClassifier
    extends ProbabilisticClassifier<Vector, MLPClassifier, MLPClassificationModel>
    implements MLPParams.Setters<MLPClassifier>, DefaultParamsWritable {
  private static final long serialVersionUID = 1;

  private String uid; // no initializer: super() sets it, see Uids
  private final MLPParams.Holder mlp = new MLPParams.Holder(this);
  private final IntParam numClasses =
      new IntParam(
          this,
          "numClasses",
          "number of classes (>= 2); 0: by layers, else by the label column's metadata, else the largest label + 1",
          Rules.numClasses());
  private final Param<String> classWeights =
      new Param<>(
          this,
          "classWeights",
          "what the weights of training rows are multiplied with, by class, as in 0:1, 1:5.5 (1e-6 to 1e6; 1 for classes"
              + " not named); or balanced: (weight of all rows) / (number of classes · weight of the class's rows);"
              + " validation rows keep their weight; unset: none",
          Rules.spec((Consumer<String> & Serializable) ClassWeights::parse));
  private transient TrainingListener listener = TrainingListener.NONE;

  public MLPClassifier() {
    this(Identifiable$.MODULE$.randomUID("mlpc"));
  }

  public MLPClassifier(String uid) {
    this(Uids.next(uid));
  }

  private MLPClassifier(Void unusedUid) {
    setDefault(numClasses, 0);
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
  public MLPClassifier self() {
    return this;
  }

  public IntParam numClasses() {
    return numClasses;
  }

  public int getNumClasses() {
    return (Integer) getOrDefault(numClasses);
  }

  public MLPClassifier setNumClasses(int value) {
    set(numClasses, value);
    return this;
  }

  public Param<String> classWeights() {
    return classWeights;
  }

  public String getClassWeights() {
    return getOrDefault(classWeights);
  }

  public MLPClassifier setClassWeights(String value) {
    set(classWeights, value);
    return this;
  }

  /**
   * Who is told how training goes, on the driver. Copies keep it; it is not a param and is not
   * saved.
   */
  public MLPClassifier setListener(TrainingListener value) {
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
    SchemaCheck.label(schema, getLabelCol());
    ClassifierTask.checkParams(this);
    return super.transformSchema(schema);
  }

  /** Trains on a DataFrame of any size. Its packed copy is freed when the fit ends or fails. */
  @Override
  public MLPClassificationModel fit(Dataset<?> dataset) {
    return fit(dataset, false);
  }

  /**
   * Trains with other params: what CrossValidator and TrainValidationSplit call for each cell. Fits
   * on the same cached DataFrame by this method share one packed copy of it, if their columns are
   * plain columns of it; the copy is freed when that DataFrame is unpersisted, or when a fit fails.
   */
  @Override
  public MLPClassificationModel fit(Dataset<?> dataset, ParamMap params) {
    return copy(params).fit(dataset, true);
  }

  /**
   * Not Spark's own fit, which hands a projection of the dataset to {@link #train}: it couldn't be
   * told any more that two fits have the same rows. What it does besides, to cast label and weight,
   * is done by {@link org.sparkmlp.cluster.Columns}.
   */
  private MLPClassificationModel fit(Dataset<?> dataset, boolean oneOfSeveral) {
    transformSchema(dataset.schema(), true);
    MLPClassificationModel model = train(dataset, oneOfSeveral).setParent(this);
    return copyValues(model, ParamMap.empty());
  }

  /** Part of Spark's contract; {@link #fit(Dataset)} is what to call. */
  @Override
  public MLPClassificationModel train(Dataset<?> dataset) {
    return train(dataset, false);
  }

  private MLPClassificationModel train(Dataset<?> dataset, boolean oneOfSeveral) {
    return new Fit<>(this, new ClassifierTask(this), listener).run(dataset, oneOfSeveral);
  }

  @Override
  public MLPClassifier copy(ParamMap extra) {
    MLPClassifier copy = defaultCopy(extra);
    copy.listener = listener;
    return copy;
  }

  public static MLReader<MLPClassifier> read() {
    return new DefaultParamsReader<>();
  }

  public static MLPClassifier load(String path) {
    return read().load(path);
  }
}
