package org.sparkmlp.train;

import breeze.linalg.DenseVector;
import breeze.linalg.DenseVector$;
import breeze.linalg.DenseVector$mcD$sp;
import breeze.optimize.DiffFunction;
import breeze.optimize.FirstOrderMinimizer.State;
import breeze.optimize.LBFGS;
import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Lbfgs;
import org.sparkmlp.util.Check;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.reflect.ClassTag$;

/**
 * L-BFGS on the mean loss of all training rows: Breeze's implementation on the driver, each
 * evaluation one round over the data, in double.
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
    this.objective = objective;
    this.topology = topology;
    this.backend = backend;
    this.solver = solver;
    this.maxIter = maxIter;
    this.tol = tol;
    this.listener = listener;
  }

  /**
   * Bytes that the driver needs: m pairs of vectors, the line search's, and the exact sum with its
   * digits.
   */
  public static long driverBytes(int weights, int memory) {
    return 8L * weights * (2L * memory + 12);
  }

  /**
   * Trains from the given weights.
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
    double[] start = new double[initialWeights.length];
    for (int i = 0; i < start.length; i++) {
      start[i] = initialWeights[i];
    }
    MeanLoss loss = new MeanLoss();
    if (!Double.isFinite(loss.at(start).value)) {
      throw new DivergenceException(
          "the loss is not finite at the initial weights, so l-bfgs has nothing to descend from: scale the features to"
              + " about -1..1 (StandardScaler, MinMaxScaler) or give other initialWeights");
    }
    return iterate(loss, start);
  }

  private TrainingResult iterate(MeanLoss loss, double[] start) {
    LBFGS<DenseVector<Object>> lbfgs =
        new LBFGS<>(maxIter, solver.memory(), tol, DenseVector$.MODULE$.space_Double());
    Iterator<State<DenseVector<Object>, Object, Object>> states =
        lbfgs.iterations(asBreeze(loss), vector(start));
    State<DenseVector<Object>, Object, Object> state = states.next(); // the initial one
    List<EpochRecord> records = new ArrayList<>();
    long before = System.nanoTime();
    while (states.hasNext()) {
      state = states.next();
      double seconds = (System.nanoTime() - before) / 1e9;
      EpochRecord record = record(state, seconds);
      records.add(record);
      listener.onRound(state.iter(), maxIter, record.loss(), meter.rows());
      listener.onEpoch(record);
      before = System.nanoTime();
    }
    String reason =
        state.convergenceReason().isDefined()
            ? state.convergenceReason().get().reason()
            : "all " + maxIter + " iterations done";
    return new TrainingResult(floats(state.x()), records, meter.read(), reason);
  }

  private EpochRecord record(State<DenseVector<Object>, Object, Object> state, double seconds) {
    Validation validation = Validation.NONE;
    if (objective.layout().validationRows() > 0) {
      RoundResult result =
          objective.round(
              new Evaluate(topology, backend, topology.rowsAtOnce(FullBatch.ROWS_AT_ONCE)),
              floats(state.x()));
      meter.add(result.nanos(), result.bytes());
      validation = Validation.of(result, topology);
    }
    return new EpochRecord(
        state.iter(),
        state.value(),
        Double.NaN,
        Double.NaN,
        validation.loss(),
        validation.accuracy(),
        seconds);
  }

  /** Scala specializes on double; the generic class would box every number. */
  private static DenseVector<Object> vector(double[] values) {
    return new DenseVector$mcD$sp(values, 0, 1, values.length);
  }

  private static float[] floats(DenseVector<Object> x) {
    float[] weights = new float[x.length()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) x.apply$mcD$sp(i);
    }
    return weights;
  }

  /** Mean loss and its gradient; remembers the last point, which Breeze asks for again. */
  private final class MeanLoss {
    private Point last;

    private static final class Point {
      final double[] x;
      final double value;
      final double[] gradient;

      Point(double[] x, double[] total) {
        int size = x.length;
        double weight = total[size + 1];
        this.x = x;
        this.value = total[size] / weight;
        this.gradient = new double[size];
        for (int i = 0; i < size; i++) {
          gradient[i] = total[i] / weight;
        }
      }
    }

    Point at(double[] x) {
      if (last == null || !Arrays.equals(last.x, x)) {
        FullBatch.Sum sum = objective.round(new FullBatch(topology, backend), x);
        meter.add(sum.nanos(), 8L * x.length * objective.layout().numShards());
        meter.addRows(sum.rows());
        last = new Point(x, sum.total(x.length));
      }
      return last;
    }

    @SuppressWarnings("UnusedMethod") // Breeze calls it
    Tuple2<Object, DenseVector<Object>> calculate(DenseVector<Object> x) {
      Point point = at(x.toArray$mcD$sp(ClassTag$.MODULE$.Double()));
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
