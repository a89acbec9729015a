package org.sparkmlp.study;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;
import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.CounterRandom;

/**
 * Rows of two or more classes that networks of several depths are trained on.
 *
 * @param data rows of a seed
 * @param budgets parameters, ascending
 * @param losses that networks are to reach, descending
 */
record DepthTask(
    String name,
    int inputs,
    int classes,
    LongFunction<Data> data,
    int[] budgets,
    double[] losses,
    int epochs,
    int batchSize) {
  /** Purposes of random numbers. */
  private static final int POINTS = 202;

  private static final int TEACHER = 203;

  /** How steep the units of a teacher are. */
  private static final double STEEPNESS = 3;

  /** Rows to train on and rows to test with. */
  record Data(ClassRows training, ClassRows test) {}

  /** A class as a function of a point in [-1, 1]^inputs. */
  private interface Rule {
    int classOf(float[] point);
  }

  /** The digits; rows that a deep function made; rows that a shallow one made. */
  static List<DepthTask> all(Settings settings) {
    return List.of(digits(settings), folds(settings), ridges(settings));
  }

  private static DepthTask digits(Settings settings) {
    return of(
        settings,
        "digits",
        Digits.INPUTS,
        Digits.CLASSES,
        seed -> {
          Digits digits = new Digits();
          return new Data(digits.training(), digits.test());
        });
  }

  /**
   * Fold x → 1 - |2x - 1| stretches [0, 1] to twice its length and folds it; k times over makes
   * 2^(k-1) teeth. Depth pays for it in theory: M. Telgarsky, Benefits of depth in neural networks,
   * COLT 2016; G. Montúfar et al., On the number of linear regions of deep neural networks, NIPS
   * 2014.
   */
  private static DepthTask folds(Settings settings) {
    int inputs = settings.count("folds.inputs", 1);
    int folds = settings.count("folds.folds", 1);
    int rows = settings.count("folds.rows", 1);
    Rule rule =
        point -> {
          double sum = 0;
          for (float coordinate : point) {
            double x = (coordinate + 1) / 2;
            for (int k = 0; k < folds; k++) {
              x = 1 - Math.abs(2 * x - 1);
            }
            sum += x;
          }
          return sum > inputs / 2.0 ? 1 : 0;
        };
    return of(settings, "folds", inputs, 2, seed -> data(inputs, rows, seed, rule));
  }

  private static DepthTask ridges(Settings settings) {
    int inputs = settings.count("ridges.inputs", 1);
    int units = settings.count("ridges.units", 1);
    int rows = settings.count("ridges.rows", 1);
    return of(
        settings,
        "ridges",
        inputs,
        2,
        seed -> data(inputs, rows, seed, teacher(inputs, units, seed)));
  }

  /** The sign of Σ ± tanh(w·x): odd, so that both classes are as frequent. */
  private static Rule teacher(int inputs, int units, long seed) {
    double[][] weights = new double[units][inputs];
    for (int j = 0; j < units; j++) {
      double squares = 0;
      for (int i = 0; i < inputs; i++) {
        weights[j][i] =
            CounterRandom.gaussian(
                CounterRandom.hash(seed, TEACHER, j, i, 1),
                CounterRandom.hash(seed, TEACHER, j, i, 2));
        squares += weights[j][i] * weights[j][i];
      }
      double scale = STEEPNESS / Math.sqrt(squares);
      for (int i = 0; i < inputs; i++) {
        weights[j][i] *= scale;
      }
    }
    return point -> {
      double sum = 0;
      for (int j = 0; j < units; j++) {
        double z = 0;
        for (int i = 0; i < inputs; i++) {
          z += weights[j][i] * point[i];
        }
        sum += (j % 2 == 0 ? 1 : -1) * StrictMath.tanh(z);
      }
      return sum > 0 ? 1 : 0;
    };
  }

  private static Data data(int inputs, int rows, long seed, Rule rule) {
    List<float[]> features = new ArrayList<>();
    List<Integer> classes = new ArrayList<>();
    for (int i = 0; i < 2 * rows; i++) {
      float[] point = new float[inputs];
      for (int j = 0; j < inputs; j++) {
        point[j] = 2 * CounterRandom.uniform(CounterRandom.hash(seed, POINTS, i, j, 0)) - 1;
      }
      features.add(point);
      classes.add(rule.classOf(point));
    }
    ClassRows all = new ClassRows(features, classes);
    return new Data(all.where(i -> i < rows), all.where(i -> i >= rows));
  }

  /**
   * The rows of a task in words.
   *
   * @param settings of the task
   */
  static String words(String task, JsonNode settings) {
    return switch (task) {
      case "digits" ->
          String.format(
              "%d handwritten digits of %d pixels, %d classes; every fifth is held out for the test",
              new Digits().all().count(), Digits.INPUTS, Digits.CLASSES);
      case "folds" ->
          String.format(
              "%s; each number is folded %s times (x → 1 − |2x − 1| on 0..1), and the class says whether %s above one"
                  + " half. A function of functions, for which depth should pay",
              points(settings),
              settings.get("folds").asText(),
              settings.get("inputs").asInt() == 1
                  ? "what comes out is"
                  : "the mean of what comes out is");
      case "ridges" ->
          String.format(
              "%s; the class is the sign of the output of a network with one hidden layer of %s tanh units and random"
                  + " weights, another for each seed. A function that one hidden layer makes, for which depth"
                  + " shouldn't be needed",
              points(settings), settings.get("units").asText());
      default -> throw new IllegalArgumentException("there is no task '" + task + "'");
    };
  }

  private static String points(JsonNode settings) {
    int inputs = settings.get("inputs").asInt();
    return inputs == 1
        ? "a number, uniform in −1..1"
        : "points of " + inputs + " numbers, each uniform in −1..1";
  }

  private static DepthTask of(
      Settings settings, String name, int inputs, int classes, LongFunction<Data> data) {
    int[] budgets = settings.counts(name + ".budgets");
    double[] losses = settings.positives(name + ".losses");
    for (int i = 1; i < budgets.length; i++) {
      Check.that(
          budgets[i] > budgets[i - 1],
          "%s.budgets must ascend, got %s",
          name,
          Arrays.toString(budgets));
    }
    for (int i = 1; i < losses.length; i++) {
      Check.that(
          losses[i] < losses[i - 1],
          "%s.losses must descend, got %s",
          name,
          Arrays.toString(losses));
    }
    return new DepthTask(
        name,
        inputs,
        classes,
        data,
        budgets,
        losses,
        settings.count(name + ".epochs", 1),
        settings.count(name + ".batchSize", 1));
  }

  /**
   * The network of {@code depth} hidden layers, equally wide, whose number of weights and biases is
   * nearest to the budget.
   */
  Topology network(int depth, Activation activation, int budget) {
    Topology best = network(depth, activation, budget, 1);
    for (int units = 2; best.size() < budget; units++) {
      Topology next = network(depth, activation, budget, units);
      if (Math.abs(next.size() - budget) > Math.abs(best.size() - budget)) {
        break;
      }
      best = next;
    }
    return best;
  }

  private Topology network(int depth, Activation activation, int budget, int units) {
    int[] layers = new int[depth + 2];
    Arrays.fill(layers, units);
    layers[0] = inputs;
    layers[depth + 1] = classes;
    Topology topology = new Topology(layers, activation, Losses.SOFTMAX_CROSS_ENTROPY, true);
    Check.that(
        units > 1 || topology.size() <= 2 * budget,
        "%s.budgets: %s parameters are too few for %s hidden layers; one unit a layer needs %s",
        name,
        budget,
        depth,
        topology.size());
    return topology;
  }
}
