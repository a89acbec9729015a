package org.sparkmlp.events;

import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.LiveListenerBus;
import org.apache.spark.scheduler.SparkListenerEvent;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.train.Costs;
import org.sparkmlp.train.DataLayout;
import org.sparkmlp.train.EpochRecord;
import org.sparkmlp.train.TrainingListener;
import org.sparkmlp.train.TrainingResult;

/**
 * Posts on the listener bus of Spark how a fit goes. The bus is asynchronous and drops events when
 * it is full, so training never waits for it.
 *
 * <p>However long training is, it has at most {@value #MOST_EPOCHS} events of epochs, of every or
 * every n-th one, and that of the last epoch; and {@value #MOST_PROGRESS} of progress, unless it
 * returns to earlier weights.
 */
public final class FitEvents implements TrainingListener {
  static final int MOST_EPOCHS = 500;
  static final int MOST_PROGRESS = 200;

  private static final int LONGEST_REASON = 1000;

  private final String fit = UUID.randomUUID().toString();
  private final LiveListenerBus bus;
  private final TrainingListener next;
  private final int every;
  private Costs costs = new Costs(0, 0, 0, 0, 0, 0);
  private FitEpoch unposted; // the last epoch, as long as it hasn't been posted
  private int epochsDone;
  private int progressPosted;

  private FitEvents(LiveListenerBus bus, int epochs, TrainingListener next) {
    this.bus = bus;
    this.next = next;
    this.every = (Math.max(1, epochs) + MOST_EPOCHS - 1) / MOST_EPOCHS;
  }

  /**
   * What a fit is about.
   *
   * @param estimator its uid
   * @param params those that were set, as JSON
   * @param solver its spec
   * @param epochs most epochs
   */
  public record Subject(
      String estimator,
      Map<String, String> params,
      Topology topology,
      String solver,
      int epochs,
      DataLayout layout,
      int localSteps,
      String backend) {}

  /**
   * Runs training and posts its events.
   *
   * @param next told of everything, too
   * @param training trains, telling the listener it is given
   */
  public static TrainingResult tell(
      SparkContext spark,
      Subject subject,
      TrainingListener next,
      Function<TrainingListener, TrainingResult> training) {
    FitEvents events = new FitEvents(spark.listenerBus(), subject.epochs(), next);
    events.start(subject);
    try {
      TrainingResult result = training.apply(events);
      events.end(result);
      return result;
    } catch (Throwable e) { // Spark throws what it doesn't declare
      events.fail(e);
      throw e;
    }
  }

  private void start(Subject subject) {
    post(
        new FitStarted(
            fit,
            System.currentTimeMillis(),
            subject.estimator(),
            subject.topology().toString(),
            subject.solver(),
            subject.epochs(),
            subject.layout().rows(),
            subject.layout().validationRows(),
            subject.layout().numShards(),
            subject.localSteps(),
            subject.backend(),
            subject.params()));
  }

  @Override
  public void onCosts(Costs soFar) {
    costs = soFar;
    next.onCosts(soFar);
  }

  @Override
  public void onRound(double epoch, int epochs, double loss, long rows) {
    int part = (int) (MOST_PROGRESS * Math.min(1, epoch / epochs));
    if (part != progressPosted) { // a return to earlier weights makes it smaller
      progressPosted = part;
      post(
          new FitProgress(
              fit,
              epoch,
              loss,
              costs.rounds(),
              costs.rows(),
              costs.seconds(),
              costs.computeSeconds()));
    }
    next.onRound(epoch, epochs, loss, rows);
  }

  @Override
  public void onEpoch(EpochRecord epoch) {
    epochsDone = epoch.epoch();
    unposted =
        new FitEpoch(
            fit,
            epoch.epoch(),
            epoch.loss(),
            epoch.accuracy(),
            epoch.learningRate(),
            epoch.validationLoss(),
            epoch.validationAccuracy(),
            epoch.validationMetric(),
            costs.rounds(),
            costs.rows(),
            costs.seconds(),
            costs.computeSeconds());
    if ((epochsDone - 1) % every == 0) {
      postEpoch();
    }
    next.onEpoch(epoch);
  }

  private void end(TrainingResult result) {
    costs = result.costs();
    end(false, result.stopReason(), result.epochs().size(), result.bestEpoch());
  }

  private void fail(Throwable error) {
    String message = error.getMessage() == null ? error.toString() : error.getMessage();
    end(true, message.substring(0, Math.min(LONGEST_REASON, message.length())), epochsDone, 0);
  }

  private void end(boolean failed, String reason, int epochs, int bestEpoch) {
    postEpoch();
    post(
        new FitEnded(
            fit,
            System.currentTimeMillis(),
            failed,
            reason,
            epochs,
            bestEpoch,
            costs.rounds(),
            costs.rows(),
            costs.seconds(),
            costs.computeSeconds()));
  }

  private void postEpoch() {
    if (unposted != null) {
      post(unposted);
      unposted = null;
    }
  }

  private void post(SparkListenerEvent event) {
    bus.post(event);
  }
}
