package org.sparkmlp.train;

import java.util.ArrayList;
import java.util.List;

/**
 * How far mini-batch training has come at the end of an epoch: all that the rest of it depends on,
 * as numbers in memory and as sections of a {@link Checkpoint}.
 *
 * <p>The good weights, to return to after divergence, are those that the epoch with the lowest loss
 * began with: what came after may have been on its way to infinity for some epochs. (Those at the
 * end of that epoch aren't known to be good: its loss is a mean over it, and may have been rising
 * already.)
 *
 * <p>The best weights, to end with, are those after the epoch that validation rows judge best.
 * Epochs that are given up count as if they had never been, so a return to good weights is one to
 * what was best then, too.
 */
final class Progress {
  private static final int EPOCH_NUMBERS = 8;
  private static final int BACKOFF_NUMBERS = 4;

  private final boolean keepsGood;
  private final ValidationMetric keepsBestBy;
  private final List<EpochRecord> epochs = new ArrayList<>();
  private final List<Backoff> backoffs = new ArrayList<>();
  private TrainingState state;
  private TrainingState good;
  private double goodLoss = Double.POSITIVE_INFINITY;
  private BestWeights best; // null as long as there is none
  private BestWeights bestAtGood;

  /**
   * @param keepsGood whether training may return to good weights, which takes as much memory again
   * @param keepsBestBy by what the best weights are told, which take memory too; null to end with
   *     the last ones
   */
  Progress(TrainingState state, boolean keepsGood, ValidationMetric keepsBestBy) {
    this.state = state;
    this.keepsGood = keepsGood;
    this.keepsBestBy = keepsBestBy;
    this.good = keepsGood ? state.withoutVelocity() : null;
  }

  TrainingState state() {
    return state;
  }

  List<EpochRecord> epochs() {
    return epochs;
  }

  List<Backoff> backoffs() {
    return backoffs;
  }

  /** What training returns if it ends now. */
  TrainingResult result(Costs costs, String reason) {
    return BestWeights.result(best, keepsBestBy, state.weights, epochs, costs, reason, backoffs);
  }

  /** The step size, of which the given one may have been cut. */
  double stepSize(double given) {
    return backoffs.isEmpty() ? given : backoffs.get(backoffs.size() - 1).stepSize();
  }

  /** Takes one more epoch, which began with {@link #state} and ended with {@code next}. */
  void add(TrainingState next, EpochRecord epoch) {
    if (keepsGood && epoch.loss() < goodLoss) {
      good = state.withoutVelocity(); // training returns to it with a smaller rate
      goodLoss = epoch.loss();
      bestAtGood = best;
    }
    if (keepsBestBy != null) {
      best = BestWeights.of(best, epoch, next.weights, keepsBestBy);
    }
    state = next;
    epochs.add(epoch);
  }

  /** Returns to the good weights; the epochs after them don't count. */
  Backoff backOff(int update, double stepSize) {
    Backoff backoff = new Backoff(state.epoch + 1, update, good.epoch, stepSize);
    backoffs.add(backoff);
    epochs.subList(good.epoch, epochs.size()).clear();
    state = good;
    best = bestAtGood;
    goodLoss = Double.POSITIVE_INFINITY; // what the larger rate reached is no measure any more
    return backoff;
  }

  Checkpoint save(Costs.Meter meter) {
    Checkpoint checkpoint =
        new Checkpoint()
            .put("weights", state.weights)
            .put("slots", state.slots)
            .put("velocity", state.velocity)
            .put("counters", state.epoch, state.updates)
            .put("history", history())
            .put("backoffs", returns())
            .put("costs", meter.save());
    if (keepsGood) {
      checkpoint
          .put("good.weights", good.weights)
          .put("good.slots", good.slots)
          .put("good.counters", good.epoch, good.updates)
          .put("good.loss", new double[] {goodLoss});
    }
    if (best != null) {
      best.save(checkpoint, "best.");
    }
    if (bestAtGood != null) {
      bestAtGood.save(checkpoint, "good.best.");
    }
    return checkpoint;
  }

  static Progress of(Checkpoint checkpoint, Costs.Meter meter, ValidationMetric keepsBestBy) {
    Progress progress =
        new Progress(state(checkpoint, ""), checkpoint.has("good.weights"), keepsBestBy);
    progress.best = BestWeights.of(checkpoint, "best.");
    progress.bestAtGood = BestWeights.of(checkpoint, "good.best.");
    if (progress.keepsGood) {
      progress.good = state(checkpoint, "good.");
      progress.goodLoss = checkpoint.doubles("good.loss")[0];
    }
    double[] history = checkpoint.doubles("history");
    for (int i = 0; i < history.length; i += EPOCH_NUMBERS) {
      progress.epochs.add(
          new EpochRecord(
              (int) history[i],
              history[i + 1],
              history[i + 2],
              history[i + 3],
              history[i + 4],
              history[i + 5],
              history[i + 6],
              history[i + 7]));
    }
    double[] returns = checkpoint.doubles("backoffs");
    for (int i = 0; i < returns.length; i += BACKOFF_NUMBERS) {
      progress.backoffs.add(
          new Backoff(
              (int) returns[i], (int) returns[i + 1], (int) returns[i + 2], returns[i + 3]));
    }
    meter.restore(checkpoint.longs("costs"));
    return progress;
  }

  private static TrainingState state(Checkpoint checkpoint, String prefix) {
    long[] counters = checkpoint.longs(prefix + "counters");
    return new TrainingState(
        checkpoint.floats(prefix + "weights"),
        checkpoint.floats(prefix + "slots"),
        prefix.isEmpty() ? checkpoint.floats("velocity") : TrainingState.NONE,
        (int) counters[0],
        0,
        counters[1]);
  }

  private double[] history() {
    double[] numbers = new double[EPOCH_NUMBERS * epochs.size()];
    int i = 0;
    for (EpochRecord epoch : epochs) {
      numbers[i++] = epoch.epoch();
      numbers[i++] = epoch.loss();
      numbers[i++] = epoch.accuracy();
      numbers[i++] = epoch.learningRate();
      numbers[i++] = epoch.validationLoss();
      numbers[i++] = epoch.validationAccuracy();
      numbers[i++] = epoch.validationMetric();
      numbers[i++] = epoch.seconds();
    }
    return numbers;
  }

  private double[] returns() {
    double[] numbers = new double[BACKOFF_NUMBERS * backoffs.size()];
    int i = 0;
    for (Backoff backoff : backoffs) {
      numbers[i++] = backoff.epoch();
      numbers[i++] = backoff.update();
      numbers[i++] = backoff.epochsKept();
      numbers[i++] = backoff.stepSize();
    }
    return numbers;
  }
}
