package org.sparkmlp.ml;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.Dataset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.cluster.Columns;
import org.sparkmlp.cluster.FeatureSurvey;
import org.sparkmlp.cluster.FitJobs;
import org.sparkmlp.cluster.HadoopCheckpointStore;
import org.sparkmlp.cluster.JoinedRounds;
import org.sparkmlp.cluster.OncePerFit;
import org.sparkmlp.cluster.RowSource;
import org.sparkmlp.cluster.ShardedRows;
import org.sparkmlp.cluster.SparkObjective;
import org.sparkmlp.cluster.Survey;
import org.sparkmlp.cluster.Targets;
import org.sparkmlp.data.Holdout;
import org.sparkmlp.data.Scaling;
import org.sparkmlp.events.FitEvents;
import org.sparkmlp.function.Activations;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Lbfgs;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solver;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.train.Anchor;
import org.sparkmlp.train.AutoLocalSteps;
import org.sparkmlp.train.CheckpointPolicy;
import org.sparkmlp.train.EarlyStopping;
import org.sparkmlp.train.ExactSum;
import org.sparkmlp.train.LbfgsTrainer;
import org.sparkmlp.train.Objective;
import org.sparkmlp.train.Past;
import org.sparkmlp.train.Plan;
import org.sparkmlp.train.Safeguards;
import org.sparkmlp.train.Trainer;
import org.sparkmlp.train.TrainingListener;
import org.sparkmlp.train.TrainingResult;
import org.sparkmlp.train.ValidationMetric;
import org.sparkmlp.util.Check;

/**
 * One fit: reads sizes off the data, packs it, trains, and makes a model.
 *
 * @param <M> the model
 */
final class Fit<M> {
  private static final Logger LOG = LoggerFactory.getLogger(Fit.class);

  private final MLPParams params;
  private final Task<M> task;
  private final TrainingListener listener;
  private final Solver solver;

  /**
   * @param listener may be null
   */
  Fit(MLPParams params, Task<M> task, TrainingListener listener) {
    this.params = params;
    this.task = task;
    this.listener = listener == null ? TrainingListener.NONE : listener;
    this.solver = Solvers.parse(params.getSolver());
  }

  /** Checks what params say together, without data. */
  static void checkParams(MLPParams p) {
    if (Solvers.parse(p.getSolver()) instanceof Lbfgs) {
      for (Param<?> param :
          List.of(
              p.batchSize(),
              p.learningRateSchedule(),
              p.localSteps(),
              p.outerMomentum(),
              p.stepSize(),
              p.continueSchedule(),
              p.weightDecay(),
              p.inputDropout(),
              p.hiddenDropout(),
              p.maxNorm(),
              p.gradientClipNorm(),
              p.gradientClipValue(),
              p.onDivergence())) {
        Check.that(
            !p.isSet(param),
            "%s is set, but solver = %s has no use for it: it takes all rows at once and finds its own step; unset it"
                + " or take another solver",
            param.name(),
            p.getSolver());
      }
      Check.that(
          p.getRegParam() == 0 || p.getElasticNetParam() == 0,
          "elasticNetParam = %s with solver = %s: the line search can't cope with |w|_1, whose gradient jumps; set"
              + " elasticNetParam = 0, or take another solver",
          p.getElasticNetParam(),
          p.getSolver());
    }
    FitDevice.check(p);
    RegularizationParams.check(p, hiddenLayers(p));
    Check.that(
        p.getLocalSteps() != 1 || !p.isSet(p.outerMomentum()) || p.getOuterMomentum() == 0,
        "outerMomentum = %s has no use with localSteps = 1, where nothing is averaged; give solver = momentum(0.9) or"
            + " nesterov(0.9) instead",
        p.getOuterMomentum());
    Check.that(
        !p.isSet(p.layers())
            || !p.isSet(p.hiddenLayers())
            || agree(p.getLayers(), p.getHiddenLayers()),
        "layers = %s and hiddenLayers = %s contradict each other; set one of them",
        p.isSet(p.layers()) ? Arrays.toString(p.getLayers()) : "",
        Arrays.toString(p.getHiddenLayers()));
    Check.that(
        !p.isSet(p.initialModel()) || !p.isSet(p.initialWeights()),
        "initialModel = '%s' and initialWeights are both set, but training begins with one set of weights; unset one",
        p.isSet(p.initialModel()) ? p.getInitialModel() : "");
    Check.that(
        !p.isSet(p.plasticityLambda()) || p.isDefined(p.plasticityAnchor()),
        "plasticityLambda = %s has no use without plasticityAnchor, the path of a model with importance",
        p.getPlasticityLambda());
    Check.that(
        !p.getContinueSchedule()
            || p.isDefined(p.initialModel())
            || (p.isDefined(p.plasticityAnchor()) && !p.isSet(p.initialWeights())),
        "continueSchedule = true has no use without initialModel (or plasticityAnchor), whose epochs the schedule goes on"
            + " from");
    Check.that(
        p.getShardBy().equals("hash") || p.getNumShards() == 0,
        "numShards = %d can't be had with shardBy = partition, where every partition is a shard; unset numShards, and"
            + " repartition the DataFrame, or take shardBy = hash",
        p.getNumShards());
    Activations.forLayers(p.getActivation(), hiddenLayers(p));
    checkValidation(p);
  }

  private static void checkValidation(MLPParams p) {
    boolean marked = p.isDefined(p.validationIndicatorCol());
    boolean heldOut = p.getValidationFraction() > 0;
    Check.that(
        !marked || !heldOut,
        "validationIndicatorCol = %s and validationFraction = %s both choose rows for validation; set one of them",
        marked ? p.getValidationIndicatorCol() : "",
        p.getValidationFraction());
    Check.that(
        marked || heldOut || !p.isSet(p.validationMetric()),
        "validationMetric = %s needs rows for validation: set validationFraction or validationIndicatorCol",
        p.getValidationMetric());
  }

  static boolean hasWeights(MLPParams p) {
    return p.isDefined(p.weightCol()) && !p.getWeightCol().isEmpty();
  }

  static int hiddenLayers(MLPParams p) {
    return p.isSet(p.layers()) ? p.getLayers().length - 2 : p.getHiddenLayers().length;
  }

  private static boolean agree(int[] layers, int[] hidden) {
    return Arrays.equals(Arrays.copyOfRange(layers, 1, layers.length - 1), hidden);
  }

  /**
   * @param oneOfSeveral whether other fits on the same DataFrame are likely, so that they had
   *     better share its packed rows
   */
  M run(Dataset<?> dataset, boolean oneOfSeveral) {
    return FitJobs.run(dataset.sparkSession().sparkContext(), () -> runJobs(dataset, oneOfSeveral));
  }

  private M runJobs(Dataset<?> dataset, boolean oneOfSeveral) {
    Check.that(
        !dataset.isStreaming(),
        "a streaming DataFrame can't be trained on, since training goes over the rows many times; write it to files"
            + " first. (A fitted model's transform works on streams.)");
    CheckpointPolicy checkpoints = checkpoints(dataset); // before any work, since it may fail
    Prior prior = Prior.of(params, dataset.sparkSession());
    Columns columns = columns(params, task.labelCol());
    RowSource source =
        oneOfSeveral ? RowSource.shared(dataset, columns) : RowSource.own(dataset, columns);
    int numFeatures = numFeatures(source);
    Targets asked = task.targets(dataset);
    Holdout holdout = Holdout.of(params.getValidationFraction(), params.getSeed());
    Survey survey =
        source.survey(
            new Survey.Question(
                asked,
                holdout.isOn() ? numFeatures : 0,
                holdout,
                task.countedClasses(asked.size())));
    Targets targets = prior.targets(task.targets(asked, survey, prior.outputs()));
    Topology topology = task.topology(numFeatures, targets);
    EarlyStopping stopping = stopping(topology, survey);
    float[] start = initialWeights(topology, prior);
    Anchor.Vectors held = prior.anchorVectors(params.getPlasticityLambda(), topology);
    String backend = FitDevice.backend(params, dataset.sparkSession().sparkContext());
    boolean measure = params.getStandardization() && !prior.exists();
    FeatureSurvey features =
        FeatureSurvey.isNeeded(numFeatures, measure)
            ? source.features(numFeatures, measure, holdout)
            : null;
    Scaling scaling = measure ? features.scaling() : prior.scaling();
    ShardedRows.Packing packing =
        new ShardedRows.Packing(
            numFeatures,
            targets.checked(),
            numShards(params, dataset, survey),
            params.getBlockSize(),
            scaling,
            features == null ? numFeatures : features.numbersOfRow(scaling),
            holdout,
            task.classWeights(targets.size(), survey));
    long packingStart = System.nanoTime();
    return source.with(
        packing,
        survey,
        rows -> {
          double packingSeconds = (System.nanoTime() - packingStart) / 1e9;
          try (OncePerFit<Anchor.Vectors> everywhere =
              held == null ? null : rows.oncePerFit(held)) {
            return train(
                rows,
                packingSeconds,
                topology,
                targets,
                scaling,
                backend,
                start,
                prior,
                held == null ? null : Anchor.of(held, everywhere),
                checkpoints,
                stopping);
          }
        });
  }

  private EarlyStopping stopping(Topology topology, Survey survey) {
    ValidationMetric metric = ValidationMetric.of(params.getValidationMetric());
    metric.check(topology);
    Check.that(
        params.getPatience() == 0
            || !params.isDefined(params.validationIndicatorCol())
            || survey.validationRows() > 0,
        "patience = %d is to judge epochs by validation rows, but column '%s' marks none (of a weight above 0)",
        params.getPatience(),
        params.isDefined(params.validationIndicatorCol())
            ? params.getValidationIndicatorCol()
            : "");
    return new EarlyStopping(params.getPatience(), metric);
  }

  /** The columns that the params name. */
  static Columns columns(MLPParams params, String labelCol) {
    return new Columns(
        params.getFeaturesCol(),
        labelCol,
        hasWeights(params) ? params.getWeightCol() : null,
        params.isDefined(params.validationIndicatorCol())
            ? params.getValidationIndicatorCol()
            : null);
  }

  private CheckpointPolicy checkpoints(Dataset<?> dataset) {
    if (!params.isDefined(params.checkpointDir()) || params.getCheckpointInterval() == -1) {
      return CheckpointPolicy.OFF;
    }
    return new CheckpointPolicy(
        new HadoopCheckpointStore(
            params.getCheckpointDir(), dataset.sparkSession().sparkContext().hadoopConfiguration()),
        params.getCheckpointInterval());
  }

  private int numFeatures(RowSource source) {
    int found = source.numFeatures();
    if (params.isSet(params.layers())) {
      Check.that(
          params.getLayers()[0] == found,
          "layers = %s begin with %d inputs, but column '%s' has %d features",
          Arrays.toString(params.getLayers()),
          params.getLayers()[0],
          params.getFeaturesCol(),
          found);
    }
    return found;
  }

  /** The sizes of all layers: as they are set, else from inputs over hiddenLayers to outputs. */
  static int[] layers(MLPParams p, int inputs, int outputs) {
    if (p.isSet(p.layers())) {
      return p.getLayers();
    }
    IntStream inner = IntStream.concat(IntStream.of(inputs), IntStream.of(p.getHiddenLayers()));
    return IntStream.concat(inner, IntStream.of(outputs)).toArray();
  }

  private float[] initialWeights(Topology topology, Prior prior) {
    if (!params.isSet(params.initialWeights())) {
      float[] fresh = Initializer.parse(params.getWeightInit()).weights(topology, params.getSeed());
      return prior.start() == null ? fresh : prior.start().weights(topology, fresh);
    }
    return FlatWeights.of("initialWeights", params.getInitialWeights(), topology);
  }

  /** 0 where partitions are the shards. */
  static int numShards(MLPParams params, Dataset<?> dataset, Survey survey) {
    if (params.getShardBy().equals("partition") || params.getNumShards() > 0) {
      return params.getNumShards();
    }
    int parallelism = dataset.sparkSession().sparkContext().defaultParallelism();
    long byRows = Math.max(1, survey.trainingRows() / params.getBatchSize());
    return (int) Math.min(Math.min(parallelism, ExactSum.MAX_LEAVES), byRows);
  }

  /**
   * @param anchor what the weights are held to, or null
   */
  private M train(
      ShardedRows rows,
      double packingSeconds,
      Topology topology,
      Targets targets,
      Scaling scaling,
      String backend,
      float[] start,
      Prior prior,
      Anchor anchor,
      CheckpointPolicy checkpoints,
      EarlyStopping stopping) {
    int localSteps = 0;
    String reason = "l-bfgs takes all rows for every step";
    TrainingResult result;
    if (solver instanceof Lbfgs lbfgs) {
      result =
          run(
              rows,
              8L * topology.size(),
              topology,
              localSteps,
              backend,
              (objective, told) ->
                  new LbfgsTrainer(
                          objective,
                          topology,
                          backend,
                          lbfgs,
                          params.getMaxIter(),
                          params.getTol(),
                          told,
                          checkpoints,
                          RegularizationParams.read(params, topology),
                          stopping)
                      .heldTo(anchor)
                      .train(start));
    } else {
      Optimizer optimizer = (Optimizer) solver;
      int slots = optimizer.slots().size();
      AutoLocalSteps.Choice choice =
          params.getLocalSteps() > 0
              ? new AutoLocalSteps.Choice(params.getLocalSteps(), "localSteps is set")
              : AutoLocalSteps.choose(rows.layout(), params.getBatchSize(), topology.size(), slots);
      localSteps = choice.localSteps();
      reason = choice.reason();
      Plan plan =
          new Plan(
              topology,
              backend,
              optimizer,
              params.getStepSize() > 0 ? params.getStepSize() : optimizer.defaultStepSize(),
              Schedules.parse(params.getLearningRateSchedule()),
              params.getBatchSize(),
              localSteps,
              params.getOuterMomentum(),
              params.getMaxIter(),
              params.getTol(),
              params.getSeed(),
              RegularizationParams.read(params, topology),
              new Past(params.getContinueSchedule() ? prior.epochs() : 0, anchor));
      long resultBytes = 4L * topology.size() * (localSteps == 1 ? 1 : 1 + slots);
      LOG.info(
          "{}: training {} with {} on {} rows in {} shards, backend {}, localSteps {} ({})",
          params.uid(),
          topology,
          solver.spec(),
          rows.layout().rows(),
          rows.layout().numShards(),
          backend,
          localSteps,
          reason);
      Safeguards safeguards =
          new Safeguards(checkpoints, params.getOnDivergence().equals("backoff"));
      result =
          run(
              rows,
              resultBytes,
              topology,
              localSteps,
              backend,
              (objective, told) ->
                  new Trainer(objective, plan, told, safeguards, stopping).train(start));
    }
    TrainingSummary summary =
        new TrainingSummary(
            result.epochs(),
            result.bestEpoch(),
            stopping.metric().spec(),
            result.stopReason(),
            result.backoffs(),
            backend,
            rows.layout().numShards(),
            localSteps,
            reason,
            rows.layout().rows(),
            rows.layout().validationRows(),
            packingSeconds,
            rows.bytes(),
            result.costs());
    FittedNetwork network =
        new FittedNetwork(
            topology,
            scaling,
            result.weights(),
            prior.epochs() + result.bestEpoch(),
            prior.importance(topology),
            summary);
    return task.model(network, targets);
  }

  /**
   * Trains, telling the listener and those who watch Spark's events.
   *
   * @param resultBytes of a shard in a round, about
   */
  private TrainingResult run(
      ShardedRows rows,
      long resultBytes,
      Topology topology,
      int localSteps,
      String backend,
      BiFunction<Objective, TrainingListener, TrainingResult> training) {
    FitEvents.Subject subject =
        new FitEvents.Subject(
            params.uid(),
            SetParams.of(params),
            topology,
            solver.spec(),
            params.getMaxIter(),
            rows.layout(),
            localSteps,
            backend);
    SparkObjective alone = new SparkObjective(rows, params.getAggregationDepth(), resultBytes);
    if (Backends.isDevice(backend)) {
      alone.onDevices();
    }
    try (JoinedRounds objective = alone.joined()) {
      return FitEvents.tell(
          rows.context(), subject, listener, told -> training.apply(objective, told));
    }
  }
}
