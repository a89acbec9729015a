package org.sparkmlp.train;

import breeze.linalg.DenseVector;
import breeze.linalg.DenseVector$;
import breeze.optimize.FirstOrderMinimizer.ConvergenceCheck;
import breeze.optimize.FirstOrderMinimizer.State;
import breeze.optimize.LBFGS;
import breeze.optimize.LBFGS.ApproximateInverseHessian;
import java.util.ArrayList;
import java.util.List;
import scala.Option;
import scala.collection.immutable.IndexedSeq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * How far L-BFGS has come after an iteration: Breeze's state with its pairs of vectors, and the
 * records of the iterations, in memory and as sections of a {@link Checkpoint}.
 */
final class LbfgsProgress {
  private static final int RECORD_NUMBERS = 6;

  private final List<EpochRecord> records = new ArrayList<>();
  private final List<Double> values = new ArrayList<>();
  private final ValidationMetric keepsBestBy;
  private State<DenseVector<Object>, Object, Object> state;
  private BestWeights best; // null as long as there is none

  /**
   * @param keepsBestBy see {@link Progress}
   */
  LbfgsProgress(State<DenseVector<Object>, Object, Object> state, ValidationMetric keepsBestBy) {
    this.state = state;
    this.keepsBestBy = keepsBestBy;
  }

  /** What training returns if it ends now. */
  TrainingResult result(Costs costs, String reason) {
    return BestWeights.result(
        best, keepsBestBy, LbfgsTrainer.floats(state.x()), records, costs, reason, List.of());
  }

  State<DenseVector<Object>, Object, Object> state() {
    return state;
  }

  List<EpochRecord> records() {
    return records;
  }

  /** Takes the next state; it is of the same iteration if the line search has failed. */
  void add(State<DenseVector<Object>, Object, Object> next, EpochRecord record) {
    if (next.iter() > state.iter()) {
      values.add(next.value());
    }
    state = next;
    records.add(record);
    if (keepsBestBy != null) {
      best = BestWeights.of(best, record, LbfgsTrainer.floats(next.x()), keepsBestBy);
    }
  }

  @SuppressWarnings("unchecked")
  Checkpoint save(Costs.Meter meter) {
    ApproximateInverseHessian<DenseVector<Object>> history =
        (ApproximateInverseHessian<DenseVector<Object>>) state.history();
    Checkpoint checkpoint =
        new Checkpoint()
            .put("x", LbfgsTrainer.doubles(state.x()))
            .put("gradient", LbfgsTrainer.doubles(state.grad()))
            .put("values", values.stream().mapToDouble(value -> value).toArray())
            .put("initial", new double[] {state.initialAdjVal()})
            .put("history", history())
            .put("counters", state.iter(), history.memStep().length())
            .put("costs", meter.save());
    for (int i = 0; i < history.memStep().length(); i++) {
      checkpoint.put("step" + i, LbfgsTrainer.doubles(history.memStep().apply(i)));
      checkpoint.put("change" + i, LbfgsTrainer.doubles(history.memGradDelta().apply(i)));
    }
    if (best != null) {
      best.save(checkpoint, "best.");
    }
    return checkpoint;
  }

  private double[] history() {
    double[] numbers = new double[RECORD_NUMBERS * records.size()];
    int i = 0;
    for (EpochRecord record : records) {
      numbers[i++] = record.epoch();
      numbers[i++] = record.loss();
      numbers[i++] = record.validationLoss();
      numbers[i++] = record.validationAccuracy();
      numbers[i++] = record.validationMetric();
      numbers[i++] = record.seconds();
    }
    return numbers;
  }

  /**
   * @param memory pairs that the solver keeps
   */
  static LbfgsProgress of(
      Checkpoint checkpoint,
      LBFGS<DenseVector<Object>> lbfgs,
      int memory,
      Costs.Meter meter,
      ValidationMetric keepsBestBy) {
    long[] counters = checkpoint.longs("counters");
    List<DenseVector<Object>> steps = new ArrayList<>();
    List<DenseVector<Object>> changes = new ArrayList<>();
    for (int i = 0; i < counters[1]; i++) {
      steps.add(LbfgsTrainer.vector(checkpoint.doubles("step" + i)));
      changes.add(LbfgsTrainer.vector(checkpoint.doubles("change" + i)));
    }
    DenseVector<Object> x = LbfgsTrainer.vector(checkpoint.doubles("x"));
    DenseVector<Object> gradient = LbfgsTrainer.vector(checkpoint.doubles("gradient"));
    double[] values = checkpoint.doubles("values");
    double value = values[values.length - 1];
    Object history =
        new ApproximateInverseHessian<>(
            memory, indexed(steps), indexed(changes), DenseVector$.MODULE$.space_Double());
    // what the convergence check remembers is what it was told, iteration by iteration
    ConvergenceCheck<DenseVector<Object>> check = lbfgs.convergenceCheck();
    Object info = check.initialInfo();
    for (double each : values) {
      info = check.update(x, gradient, each, null, info);
    }
    LbfgsProgress progress =
        new LbfgsProgress(
            new State<>(
                x,
                value,
                gradient,
                value,
                gradient,
                (int) counters[0],
                checkpoint.doubles("initial")[0],
                history,
                info,
                false,
                Option.empty()),
            keepsBestBy);
    progress.best = BestWeights.of(checkpoint, "best.");
    for (double each : values) {
      progress.values.add(each);
    }
    double[] numbers = checkpoint.doubles("history");
    for (int i = 0; i < numbers.length; i += RECORD_NUMBERS) {
      progress.records.add(
          new EpochRecord(
              (int) numbers[i],
              numbers[i + 1],
              Double.NaN,
              Double.NaN,
              numbers[i + 2],
              numbers[i + 3],
              numbers[i + 4],
              numbers[i + 5]));
    }
    meter.restore(checkpoint.longs("costs"));
    return progress;
  }

  private static IndexedSeq<DenseVector<Object>> indexed(List<DenseVector<Object>> vectors) {
    return CollectionConverters.asScala(vectors).toIndexedSeq();
  }
}
