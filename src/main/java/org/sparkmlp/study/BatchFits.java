package org.sparkmlp.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.train.DivergenceException;
import org.sparkmlp.train.EpochRecord;
import org.sparkmlp.train.LocalObjective;
import org.sparkmlp.train.Plan;
import org.sparkmlp.train.Trainer;
import org.sparkmlp.train.TrainingListener;

/** Fits of the digits that differ in batch size, step size and number of updates. */
final class BatchFits {
  /** Most points of a curve in the records. */
  private static final int POINTS = 40;

  /** What is held out of the training rows to choose step sizes: every tenth row from 1 on. */
  private static final int TUNING_FOLDS = 10;

  private final Topology topology;
  private final Optimizer optimizer;
  private final LocalObjective objective;

  private BatchFits(Topology topology, Optimizer optimizer, LocalObjective objective) {
    this.topology = topology;
    this.optimizer = optimizer;
    this.objective = objective;
  }

  /** On all training rows; validation rows are the test rows. */
  static BatchFits onTrainingRows(Topology topology, Optimizer optimizer, Digits digits) {
    return new BatchFits(topology, optimizer, digits.objective());
  }

  /** On nine tenths of them; validation rows are the others, and no test row is seen. */
  static BatchFits forTuning(Topology topology, Optimizer optimizer, Digits digits) {
    return new BatchFits(
        topology,
        optimizer,
        digits
            .all()
            .where(row -> !Digits.held(row) && !heldOut(row))
            .objective(digits.all().where(BatchFits::heldOut)));
  }

  private static boolean heldOut(int row) {
    return row % TUNING_FOLDS == 1;
  }

  /** Rows an epoch. */
  int rows() {
    return (int) objective.layout().rows();
  }

  /** Updates an epoch in batches of that size, or of all rows, if those are fewer. */
  int updatesPerEpoch(int batchSize) {
    return (rows() + batchSize - 1) / batchSize;
  }

  /** Fewest epochs with that many updates. */
  int epochs(int batchSize, int updates) {
    int each = updatesPerEpoch(batchSize);
    return (updates + each - 1) / each;
  }

  /**
   * A fit.
   *
   * @param epochs as the trainer tells them; fewer than planned if it diverged
   * @param weights at the end; null if it diverged
   * @param error why it diverged; null if it didn't
   */
  record Fit(int batchSize, long seed, EpochRecord[] epochs, float[] weights, String error) {
    /** Mean validation loss at the end; infinite if it diverged. */
    double validationLoss() {
      return weights == null
          ? Double.POSITIVE_INFINITY
          : epochs[epochs.length - 1].validationLoss();
    }
  }

  Fit fit(int batchSize, double stepSize, int epochs, long seed) {
    Plan plan =
        DigitFits.plan(
            topology,
            optimizer,
            stepSize,
            Schedules.parse("constant"),
            Math.min(batchSize, rows()),
            epochs,
            seed);
    EpochRecord[] seen = new EpochRecord[epochs];
    int[] count = {0};
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onEpoch(EpochRecord epoch) {
            seen[count[0]++] = epoch;
          }
        };
    try {
      float[] weights =
          new Trainer(objective, plan, listener).train(start(topology, seed)).weights();
      return new Fit(batchSize, seed, seen, weights, null);
    } catch (DivergenceException e) {
      return new Fit(batchSize, seed, Arrays.copyOf(seen, count[0]), null, e.getMessage());
    }
  }

  static float[] start(Topology topology, long seed) {
    return Initializer.parse("auto").weights(topology, seed);
  }

  /** The epochs whose losses are kept of so many: evenly spaced, the last among them. */
  static int[] kept(int epochs) {
    int points = Math.min(POINTS, epochs);
    int[] kept = new int[points];
    for (int i = 0; i < points; i++) {
      kept[i] = (int) ((long) epochs * (i + 1) / points);
    }
    return kept;
  }

  /**
   * What is recorded of a fit on the training rows: losses of some epochs and those of the final
   * weights; and the accuracy on the test rows where the training loss first was down to a level.
   */
  ObjectNode record(Fit fit, int epochs, double level, ClassRows trainingRows, ClassRows testRows) {
    ObjectNode node = Records.object().put("seed", fit.seed);
    if (fit.error != null) {
      node.put("error", fit.error);
    }
    double[] loss =
        Arrays.stream(kept(epochs))
            .mapToDouble(e -> e <= fit.epochs.length ? fit.epochs[e - 1].loss() : Double.NaN)
            .toArray();
    node.set("loss", Records.numbers(loss));
    node.set("training", score(fit, trainingRows));
    node.set("test", score(fit, testRows));
    double[] there = {Double.NaN, Double.NaN};
    for (EpochRecord epoch : fit.epochs) {
      if (epoch.loss() <= level) {
        there = new double[] {epoch.epoch(), epoch.validationAccuracy()};
        break;
      }
    }
    node.set("atLevel", Records.numbers(there));
    return node;
  }

  /** Mean loss and accuracy; null of a fit that diverged. */
  private ArrayNode score(Fit fit, ClassRows rows) {
    double[] none = {Double.NaN, Double.NaN};
    if (fit.weights == null) {
      return Records.numbers(none);
    }
    ClassRows.Score score = rows.score(topology, fit.weights);
    return Records.numbers(new double[] {score.loss(), score.accuracy()});
  }
}
