package org.sparkmlp.ml;

import java.io.Serializable;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.shared.HasWeightCol;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.train.ExactSum;
import org.sparkmlp.train.ValidationMetric;

/**
 * The params that Estimator and Model share: each is defined once, in {@link Holder}, and made
 * visible to Spark, which finds params by their methods, by a method here.
 */
public interface MLPParams extends HasWeightCol {
  /** Chooses by the label, by the sizes or by what the machine offers, depending on the param. */
  String AUTO = "auto";

  /** The params of this stage. */
  Holder mlp();

  /** Spark's own param. */
  String getFeaturesCol();

  default IntArrayParam layers() {
    return mlp().layers;
  }

  default IntArrayParam hiddenLayers() {
    return mlp().hiddenLayers;
  }

  default Param<String> activation() {
    return mlp().activation;
  }

  default Param<String> loss() {
    return mlp().loss;
  }

  default BooleanParam standardization() {
    return mlp().standardization;
  }

  default Param<String> weightInit() {
    return mlp().weightInit;
  }

  default Param<Vector> initialWeights() {
    return mlp().initialWeights;
  }

  default Param<String> initialModel() {
    return mlp().initialModel;
  }

  default BooleanParam continueSchedule() {
    return mlp().continueSchedule;
  }

  default Param<String> plasticityAnchor() {
    return mlp().plasticityAnchor;
  }

  default DoubleParam plasticityLambda() {
    return mlp().plasticityLambda;
  }

  default Param<String> solver() {
    return mlp().solver;
  }

  default DoubleParam stepSize() {
    return mlp().stepSize;
  }

  default Param<String> learningRateSchedule() {
    return mlp().learningRateSchedule;
  }

  default DoubleParam regParam() {
    return mlp().regParam;
  }

  default DoubleParam elasticNetParam() {
    return mlp().elasticNetParam;
  }

  default DoubleParam weightDecay() {
    return mlp().weightDecay;
  }

  default DoubleParam inputDropout() {
    return mlp().inputDropout;
  }

  default DoubleArrayParam hiddenDropout() {
    return mlp().hiddenDropout;
  }

  default DoubleParam maxNorm() {
    return mlp().maxNorm;
  }

  default DoubleParam gradientClipNorm() {
    return mlp().gradientClipNorm;
  }

  default DoubleParam gradientClipValue() {
    return mlp().gradientClipValue;
  }

  default IntParam batchSize() {
    return mlp().batchSize;
  }

  default IntParam maxIter() {
    return mlp().maxIter;
  }

  default DoubleParam tol() {
    return mlp().tol;
  }

  default LongParam seed() {
    return mlp().seed;
  }

  default IntParam localSteps() {
    return mlp().localSteps;
  }

  default DoubleParam outerMomentum() {
    return mlp().outerMomentum;
  }

  default IntParam numShards() {
    return mlp().numShards;
  }

  default Param<String> shardBy() {
    return mlp().shardBy;
  }

  default IntParam aggregationDepth() {
    return mlp().aggregationDepth;
  }

  default IntParam blockSize() {
    return mlp().blockSize;
  }

  default Param<String> backend() {
    return mlp().backend;
  }

  default Param<String> device() {
    return mlp().device;
  }

  default Param<String> validationIndicatorCol() {
    return mlp().validationIndicatorCol;
  }

  default DoubleParam validationFraction() {
    return mlp().validationFraction;
  }

  default Param<String> validationMetric() {
    return mlp().validationMetric;
  }

  default IntParam patience() {
    return mlp().patience;
  }

  default Param<String> checkpointDir() {
    return mlp().checkpointDir;
  }

  default IntParam checkpointInterval() {
    return mlp().checkpointInterval;
  }

  default Param<String> onDivergence() {
    return mlp().onDivergence;
  }

  @Override
  default Param<String> weightCol() {
    return mlp().weightCol;
  }

  /** Scala's way to set the param of the trait; this one is made by {@link Holder} instead. */
  @Override
  default void org$apache$spark$ml$param$shared$HasWeightCol$_setter_$weightCol_$eq(
      Param<String> param) {}

  default int[] getLayers() {
    return getOrDefault(layers());
  }

  default int[] getHiddenLayers() {
    return getOrDefault(hiddenLayers());
  }

  default String getActivation() {
    return getOrDefault(activation());
  }

  default String getLoss() {
    return getOrDefault(loss());
  }

  default boolean getStandardization() {
    return (Boolean) getOrDefault(standardization());
  }

  default String getWeightInit() {
    return getOrDefault(weightInit());
  }

  default Vector getInitialWeights() {
    return getOrDefault(initialWeights());
  }

  default String getInitialModel() {
    return getOrDefault(initialModel());
  }

  default boolean getContinueSchedule() {
    return (Boolean) getOrDefault(continueSchedule());
  }

  default String getPlasticityAnchor() {
    return getOrDefault(plasticityAnchor());
  }

  default double getPlasticityLambda() {
    return (Double) getOrDefault(plasticityLambda());
  }

  default String getSolver() {
    return getOrDefault(solver());
  }

  default double getStepSize() {
    return (Double) getOrDefault(stepSize());
  }

  default String getLearningRateSchedule() {
    return getOrDefault(learningRateSchedule());
  }

  default double getRegParam() {
    return (Double) getOrDefault(regParam());
  }

  default double getElasticNetParam() {
    return (Double) getOrDefault(elasticNetParam());
  }

  default double getWeightDecay() {
    return (Double) getOrDefault(weightDecay());
  }

  default double getInputDropout() {
    return (Double) getOrDefault(inputDropout());
  }

  default double[] getHiddenDropout() {
    return getOrDefault(hiddenDropout());
  }

  default double getMaxNorm() {
    return (Double) getOrDefault(maxNorm());
  }

  default double getGradientClipNorm() {
    return (Double) getOrDefault(gradientClipNorm());
  }

  default double getGradientClipValue() {
    return (Double) getOrDefault(gradientClipValue());
  }

  default int getBatchSize() {
    return (Integer) getOrDefault(batchSize());
  }

  default int getMaxIter() {
    return (Integer) getOrDefault(maxIter());
  }

  default double getTol() {
    return (Double) getOrDefault(tol());
  }

  default long getSeed() {
    return (Long) getOrDefault(seed());
  }

  default int getLocalSteps() {
    return (Integer) getOrDefault(localSteps());
  }

  default double getOuterMomentum() {
    return (Double) getOrDefault(outerMomentum());
  }

  default int getNumShards() {
    return (Integer) getOrDefault(numShards());
  }

  default String getShardBy() {
    return getOrDefault(shardBy());
  }

  default int getAggregationDepth() {
    return (Integer) getOrDefault(aggregationDepth());
  }

  default int getBlockSize() {
    return (Integer) getOrDefault(blockSize());
  }

  default String getBackend() {
    return getOrDefault(backend());
  }

  default String getDevice() {
    return getOrDefault(device());
  }

  default String getValidationIndicatorCol() {
    return getOrDefault(validationIndicatorCol());
  }

  default double getValidationFraction() {
    return (Double) getOrDefault(validationFraction());
  }

  default String getValidationMetric() {
    return getOrDefault(validationMetric());
  }

  default int getPatience() {
    return (Integer) getOrDefault(patience());
  }

  default String getCheckpointDir() {
    return getOrDefault(checkpointDir());
  }

  default int getCheckpointInterval() {
    return (Integer) getOrDefault(checkpointInterval());
  }

  default String getOnDivergence() {
    return getOrDefault(onDivergence());
  }

  /** The params themselves: name, meaning with unit and range, validator and default of each. */
  final class Holder implements Serializable {
    private static final long serialVersionUID = 1;

    final IntArrayParam layers;
    final IntArrayParam hiddenLayers;
    final Param<String> activation;
    final Param<String> loss;
    final BooleanParam standardization;
    final Param<String> weightInit;
    final Param<Vector> initialWeights;
    final Param<String> initialModel;
    final BooleanParam continueSchedule;
    final Param<String> plasticityAnchor;
    final DoubleParam plasticityLambda;
    final Param<String> solver;
    final DoubleParam stepSize;
    final Param<String> learningRateSchedule;
    final DoubleParam regParam;
    final DoubleParam elasticNetParam;
    final DoubleParam weightDecay;
    final DoubleParam inputDropout;
    final DoubleArrayParam hiddenDropout;
    final DoubleParam maxNorm;
    final DoubleParam gradientClipNorm;
    final DoubleParam gradientClipValue;
    final IntParam batchSize;
    final IntParam maxIter;
    final DoubleParam tol;
    final LongParam seed;
    final IntParam localSteps;
    final DoubleParam outerMomentum;
    final IntParam numShards;
    final Param<String> shardBy;
    final IntParam aggregationDepth;
    final IntParam blockSize;
    final Param<String> backend;
    final Param<String> device;
    final Param<String> validationIndicatorCol;
    final DoubleParam validationFraction;
    final Param<String> validationMetric;
    final IntParam patience;
    final Param<String> checkpointDir;
    final IntParam checkpointInterval;
    final Param<String> onDivergence;
    final Param<String> weightCol;

    Holder(Params owner) {
      layers =
          new IntArrayParam(
              owner,
              "layers",
              "sizes of all layers, inputs first, outputs last (at least 2, each > 0); unset: inputs and outputs are read"
                  + " from the data and hiddenLayers lie between",
              Rules.sizes("layers", 2));
      hiddenLayers =
          new IntArrayParam(
              owner,
              "hiddenLayers",
              "sizes of the hidden layers (each > 0; empty: none); default: one of 100",
              Rules.sizes("hiddenLayers", 0));
      activation =
          new Param<>(
              owner,
              "activation",
              "activation of the hidden layers: "
                  + String.join(", ", Activations.names())
                  + "; with arguments as in leakyrelu(a=0.2); one for all, or a list of one a layer, as in relu, maxout(3)",
              Rules.spec((Consumer<String> & Serializable) Activations::parseList));
      loss =
          new Param<>(
              owner,
              "loss",
              "what training minimises: auto, "
                  + String.join(", ", Losses.names())
                  + "; with arguments as in huber(delta=2); auto takes softmaxCrossEntropy for classes, or binaryCrossEntropy for a single output and for"
                  + " sets of labels, and meanSquaredError for regression",
              Rules.spec(
                  (Consumer<String> & Serializable)
                      spec -> {
                        if (!spec.equals(AUTO)) {
                          Losses.parse(spec);
                        }
                      }));
      standardization =
          new BooleanParam(
              owner,
              "standardization",
              "whether features are standardized, by mean and standard deviation of the training rows: (x - mean) /"
                  + " deviation; x / deviation, so that rows stay sparse, if sparse rows leave out more than half of all"
                  + " numbers; 0 where the deviation is 0. The model does the same to what it predicts on");
      weightInit =
          new Param<>(
              owner,
              "weightInit",
              "initial weights: "
                  + String.join(", ", Initializer.names())
                  + "; auto takes what suits the activation",
              Rules.spec((Consumer<String> & Serializable) Initializer::parse));
      initialWeights =
          new Param<>(
              owner,
              "initialWeights",
              "weights to start from, layer by layer, inputs x outputs row by row and then biases, as weights() of a"
                  + " model gives them; unset: weightInit");
      initialModel =
          new Param<>(
              owner,
              "initialModel",
              "path of a saved model whose weights training begins with; this fit may have more classes, whose weights"
                  + " begin by weightInit; unset: initialWeights or weightInit",
              Rules.path("initialModel"));
      continueSchedule =
          new BooleanParam(
              owner,
              "continueSchedule",
              "whether learningRateSchedule goes on after the epochs that initialModel was trained for, as if they and"
                  + " maxIter were one training; false: it begins anew");
      plasticityAnchor =
          new Param<>(
              owner,
              "plasticityAnchor",
              "path of a saved model with importance, whose weights this fit keeps near, each as firmly as it matters;"
                  + " training begins with them unless initialModel or initialWeights is set; unset: none",
              Rules.path("plasticityAnchor"));
      plasticityLambda =
          new DoubleParam(
              owner,
              "plasticityLambda",
              "how firmly plasticityAnchor holds (>= 0): lambda * sum of importance * (movement of the weight)^2 is added"
                  + " to the mean loss; 0: not at all",
              Rules.nonNegative("plasticityLambda"));
      solver =
          new Param<>(
              owner,
              "solver",
              "optimizer: "
                  + String.join(", ", Solvers.names())
                  + "; with arguments as in adam(beta1=0.9); gd, Spark's name, is sgd: for gradient descent on all rows"
                  + " set batchSize to their number and localSteps = 1",
              Rules.spec((Consumer<String> & Serializable) Solvers::parse));
      stepSize =
          new DoubleParam(
              owner,
              "stepSize",
              "initial learning rate (> 0); 0: the solver's own default, which is in the table of solvers in"
                  + " docs/params.md (0.001 for adam, 0.01 for sgd)",
              Rules.nonNegative("stepSize"));
      learningRateSchedule =
          new Param<>(
              owner,
              "learningRateSchedule",
              "learning rate over time: "
                  + String.join(", ", Schedules.names())
                  + "; joined as in warmup(2ep).then(cosine)",
              Rules.spec((Consumer<String> & Serializable) Schedules::parse));
      regParam =
          new DoubleParam(
              owner,
              "regParam",
              "λ of the penalty λ (α ‖w‖₁ + (1 - α)/2 ‖w‖²) that is added to the mean loss (>= 0; 0: none), with α ="
                  + " elasticNetParam; biases are exempt",
              Rules.nonNegative("regParam"));
      elasticNetParam =
          new DoubleParam(
              owner,
              "elasticNetParam",
              "α of the penalty of regParam (0 to 1): 0 is L2, 1 is L1, which mini-batch solvers follow by its subgradient and"
                  + " l-bfgs can't have",
              Rules.unitInterval("elasticNetParam"));
      weightDecay =
          new DoubleParam(
              owner,
              "weightDecay",
              "decoupled weight decay (>= 0; 0: none): every update makes weights, not biases, smaller by this times the"
                  + " learning rate, whatever the solver; adamw(weightDecay=0.01) decays biases too",
              Rules.nonNegative("weightDecay"));
      inputDropout =
          new DoubleParam(
              owner,
              "inputDropout",
              "share of the features that a row goes without at random while training (>= 0, < 1); the others count"
                  + " 1 / (1 - share) times",
              Rules.share("inputDropout"));
      hiddenDropout =
          new DoubleArrayParam(
              owner,
              "hiddenDropout",
              "share of the values of hidden layers that a row goes without at random while training (>= 0, < 1), one for"
                  + " all hidden layers or one a layer; the others count 1 / (1 - share) times",
              Rules.shares("hiddenDropout"));
      maxNorm =
          new DoubleParam(
              owner,
              "maxNorm",
              "most length of the vector of weights into one unit (>= 0; 0: any), to which it is cut after each update",
              Rules.nonNegative("maxNorm"));
      gradientClipNorm =
          new DoubleParam(
              owner,
              "gradientClipNorm",
              "most length of the gradient of an update, all layers together (>= 0; 0: any), to which it is cut; with"
                  + " local steps that of the shard's batch",
              Rules.nonNegative("gradientClipNorm"));
      gradientClipValue =
          new DoubleParam(
              owner,
              "gradientClipValue",
              "most size of each number of the gradient of an update (>= 0; 0: any), to which it is cut before"
                  + " gradientClipNorm",
              Rules.nonNegative("gradientClipValue"));
      batchSize =
          new IntParam(
              owner,
              "batchSize",
              "rows of one update of the weights (> 0)",
              Rules.intAtLeast("batchSize", 1));
      maxIter =
          new IntParam(
              owner,
              "maxIter",
              "epochs, passes over the data (> 0); for l-bfgs iterations",
              Rules.intAtLeast("maxIter", 1));
      tol =
          new DoubleParam(
              owner,
              "tol",
              "an improvement up to this doesn't count for patience (>= 0); alone, training ends when the loss hasn't"
                  + " fallen by more than this in 10 epochs (0: never); for l-bfgs the relative tolerance of"
                  + " convergence, and nothing else",
              Rules.nonNegative("tol"));
      seed =
          new LongParam(
              owner, "seed", "seed of everything random: initial weights, order of rows, dropout");
      localSteps =
          new IntParam(
              owner,
              "localSteps",
              "updates that each shard makes between two aggregations (>= 0); 1: every update is aggregated over all"
                  + " shards; 0: chosen from the sizes",
              Rules.intAtLeast("localSteps", 0));
      outerMomentum =
          new DoubleParam(
              owner,
              "outerMomentum",
              "Nesterov momentum from aggregation to aggregation (>= 0, < 1), where shards make local steps; 0: training"
                  + " goes on from their plain mean",
              Rules.share("outerMomentum"));
      numShards =
          new IntParam(
              owner,
              "numShards",
              "parts that the rows are dealt into (0 to "
                  + ExactSum.MAX_LEAVES
                  + "); 0: Spark's default parallelism, at most rows / batchSize. Set it, and results repeat on any"
                  + " cluster",
              Rules.intBetween("numShards", 0, ExactSum.MAX_LEAVES));
      shardBy =
          new Param<>(
              owner,
              "shardBy",
              "hash: rows go to shards by their content, in one shuffle, so that results don't depend on partitioning and"
                  + " order; partition: each partition of the input is a shard, without a shuffle",
              Rules.oneOf("shardBy", SHARD_BY));
      aggregationDepth =
          new IntParam(
              owner,
              "aggregationDepth",
              "depth of treeAggregate where results are large (>= 2); small ones go straight to the driver",
              Rules.intAtLeast("aggregationDepth", 2));
      blockSize =
          new IntParam(
              owner,
              "blockSize",
              "most rows of a packed block (> 0), which has 65,000 numbers at most; changes memory use, never a result",
              Rules.intAtLeast("blockSize", 1));
      backend =
          new Param<>(
              owner,
              "backend",
              "what computes on CPUs: auto, "
                  + String.join(", ", Backends.names())
                  + "; auto takes the fastest that loads",
              Rules.spec((Consumer<String> & Serializable) Backends::check));
      device =
          new Param<>(
              owner,
              "device",
              "kind of processor that trains: cpu; cuda, a GPU for every task, or an error that says what is missing; auto,"
                  + " a GPU where Spark gives one to the tasks, else the CPU. Models predict on CPUs",
              Rules.oneOf("device", FitDevice.NAMES));
      validationIndicatorCol =
          new Param<>(
              owner,
              "validationIndicatorCol",
              "name of a boolean column: true marks rows for validation, which are evaluated after every epoch and never"
                  + " trained on; unset: none");
      validationFraction =
          new DoubleParam(
              owner,
              "validationFraction",
              "share of the rows, about, that are held out for validation, chosen by a hash of their features and the seed"
                  + " (>= 0, < 1; 0: none); in place of validationIndicatorCol",
              Rules.share("validationFraction"));
      validationMetric =
          new Param<>(
              owner,
              "validationMetric",
              "what judges validation rows: "
                  + String.join(", ", ValidationMetric.names())
                  + " (those after areaUnderPR are for regression, in standard deviations of the label where that is standardized); areas are approximate, of a histogram of 1,000 bins",
              Rules.oneOf("validationMetric", ValidationMetric.names()));
      patience =
          new IntParam(
              owner,
              "patience",
              "training ends after this many epochs (for l-bfgs iterations) without an improvement by more than tol: of"
                  + " validationMetric where there are validation rows, and the model has the weights after the best"
                  + " epoch; else of the training loss (>= 0; 0: off, but see tol)",
              Rules.intAtLeast("patience", 0));
      checkpointDir =
          new Param<>(
              owner,
              "checkpointDir",
              "folder for checkpoints, on any file system that Hadoop knows: the same program, run again after its"
                  + " driver was lost, goes on from there and ends with the same weights; unset: none",
              Rules.path("checkpointDir"));
      checkpointInterval =
          new IntParam(
              owner,
              "checkpointInterval",
              "epochs (for l-bfgs iterations) between two checkpoints (>= 1; -1: none), where checkpointDir is set",
              Rules.interval("checkpointInterval"));
      onDivergence =
          new Param<>(
              owner,
              "onDivergence",
              "what to do when the loss ceases to be finite: error; or backoff: return to the last good weights with a"
                  + " tenth of the learning rate, at most 3 times, then error",
              Rules.oneOf("onDivergence", ON_DIVERGENCE));
      weightCol =
          new Param<>(
              owner,
              "weightCol",
              "name of the column of row weights (>= 0); unset or empty: every row weighs 1");
      owner.setDefault(hiddenLayers, new int[] {100});
      owner.setDefault(activation, "relu");
      owner.setDefault(loss, AUTO);
      owner.setDefault(standardization, false);
      owner.setDefault(weightInit, AUTO);
      owner.setDefault(continueSchedule, false);
      owner.setDefault(plasticityLambda, 100.0);
      owner.setDefault(solver, "adam");
      owner.setDefault(stepSize, 0.0);
      owner.setDefault(learningRateSchedule, "constant");
      owner.setDefault(regParam, 0.0);
      owner.setDefault(elasticNetParam, 0.0);
      owner.setDefault(weightDecay, 0.0);
      owner.setDefault(inputDropout, 0.0);
      owner.setDefault(hiddenDropout, new double[] {0.0});
      owner.setDefault(maxNorm, 0.0);
      owner.setDefault(gradientClipNorm, 0.0);
      owner.setDefault(gradientClipValue, 0.0);
      owner.setDefault(batchSize, 128);
      owner.setDefault(maxIter, 100);
      owner.setDefault(tol, 0.0);
      owner.setDefault(seed, (long) owner.getClass().getName().hashCode());
      owner.setDefault(localSteps, 0);
      owner.setDefault(outerMomentum, 0.8);
      owner.setDefault(numShards, 0);
      owner.setDefault(shardBy, SHARD_BY.get(0));
      owner.setDefault(aggregationDepth, 2);
      owner.setDefault(blockSize, 128);
      owner.setDefault(backend, AUTO);
      owner.setDefault(device, FitDevice.CPU);
      owner.setDefault(validationFraction, 0.0);
      owner.setDefault(validationMetric, ValidationMetric.LOSS.spec());
      owner.setDefault(patience, 0);
      owner.setDefault(checkpointInterval, 10);
      owner.setDefault(onDivergence, ON_DIVERGENCE.get(0));
    }

    static final List<String> SHARD_BY = List.of("hash", "partition");

    static final List<String> ON_DIVERGENCE = List.of("error", "backoff");
  }

  /**
   * The setters of an Estimator.
   *
   * @param <T> the Estimator
   */
  interface Setters<T> extends MLPParams {
    /** This, with its own type. */
    T self();

    default T setLayers(int... value) {
      set(layers(), value);
      return self();
    }

    default T setHiddenLayers(int... value) {
      set(hiddenLayers(), value);
      return self();
    }

    default T setActivation(String value) {
      set(activation(), value);
      return self();
    }

    default T setLoss(String value) {
      set(loss(), value);
      return self();
    }

    default T setStandardization(boolean value) {
      set(standardization(), value);
      return self();
    }

    default T setWeightInit(String value) {
      set(weightInit(), value);
      return self();
    }

    default T setInitialWeights(Vector value) {
      set(initialWeights(), value);
      return self();
    }

    default T setInitialModel(String value) {
      set(initialModel(), value);
      return self();
    }

    default T setContinueSchedule(boolean value) {
      set(continueSchedule(), value);
      return self();
    }

    default T setPlasticityAnchor(String value) {
      set(plasticityAnchor(), value);
      return self();
    }

    default T setPlasticityLambda(double value) {
      set(plasticityLambda(), value);
      return self();
    }

    default T setSolver(String value) {
      set(solver(), value);
      return self();
    }

    default T setStepSize(double value) {
      set(stepSize(), value);
      return self();
    }

    default T setLearningRateSchedule(String value) {
      set(learningRateSchedule(), value);
      return self();
    }

    default T setRegParam(double value) {
      set(regParam(), value);
      return self();
    }

    default T setElasticNetParam(double value) {
      set(elasticNetParam(), value);
      return self();
    }

    default T setWeightDecay(double value) {
      set(weightDecay(), value);
      return self();
    }

    default T setInputDropout(double value) {
      set(inputDropout(), value);
      return self();
    }

    default T setHiddenDropout(double... value) {
      set(hiddenDropout(), value);
      return self();
    }

    default T setMaxNorm(double value) {
      set(maxNorm(), value);
      return self();
    }

    default T setGradientClipNorm(double value) {
      set(gradientClipNorm(), value);
      return self();
    }

    default T setGradientClipValue(double value) {
      set(gradientClipValue(), value);
      return self();
    }

    default T setBatchSize(int value) {
      set(batchSize(), value);
      return self();
    }

    default T setOuterMomentum(double value) {
      set(outerMomentum(), value);
      return self();
    }

    default T setMaxIter(int value) {
      set(maxIter(), value);
      return self();
    }

    default T setTol(double value) {
      set(tol(), value);
      return self();
    }

    default T setSeed(long value) {
      set(seed(), value);
      return self();
    }

    default T setLocalSteps(int value) {
      set(localSteps(), value);
      return self();
    }

    default T setNumShards(int value) {
      set(numShards(), value);
      return self();
    }

    default T setShardBy(String value) {
      set(shardBy(), value);
      return self();
    }

    default T setAggregationDepth(int value) {
      set(aggregationDepth(), value);
      return self();
    }

    default T setBlockSize(int value) {
      set(blockSize(), value);
      return self();
    }

    default T setBackend(String value) {
      set(backend(), value);
      return self();
    }

    default T setDevice(String value) {
      set(device(), value);
      return self();
    }

    default T setValidationIndicatorCol(String value) {
      set(validationIndicatorCol(), value);
      return self();
    }

    default T setValidationFraction(double value) {
      set(validationFraction(), value);
      return self();
    }

    default T setValidationMetric(String value) {
      set(validationMetric(), value);
      return self();
    }

    default T setPatience(int value) {
      set(patience(), value);
      return self();
    }

    default T setCheckpointDir(String value) {
      set(checkpointDir(), value);
      return self();
    }

    default T setCheckpointInterval(int value) {
      set(checkpointInterval(), value);
      return self();
    }

    default T setOnDivergence(String value) {
      set(onDivergence(), value);
      return self();
    }

    default T setWeightCol(String value) {
      set(weightCol(), value);
      return self();
    }
  }
}
