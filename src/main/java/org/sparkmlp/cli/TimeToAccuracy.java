package org.sparkmlp.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.sparkmlp.train.DivergenceException;
import org.sparkmlp.train.EpochRecord;
import org.sparkmlp.train.TrainingListener;

/**
 * Follows a training until its validation accuracy reaches a target, or until that takes too long,
 * and ends it there. When the target was reached within the last epoch is told by a straight line
 * between the accuracies before and after it: whole epochs would be too coarse to compare by.
 */
final class TimeToAccuracy implements TrainingListener {
  /** How a listener ends training: its caller needs no weights. */
  private static final class Ended extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private final double target;
  private final double mostSeconds;
  private final List<EpochRecord> epochs = new ArrayList<>();
  private boolean reached;

  private TimeToAccuracy(double target, double mostSeconds) {
    this.target = target;
    this.mostSeconds = mostSeconds;
  }

  /** A training that hears of its epochs. */
  interface Training {
    void run(TrainingListener listener);
  }

  /** Trains until the target, the time or the epochs are reached, or the loss isn't finite. */
  static TimeToAccuracy of(double target, double mostSeconds, Training training) {
    TimeToAccuracy time = new TimeToAccuracy(target, mostSeconds);
    try {
      training.run(time);
    } catch (Ended | DivergenceException e) {
      // the epochs until then are what there is to say
    }
    return time;
  }

  @Override
  public void onEpoch(EpochRecord epoch) {
    epochs.add(epoch);
    reached = epoch.validationAccuracy() >= target;
    if (reached || total() > mostSeconds) {
      throw new Ended();
    }
  }

  /** Time of the epochs to the target, validation apart; infinite if it wasn't reached. */
  double seconds() {
    return reached
        ? total() - (1 - lastPart()) * epochs.get(epochs.size() - 1).seconds()
        : Double.POSITIVE_INFINITY;
  }

  /**
   * The part of the last epoch after which the target was reached; all of it if it is the first.
   */
  private double lastPart() {
    int last = epochs.size() - 1;
    if (last == 0) {
      return 1;
    }
    double before = epochs.get(last - 1).validationAccuracy();
    return (target - before) / (epochs.get(last).validationAccuracy() - before);
  }

  private double total() {
    return epochs.stream().mapToDouble(EpochRecord::seconds).sum();
  }

  /** Epochs to the target; infinite if it wasn't reached. */
  double epochs() {
    return reached ? epochs.size() - 1 + lastPart() : Double.POSITIVE_INFINITY;
  }

  /** Epochs that were trained. */
  int trained() {
    return epochs.size();
  }

  /** The best accuracy of an epoch; 0 if there was none. */
  double accuracy() {
    return epochs.stream().mapToDouble(EpochRecord::validationAccuracy).max().orElse(0);
  }

  /** Time of each epoch. */
  List<Double> epochSeconds() {
    return epochs.stream().map(EpochRecord::seconds).toList();
  }

  void write(ObjectNode json) {
    json.put("reached", reached);
    ArrayNode accuracies = json.putArray("accuracies");
    ArrayNode seconds = json.putArray("seconds");
    epochs.forEach(epoch -> accuracies.add(epoch.validationAccuracy()));
    epochs.forEach(epoch -> seconds.add(epoch.seconds()));
  }
}
