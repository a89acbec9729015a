package org.sparkmlp.train;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.backend.Backend;
import org.sparkmlp.backend.Backend.Buffer;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.nn.WeightUpdate;
import org.sparkmlp.schedule.Plateau;
import org.sparkmlp.util.Parallel;

/**
 * Mini-batch training: rounds until the epochs are over. Between rounds everything there is to know
 * is in a {@link TrainingState}; the rounds' sums are exact, so the weights depend on data, plan
 * and initial weights alone.
 */
public final class Trainer {
  private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);

  private final Objective objective;
  private final Plan given;
  private final TrainingListener listener;
  private final Safeguards safeguards;
  private final Averaging averaging;
  private final EarlyStopping stopping;
  private final int stepsPerEpoch;
  private final WeightUpdate weightUpdate;
  private final double outerMomentum;
  private final Costs.Meter meter = new Costs.Meter();
  private Plan plan; // the given one, perhaps with a smaller step size: see planAfter
  private double plateauCut =
      1; // what the rule of plateaus has multiplied the rate with after the last epoch

  public Trainer(Objective objective, Plan plan, TrainingListener listener) {
    this(objective, plan, listener, Safeguards.NONE);
  }

  /** Trainer that resumes from checkpoints and copes with divergence, if told so. */
  public Trainer(Objective objective, Plan plan, TrainingListener listener, Safeguards safeguards) {
    this(objective, plan, listener, safeguards, EarlyStopping.OFF);
  }

  /** Trainer that, besides, ends when validation rows say so. */
  public Trainer(
      Objective objective,
      Plan plan,
      TrainingListener listener,
      Safeguards safeguards,
      EarlyStopping stopping) {
    this(objective, plan, listener, safeguards, stopping, Averaging.MEAN);
  }

  /**
   * Trainer that makes something else of the mean of local steps. It has no safeguards, since what
   * the averaging keeps could be neither resumed nor taken back.
   */
  public Trainer(Objective objective, Plan plan, TrainingListener listener, Averaging averaging) {
    this(objective, plan, listener, Safeguards.NONE, EarlyStopping.OFF, averaging);
  }

  private Trainer(
      Objective objective,
      Plan plan,
      TrainingListener listener,
      Safeguards safeguards,
      EarlyStopping stopping,
      Averaging averaging) {
    this.objective = objective;
    this.given = plan;
    this.plan = plan;
    this.listener = listener;
    this.safeguards = safeguards;
    this.averaging = averaging;
    this.stopping = stopping;
    this.stepsPerEpoch = plan.stepsPerEpoch(objective.layout());
    this.weightUpdate = plan.weightUpdate(Backends.onHost(plan.backend()));
    // one shard is its own mean
    this.outerMomentum = objective.layout().numShards() > 1 ? plan.outerMomentum() : 0;
  }

  /**
   * Trains from the given weights, which are not changed; or goes on from the newest checkpoint of
   * the same training, and ends with the same weights.
   *
   * @throws DivergenceException if the loss ceases to be finite
   */
  public TrainingResult train(float[] initialWeights) {
    Checkpoints checkpoints =
        new Checkpoints(
            safeguards.checkpoints(),
            () -> new CheckpointKey(configuration(), objective, initialWeights));
    Progress progress =
        checkpoints.latest().map(this::resume).orElseGet(() -> start(initialWeights));
    StopRule stop = stopRule(progress);
    String reason = "all " + plan.epochs() + " epochs done";
    while (progress.state().epoch < plan.epochs()) {
      long start = System.nanoTime();
      EpochSums sums = new EpochSums();
      TrainingState next;
      try {
        next = epoch(progress.state(), sums);
      } catch (DivergenceException e) {
        if (!safeguards.backOff() || progress.backoffs().size() == Backoff.MOST) {
          checkpoints.finished();
          throw e;
        }
        backOff(progress, e);
        stop = stopRule(progress);
        continue;
      }
      EpochRecord epoch = record(next, sums, (System.nanoTime() - start) / 1e9);
      progress.add(next, epoch);
      plan = planAfter(progress);
      listener.onCosts(meter.read());
      listener.onEpoch(epoch);
      if (stop.shouldStop(epoch)) {
        reason = stop.reason();
        break;
      }
      if (checkpoints.due(next.epoch) && next.epoch < plan.epochs()) {
        checkpoints.write(progress.save(meter), "epoch " + next.epoch + " of " + plan.epochs());
      }
    }
    checkpoints.finished();
    return progress.result(meter.read(), reason);
  }

  private StopRule stopRule(Progress progress) {
    return new StopRule(stopping, plan.tol(), objective.layout()).after(progress.epochs());
  }

  private ValidationMetric keepsBestBy() {
    return stopping.keepsBest(objective.layout()) ? stopping.metric() : null;
  }

  private List<String> configuration() {
    List<String> lines = given.description();
    lines.add("onDivergence " + (safeguards.backOff() ? "backoff" : "error"));
    lines.addAll(stopping.description());
    return lines;
  }

  private Progress start(float[] initialWeights) {
    int size = plan.topology().size();
    float[] slots = new float[plan.optimizer().slots().size() * size];
    return new Progress(
        new TrainingState(initialWeights.clone(), slots, TrainingState.NONE, 0, 0, 0),
        safeguards.backOff(),
        keepsBestBy());
  }

  private Progress resume(Checkpoint checkpoint) {
    Progress progress = Progress.of(checkpoint, meter, keepsBestBy());
    plan = planAfter(progress);
    return progress;
  }

  /**
   * The given plan with the step size that training goes on with: returns to earlier weights and
   * the schedule's rule of plateaus may have cut it.
   */
  private Plan planAfter(Progress progress) {
    double plateaus = 1;
    plateauCut = 1;
    Optional<Plateau> rule = given.schedule().plateau(1.0 / stepsPerEpoch);
    if (rule.isPresent() && !progress.epochs().isEmpty()) {
      List<EpochRecord> epochs = progress.epochs();
      plateaus = PlateauRule.factorAfter(epochs, rule.get());
      plateauCut =
          plateaus / PlateauRule.factorAfter(epochs.subList(0, epochs.size() - 1), rule.get());
    }
    return given.withStepSize(progress.stepSize(given.stepSize()) * plateaus);
  }

  /** Returns to good weights, with a tenth of the step size. */
  private void backOff(Progress progress, DivergenceException e) {
    double stepSize = progress.stepSize(given.stepSize()) / 10;
    int epoch = progress.state().epoch + 1;
    Backoff backoff = progress.backOff(e.update(), stepSize);
    plan = planAfter(progress);
    LOG.warn(
        "the loss ceased to be finite in epoch {}, update {} of {}: back to the weights after epoch {}, with stepSize ="
            + " {} (return {} of at most {})",
        epoch,
        e.update(),
        stepsPerEpoch,
        backoff.epochsKept(),
        stepSize,
        progress.backoffs().size(),
        Backoff.MOST);
  }

  /** Sums over the rounds of an epoch. */
  private static final class EpochSums {
    double loss;
    double weight;
    double correct;

    void add(RoundResult round) {
      loss += round.loss();
      weight += round.weight();
      correct += round.correct();
    }
  }

  /** Runs one epoch; returns the state at the beginning of the next. */
  private TrainingState epoch(TrainingState state, EpochSums sums) {
    while (state.step < stepsPerEpoch) {
      int to = Math.min(stepsPerEpoch, state.step + plan.localSteps());
      RoundResult result =
          plan.localSteps() == 1
              ? objective.round(
                  new SyncStep(plan, stepsPerEpoch, objective.layout().numShards()),
                  state.withoutSlots())
              : objective.round(new LocalSteps(plan, stepsPerEpoch, to), state.withoutVelocity());
      meter.add(result.nanos(), result.bytes());
      meter.addRows(result.rows());
      state = advance(state, to, result);
      sums.add(result);
      listener.onCosts(meter.read());
      listener.onRound(
          state.epoch + (double) state.step / stepsPerEpoch,
          plan.epochs(),
          sums.loss / sums.weight,
          meter.rows());
    }
    return state.at(state.epoch + 1, 0);
  }

  private TrainingState advance(TrainingState state, int to, RoundResult result) {
    if (result.vector().isEmpty()) { // no shard had rows for these steps
      return state.at(state.epoch, to);
    }
    if (result.divergedStep() != Integer.MAX_VALUE) {
      throw diverged(state, Math.min(result.divergedStep(), to - 1), result);
    }
    TrainingState next =
        plan.localSteps() == 1 ? update(state, result) : average(state, to, result);
    if (next == null) { // the sum isn't finite
      throw diverged(state, to - 1, result);
    }
    if (!isFinite(next.weights) || !isFinite(next.slots)) {
      throw diverged(state, to - 1, result);
    }
    return next;
  }

  /**
   * One optimizer step on the driver, with the gradient of the mean loss of the whole batch; null
   * if the gradient isn't finite.
   */
  private TrainingState update(TrainingState state, RoundResult result) {
    int size = plan.topology().size();
    Backend backend = Backends.onHost(plan.backend());
    float[] weights = new float[size];
    float[] slots = new float[state.slots.length];
    float[] gradient = new float[size];
    if (!result.vector().quotient(1, gradient)) {
      return null;
    }
    Buffer w = backend.copyOf(state.weights);
    Buffer g = backend.copyOf(gradient);
    Buffer[] s = new Buffer[plan.optimizer().slots().size()];
    for (int j = 0; j < s.length; j++) {
      s[j] = backend.copyOf(Arrays.copyOfRange(state.slots, j * size, (j + 1) * size));
    }
    weightUpdate.apply(
        w,
        g,
        result.weight(),
        s,
        plan.rate(state.epoch, state.step, stepsPerEpoch),
        state.updates + 1);
    backend.download(w, 0, weights, 0, size);
    for (int j = 0; j < s.length; j++) {
      backend.download(s[j], 0, slots, j * size, size);
    }
    return new TrainingState(
        weights, slots, TrainingState.NONE, state.epoch, state.step + 1, state.updates + 1);
  }

  /** From the weighted mean of the shards' weights and slots; null if it isn't finite. */
  private TrainingState average(TrainingState state, int to, RoundResult result) {
    float[] weights = new float[plan.topology().size()];
    float[] slots = new float[state.slots.length];
    if (!result.vector().quotient(result.scale(), weights, slots)) {
      return null;
    }
    Averaging.Point next =
        averaging.next(
            new Averaging.Point(state.weights, state.slots, state.updates),
            new Averaging.Point(weights, slots, state.updates + to - state.step));
    float[] velocity = TrainingState.NONE;
    if (outerMomentum > 0) {
      weights = next.weights().clone();
      velocity =
          OuterMomentum.move(
              outerMomentum,
              state.weights,
              weights,
              state.velocity,
              outerMomentum * rateRatio(state));
      limitNorms(weights); // a mean keeps within them, momentum doesn't
    } else {
      weights = next.weights();
    }
    return new TrainingState(weights, next.slots(), velocity, state.epoch, to, next.updates());
  }

  /** How much lower the learning rate of a round is than that of the round before; at most 1. */
  private double rateRatio(TrainingState state) {
    if (state.epoch == 0 && state.step == 0) {
      return 1;
    }
    int steps = plan.localSteps();
    double before =
        state.step > 0
            ? meanRate(state.epoch, state.step - steps)
            : meanRate(state.epoch - 1, (stepsPerEpoch - 1) / steps * steps) / plateauCut;
    double now = meanRate(state.epoch, state.step);
    return now < before ? now / before : 1;
  }

  /** Mean learning rate of the round that begins with a step. */
  private double meanRate(int epoch, int from) {
    int to = Math.min(stepsPerEpoch, from + plan.localSteps());
    double sum = 0;
    for (int step = from; step < to; step++) {
      sum += plan.rate(epoch, step, stepsPerEpoch);
    }
    return sum / (to - from);
  }

  private void limitNorms(float[] weights) {
    if (plan.regularization().maxNorm() > 0) {
      Backend backend = Backends.onHost(plan.backend());
      Buffer w = backend.copyOf(weights);
      weightUpdate.limitNorms(w);
      backend.download(w, 0, weights, 0, weights.length);
    }
  }

  /** By the bits as integers, whose largest magnitude the JIT finds with vectors. */
  private static boolean isFinite(float[] values) {
    return Parallel.all(
        values.length,
        values.length,
        (from, to) -> {
          int largest = 0;
          for (int i = from; i < to; i++) {
            largest = Math.max(largest, Float.floatToRawIntBits(values[i]) & Integer.MAX_VALUE);
          }
          return Float.isFinite(Float.intBitsToFloat(largest));
        });
  }

  private DivergenceException diverged(TrainingState state, int step, RoundResult result) {
    return new DivergenceException(
        String.format(
            "training diverged in epoch %d, update %d of %d: the loss is %s at learning rate %s. Try a stepSize ten"
                + " times smaller, features scaled to about -1..1 (StandardScaler, MinMaxScaler), or a schedule that"
                + " begins with warmup%s",
            state.epoch + 1,
            step + 1,
            stepsPerEpoch,
            result.loss() / result.weight(),
            plan.rate(state.epoch, step, stepsPerEpoch),
            safeguards.backOff()
                ? "; onDivergence = backoff has gone back " + Backoff.MOST + " times already"
                : ", or onDivergence = backoff"),
        step + 1);
  }

  private EpochRecord record(TrainingState next, EpochSums sums, double seconds) {
    Validation validation = Validation.NONE;
    if (objective.layout().validationRows() > 0) {
      RoundResult result =
          objective.round(
              new Evaluate(plan.topology(), plan.backend(), plan.networkRows(), stopping.metric()),
              next.weights);
      meter.add(result.nanos(), result.bytes());
      validation = Validation.of(result, plan.topology(), stopping.metric());
    }
    return new EpochRecord(
        next.epoch,
        sums.loss / sums.weight + plan.regularization().penalty(plan.topology(), next.weights),
        plan.topology().classTargets() ? sums.correct / sums.weight : Double.NaN,
        plan.rate(next.epoch - 1, 0, stepsPerEpoch),
        validation.loss(),
        validation.accuracy(),
        validation.metric(),
        seconds);
  }
}
