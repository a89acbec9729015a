package org.sparkmlp.train;

import breeze.linalg.DenseVector;
import breeze.linalg.DenseVector$;
import breeze.linalg.DenseVector$mcD$sp;
import breeze.optimize.DiffFunction;
import breeze.optimize.FirstOrderMinimizer.ConvergenceReason;
import breeze.optimize.FirstOrderMinimizer.State;
import breeze.optimize.LBFGS;
import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.nn.Regularization;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Lbfgs;
import org.sparkmlp.util.Check;
import scala.Option;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.reflect.ClassTag$;

/**
 * L-BFGS on the mean loss of all training rows, and its penalty if there is one: Breeze's
 * implementation on the driver, each evaluation one round over the data, in double.
 */
public final class LbfgsTrainer {
  private static final Logger LOG = LoggerFactory.getLogger(LbfgsTrainer.class);

  private final Objective objective;
  private final Topology topology;
  private final String backend;
  private final Lbfgs solver;
  private final int maxIter;
  private final double tol;
  private final TrainingListener listener;
  private final CheckpointPolicy policy;
  private final EarlyStopping stopping;
  private final Regularization regularization;
  private Anchor anchor; // or null
  private final Costs.Meter meter = new Costs.Meter();

  /**
   * @param maxIter most iterations
   * @param tol Breeze's convergence tolerance, of the loss over 20 iterations and of the gradient,
   *     both relative
   */
  public LbfgsTrainer(
      Objective objective,
      Topology topology,
      String backend,
      Lbfgs solver,
      int maxIter,
      double tol,
      TrainingListener listener) {
    this(
        objective,
        topology,
        backend,
        solver,
        maxIter,
        tol,
        listener,
        CheckpointPolicy.OFF,
        Regularization.NONE,
        EarlyStopping.OFF);
  }

  /**
   * Trainer that resumes from checkpoints, of a penalized objective, and ends when validation rows
   * say so: {@code tol} is Breeze's and no more, any improvement counts.
   *
   * @param regularization nothing but regParam, with elasticNetParam 0: the line search needs an
   *     objective that is smooth and the same at every evaluation
   */
  public LbfgsTrainer(
      Objective objective,
      Topology topology,
      String backend,
      Lbfgs solver,
      int maxIter,
      double tol,
      TrainingListener listener,
      CheckpointPolicy checkpoints,
      Regularization regularization,
      EarlyStopping stopping) {
    Check.that(
        regularization.equals(Regularization.NONE.withPenalty(regularization.regParam(), 0)),
        "l-bfgs can have a penalty of regParam with elasticNetParam = 0 only, got %s",
        regularization);
    this.objective = objective;
    this.topology = topology;
    this.backend = backend;
    this.solver = solver;
    this.maxIter = maxIter;
    this.tol = tol;
    this.listener = listener;
    this.policy = checkpoints;
    this.stopping = stopping;
    this.regularization = regularization;
  }

  /** The same trainer of a loss that has the pull of an anchor besides, in double; null: none. */
  public LbfgsTrainer heldTo(Anchor other) {
    anchor = other;
    return this;
  }

  /**
   * Bytes that the driver needs: m pairs of vectors, the line search's, and the exact sum with its
   * digits.
   */
  public static long driverBytes(int weights, int memory) {
    return 8L * weights * (2L * memory + 12);
  }

  /**
   * Trains from the given weights; or goes on from the newest checkpoint of the same training, and
   * ends with the same weights.
   *
   * @throws DivergenceException if the loss isn't finite at the start
   * @throws IllegalArgumentException if the driver's heap is too small
   */
  public TrainingResult train(float[] initialWeights) {
    long bytes = driverBytes(topology.size(), solver.memory());
    long heap = Runtime.getRuntime().maxMemory();
    LOG.info(
        "l-bfgs keeps about {} MB on the driver for {} weights and memory = {}; the heap may grow to {} MB",
        bytes >> 20,
        topology.size(),
        solver.memory(),
        heap >> 20);
    Check.that(
        bytes < heap,
        "l-bfgs needs about %d MB on the driver for %d weights and memory = %d, but its heap may grow to %d MB only:"
            + " raise spark.driver.memory, lower memory in solver = l-bfgs(memory=%d), or take another solver",
        bytes >> 20,
        topology.size(),
        solver.memory(),
        heap >> 20,
        solver.memory());
    Checkpoints checkpoints =
        new Checkpoints(
            policy, () -> new CheckpointKey(configuration(), objective, initialWeights));
    LBFGS<DenseVector<Object>> lbfgs =
        new LBFGS<>(maxIter, solver.memory(), tol, DenseVector$.MODULE$.space_Double());
    MeanLoss loss = new MeanLoss();
    LbfgsProgress progress =
        checkpoints
            .latest()
            .map(
                checkpoint ->
                    LbfgsProgress.of(checkpoint, lbfgs, solver.memory(), meter, keepsBestBy()))
            .orElseGet(() -> new LbfgsProgress(start(lbfgs, loss, initialWeights), keepsBestBy()));
    loss.remember(progress.state());
    TrainingResult result = iterate(lbfgs, asBreeze(loss), progress, checkpoints);
    checkpoints.finished();
    return result;
  }

  private List<String> configuration() {
    List<String> lines = Plan.description(topology, backend);
    lines.add("solver " + solver.spec());
    lines.add("maxIter " + maxIter);
    lines.add("tol " + tol);
    lines.addAll(stopping.description());
    lines.addAll(new Past(0, anchor).description());
    lines.add(regularization.toString());
    return lines;
  }

  private ValidationMetric keepsBestBy() {
    return stopping.keepsBest(objective.layout()) ? stopping.metric() : null;
  }

  private static State<DenseVector<Object>, Object, Object> start(
      LBFGS<DenseVector<Object>> lbfgs, MeanLoss loss, float[] initialWeights) {
    double[] start = new double[initialWeights.length];
    for (int i = 0; i < start.length; i++) {
      start[i] = initialWeights[i];
    }
    if (!Double.isFinite(loss.at(start).value)) {
      throw new DivergenceException(
          "the loss is not finite at the initial weights, so l-bfgs has nothing to descend from: scale the features to"
              + " about -1..1 (StandardScaler, MinMaxScaler) or give other initialWeights");
    }
    return lbfgs.initialState(asBreeze(loss), vector(start));
  }

  /** What Breeze's own {@code iterations} does, from any state. */
  private TrainingResult iterate(
      LBFGS<DenseVector<Object>> lbfgs,
      DiffFunction<DenseVector<Object>> loss,
      LbfgsProgress progress,
      Checkpoints checkpoints) {
    Iterator<State<DenseVector<Object>, Object, Object>> states =
        lbfgs.infiniteIterations(loss, progress.state());
    State<DenseVector<Object>, Object, Object> state = states.next(); // where it begins
    Option<ConvergenceReason> reason = reason(lbfgs, state);
    StopRule stop = new StopRule(stopping, 0, objective.layout()).after(progress.records());
    boolean stopped = false;
    while (reason.isEmpty() && !stopped) {
      long before = System.nanoTime();
      int iteration = state.iter();
      state = states.next();
      EpochRecord record = record(state, (System.nanoTime() - before) / 1e9);
      progress.add(state, record);
      listener.onCosts(meter.read());
      listener.onRound(state.iter(), maxIter, record.loss(), meter.rows());
      listener.onEpoch(record);
      reason = reason(lbfgs, state);
      stopped = stop.shouldStop(record);
      // after a line search that failed, Breeze remembers, where nobody can see it, that it did
      boolean complete = state.iter() > iteration;
      if (reason.isEmpty() && !stopped && complete && checkpoints.due(state.iter())) {
        checkpoints.write(progress.save(meter), "iteration " + state.iter() + " of " + maxIter);
      }
    }
    String why = reason.isEmpty() ? stop.reason() : reason.get().reason();
    return progress.result(meter.read(), why);
  }

  private static Option<ConvergenceReason> reason(
      LBFGS<DenseVector<Object>> lbfgs, State<DenseVector<Object>, Object, Object> state) {
    return lbfgs.convergenceCheck().apply(state, state.convergenceInfo());
  }

  private EpochRecord record(State<DenseVector<Object>, Object, Object> state, double seconds) {
    Validation validation = Validation.NONE;
    if (objective.layout().validationRows() > 0) {
      RoundResult result =
          objective.round(
              new Evaluate(
                  topology,
                  backend,
                  topology.rowsAtOnce(FullBatch.ROWS_AT_ONCE),
                  stopping.metric()),
              floats(state.x()));
      meter.add(result.nanos(), result.bytes());
      validation = Validation.of(result, topology, stopping.metric());
    }
    return new EpochRecord(
        state.iter(),
        state.value(),
        Double.NaN,
        Double.NaN,
        validation.loss(),
        validation.accuracy(),
        validation.metric(),
        seconds);
  }

  /** Scala specializes on double; the generic class would box every number. */
  static DenseVector<Object> vector(double[] values) {
    return new DenseVector$mcD$sp(values, 0, 1, values.length);
  }

  static double[] doubles(DenseVector<Object> x) {
    return x.toArray$mcD$sp(ClassTag$.MODULE$.Double());
  }

  static float[] floats(DenseVector<Object> x) {
    float[] weights = new float[x.length()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) x.apply$mcD$sp(i);
    }
    return weights;
  }

  /**
   * Mean loss, penalty and their gradient; remembers the last point, which Breeze asks for again.
   */
  private final class MeanLoss {
    private Point last;

    private static final class Point {
      final double[] x;
      final double value;
      final double[] gradient;

      Point(double[] x, double value, double[] gradient) {
        this.x = x;
        this.value = value;
        this.gradient = gradient;
      }
    }

    /** The objective at x, of the gradient, loss and weight sums of the rows. */
    private Point point(double[] x, double[] total) {
      int size = x.length;
      double weight = total[size + 1];
      double[] gradient = new double[size];
      for (int i = 0; i < size; i++) {
        gradient[i] = total[i] / weight;
      }
      double penalty = regularization.penalty(topology, x, gradient);
      return new Point(x, total[size] / weight + penalty, gradient);
    }

    /** Takes the point that training goes on from as the last one, which it was. */
    void remember(State<DenseVector<Object>, Object, Object> state) {
      last = new Point(doubles(state.x()), state.value(), doubles(state.grad()));
    }

    private Point held(Point point) {
      return anchor == null
          ? point
          : new Point(
              point.x, point.value + anchor.penalty(point.x, point.gradient), point.gradient);
    }

    Point at(double[] x) {
      if (last == null || !Arrays.equals(last.x, x)) {
        FullBatch.Sum sum = objective.round(new FullBatch(topology, backend), x);
        meter.add(sum.nanos(), 8L * x.length * objective.layout().numShards());
        meter.addRows(sum.rows());
        last = held(point(x, sum.total(x.length)));
      }
      return last;
    }

    @SuppressWarnings("UnusedMethod") // Breeze calls it
    Tuple2<Object, DenseVector<Object>> calculate(DenseVector<Object> x) {
      Point point = at(doubles(x));
      return new Tuple2<>(point.value, vector(point.gradient.clone()));
    }
  }

  /**
   * The loss as Breeze's type. A DiffFunction can't be written in Java, since it inherits two
   * abstract-looking methods apply that differ in the returned type only; the JVM's lambda factory,
   * which implements {@code calculate} alone, doesn't mind.
   */
  @SuppressWarnings("unchecked")
  private static DiffFunction<DenseVector<Object>> asBreeze(MeanLoss loss) {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      MethodType type = MethodType.methodType(Tuple2.class, DenseVector.class);
      return (DiffFunction<DenseVector<Object>>)
          LambdaMetafactory.metafactory(
                  lookup,
                  "calculate",
                  MethodType.methodType(DiffFunction.class, MeanLoss.class),
                  MethodType.methodType(Tuple2.class, Object.class),
                  lookup.findVirtual(MeanLoss.class, "calculate", type),
                  type)
              .getTarget()
              .invoke(loss);
    } catch (Throwable e) {
      throw new LinkageError("Breeze's DiffFunction is not what it was built for", e);
    }
  }
}
