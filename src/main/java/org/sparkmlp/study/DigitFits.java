package org.sparkmlp.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.Solvers;
import org.sparkmlp.schedule.Schedule;
import org.sparkmlp.train.DivergenceException;
import org.sparkmlp.train.EpochRecord;
import org.sparkmlp.train.Importance;
import org.sparkmlp.train.LocalObjective;
import org.sparkmlp.train.Plan;
import org.sparkmlp.train.Trainer;
import org.sparkmlp.train.TrainingListener;
import org.sparkmlp.util.Check;

/**
 * Trains networks on the digits with the trainer that clusters have, in this JVM: one shard, so
 * that an epoch's updates follow one another without averaging.
 */
final class DigitFits {
  private static final String BACKEND = "auto";

  /** More updates than any epoch here has: one round an epoch. */
  private static final int WHOLE_EPOCH = 1 << 20;

  /** Places of an epoch where the rate is noted. */
  private static final int NOTES = 4;

  /** What all fits of a study have in common. */
  record Shape(int[] hiddenLayers, String activation, int batchSize, int epochs) {
    static Shape of(Settings settings) {
      Shape shape =
          new Shape(
              settings.counts("hiddenLayers"),
              settings.text("activation"),
              settings.count("batchSize", 1),
              settings.count("epochs", 1));
      Activations.forLayers(shape.activation, shape.hiddenLayers.length);
      return shape;
    }

    Topology topology() {
      return DigitFits.topology(
          hiddenLayers, Activations.forLayers(activation, hiddenLayers.length));
    }
  }

  private final LocalObjective objective;

  DigitFits() {
    this(new Digits().objective());
  }

  DigitFits(LocalObjective objective) {
    this.objective = objective;
  }

  static Topology topology(int[] hidden, List<Activation> activations) {
    int[] layers = new int[hidden.length + 2];
    layers[0] = Digits.INPUTS;
    System.arraycopy(hidden, 0, layers, 1, hidden.length);
    layers[hidden.length + 1] = Digits.CLASSES;
    return new Topology(layers, activations, Losses.SOFTMAX_CROSS_ENTROPY, true);
  }

  /** An optimizer of mini-batches. */
  static Optimizer optimizer(String spec) {
    Check.that(
        Solvers.parse(spec) instanceof Optimizer,
        "the solver %s chooses its steps itself, so it can't be compared at equal step sizes",
        spec);
    return (Optimizer) Solvers.parse(spec);
  }

  /** A plan for one shard in this JVM, a round an epoch. */
  static Plan plan(
      Topology topology,
      Optimizer optimizer,
      double stepSize,
      Schedule schedule,
      int batchSize,
      int epochs,
      long seed) {
    return new Plan(
        topology, BACKEND, optimizer, stepSize, schedule, batchSize, WHOLE_EPOCH, epochs, 0, seed);
  }

  /**
   * One fit: seed, loss and accuracy on the test rows by epoch; or the error, if it diverged, with
   * the epochs before.
   */
  ObjectNode fit(Plan plan) {
    return fit(plan, start(plan)).record();
  }

  private static float[] start(Plan plan) {
    return Initializer.parse("auto").weights(plan.topology(), plan.seed());
  }

  /**
   * A fit and where it has led.
   *
   * @param weights null if it diverged
   */
  record Fitted(ObjectNode record, float[] weights) {}

  /** One fit from given weights, which are not changed. */
  Fitted fit(Plan plan, float[] initialWeights) {
    return fit(plan, initialWeights, 0);
  }

  /**
   * One fit as {@link #fit(Plan)}, with a round for each update, and besides in {@code
   * lossByUpdate[]} the mean loss of the rows of each of the first updates, before that update.
   */
  ObjectNode fitUpdateByUpdate(Plan plan, int first) {
    Plan each =
        new Plan(
            plan.topology(),
            plan.backend(),
            plan.optimizer(),
            plan.stepSize(),
            plan.schedule(),
            plan.batchSize(),
            1,
            plan.epochs(),
            plan.tol(),
            plan.seed());
    return fit(each, start(each), first).record();
  }

  /**
   * @param first updates whose losses are recorded, if each is a round
   */
  private Fitted fit(Plan plan, float[] initialWeights, int first) {
    double[] byUpdate = new double[first];
    java.util.Arrays.fill(byUpdate, Double.NaN);
    ObjectNode fit = Records.object().put("seed", plan.seed());
    double[] loss = new double[plan.epochs()];
    double[] accuracy = new double[plan.epochs()];
    java.util.Arrays.fill(loss, Double.NaN);
    java.util.Arrays.fill(accuracy, Double.NaN);
    TrainingListener listener =
        new TrainingListener() {
          private int update;
          private long rowsBefore;
          private long rowsOfEpoch;
          private double sumOfEpoch;

          @Override
          public void onRound(double epoch, int epochs, double meanOfEpoch, long rows) {
            if (update < byUpdate.length) {
              long some = rows - rowsBefore;
              rowsOfEpoch += some;
              double sum = meanOfEpoch * rowsOfEpoch;
              byUpdate[update++] = (sum - sumOfEpoch) / some;
              sumOfEpoch = sum;
              rowsBefore = rows;
            }
          }

          @Override
          public void onEpoch(EpochRecord epoch) {
            rowsOfEpoch = 0;
            sumOfEpoch = 0;
            loss[epoch.epoch() - 1] = epoch.loss();
            accuracy[epoch.epoch() - 1] = epoch.validationAccuracy();
          }
        };
    float[] weights = null;
    try {
      weights = new Trainer(objective, plan, listener).train(initialWeights).weights();
    } catch (DivergenceException e) {
      fit.put("error", e.getMessage());
    }
    fit.set("loss", Records.numbers(loss));
    fit.set("accuracy", Records.numbers(accuracy));
    if (first > 0) {
      fit.set("lossByUpdate", Records.numbers(byUpdate));
    }
    return new Fitted(fit, weights);
  }

  /** How much each weight matters to the training rows. */
  float[] importance(Topology topology, float[] weights) {
    return Importance.of(objective, topology, BACKEND, weights);
  }

  /** The learning rate of each update. */
  double[] rateByUpdate(Plan plan) {
    int steps = plan.stepsPerEpoch(objective.layout());
    double[] rate = new double[plan.epochs() * steps];
    for (int i = 0; i < rate.length; i++) {
      rate[i] = plan.rate(i / steps, i % steps, steps);
    }
    return rate;
  }

  /** The learning rate, four times an epoch and at the last update: members time and rate. */
  ObjectNode rates(Plan plan) {
    int steps = plan.stepsPerEpoch(objective.layout());
    int notes = Math.min(NOTES, steps);
    double[] time = new double[plan.epochs() * notes + 1];
    double[] rate = new double[time.length];
    for (int i = 0; i < time.length; i++) {
      boolean last = i == time.length - 1;
      int epoch = last ? plan.epochs() - 1 : i / notes;
      int step = last ? steps - 1 : i % notes * steps / notes;
      time[i] = epoch + (double) step / steps;
      rate[i] = plan.rate(epoch, step, steps);
    }
    ObjectNode rates = Records.object();
    rates.set("time", Records.numbers(time));
    rates.set("rate", Records.numbers(rate));
    return rates;
  }

  /** One fit a seed. */
  ArrayNode fits(
      Topology topology,
      Optimizer optimizer,
      double stepSize,
      Schedule schedule,
      Shape shape,
      int seeds) {
    ArrayNode fits = Records.object().putArray("fits");
    for (int seed = 1; seed <= seeds; seed++) {
      fits.add(
          fit(plan(topology, optimizer, stepSize, schedule, shape.batchSize, shape.epochs, seed)));
    }
    return fits;
  }

  /** The last value of a member of each fit; NaN if it diverged. */
  static double[] last(JsonNode fits, String member) {
    double[] values = new double[fits.size()];
    for (int i = 0; i < values.length; i++) {
      double[] all = Records.numbers(fits.get(i).get(member));
      values[i] = all[all.length - 1];
    }
    return values;
  }

  /** The mean over fits by epoch; NaN from where the first one has diverged. */
  static double[] mean(JsonNode fits, String member) {
    double[] sum = new double[fits.get(0).get(member).size()];
    for (JsonNode fit : fits) {
      double[] values = Records.numbers(fit.get(member));
      for (int i = 0; i < sum.length; i++) {
        sum[i] += values[i] / fits.size();
      }
    }
    return sum;
  }
}
