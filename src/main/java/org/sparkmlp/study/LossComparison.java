package org.sparkmlp.study;

import static org.sparkmlp.study.StudyPage.list;
import static org.sparkmlp.study.StudyPage.number;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.Supplier;
import org.ejml.data.DMatrixRMaj;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Loss;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.ReferenceNetwork;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.report.Axis;
import org.sparkmlp.report.Chart;
import org.sparkmlp.report.Series;
import org.sparkmlp.schedule.Schedule;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.util.Check;

/**
 * Cross-entropy against squared error for classes: how far and how fast, from a usual beginning and
 * from one that is wrong and sure of it.
 */
final class LossComparison {
  /** What is left of a gradient on what is called a plateau. */
  private static final double PLATEAU = 0.1;

  private LossComparison() {}

  /** Losses by what they make of the outputs. */
  enum Kind {
    SOFTMAX_CROSS_ENTROPY("cross-entropy, softmax", null),
    SOFTMAX_SQUARED("squared error, softmax", SOFTMAX_CROSS_ENTROPY),
    SIGMOID_CROSS_ENTROPY("cross-entropy, sigmoid", null),
    SIGMOID_SQUARED("squared error, sigmoid", SIGMOID_CROSS_ENTROPY),
    LINEAR_SQUARED("squared error, linear", SOFTMAX_CROSS_ENTROPY);

    private final String words;

    /** The cross-entropy that a squared error is compared with; null for those. */
    private final Kind rival;

    Kind(String words, Kind rival) {
      this.words = words;
      this.rival = rival;
    }

    Loss loss() {
      return switch (this) {
        case SOFTMAX_CROSS_ENTROPY -> Losses.SOFTMAX_CROSS_ENTROPY;
        case SOFTMAX_SQUARED -> new SquaredErrorOf(Losses.SOFTMAX_CROSS_ENTROPY, true);
        case SIGMOID_CROSS_ENTROPY -> Losses.BINARY_CROSS_ENTROPY;
        case SIGMOID_SQUARED -> new SquaredErrorOf(Losses.BINARY_CROSS_ENTROPY, false);
        case LINEAR_SQUARED -> Losses.MEAN_SQUARED_ERROR;
      };
    }

    String words() {
      return words;
    }

    /** In the legend of a chart whose dashes tell squared error. */
    String brief() {
      return words.substring(words.indexOf(' ', words.indexOf(',')) + 1)
          + (rival == null ? "" : ", squared");
    }
  }

  static Supplier<ObjectNode> prepare(Settings settings) {
    int[] hidden = settings.counts("losses.hiddenLayers");
    String activation = settings.text("losses.activation");
    Activations.forLayers(activation, hidden.length);
    Optimizer optimizer = DigitFits.optimizer(settings.text("losses.solver"));
    Schedule schedule = Schedules.parse(settings.text("losses.schedule"));
    int batchSize = settings.count("losses.batchSize", 1);
    int epochs = settings.count("losses.epochs", 1);
    double[] stepSizes = settings.positives("losses.stepSizes");
    double[] accuracies = settings.positives("losses.accuracies");
    for (double accuracy : accuracies) {
      Check.fraction(accuracy, "losses.accuracies");
    }
    int seeds = settings.count("losses.seeds", 1);
    int choosing = settings.count("losses.choosingSeeds", 1);
    double[] biases = settings.numbers("losses.biases");
    Check.that(
        biases[0] == 0,
        "losses.biases must begin with 0, which the others are compared with, got %s",
        Arrays.toString(biases));
    double wrong = settings.positive("losses.wrongBias");
    Training training =
        new Training(
            new DigitFits.Shape(hidden, activation, batchSize, epochs), optimizer, schedule);
    return () -> {
      DigitFits fits = new DigitFits();
      ArrayNode results = Records.object().putArray("results");
      for (Kind kind : Kind.values()) {
        Topology topology = topology(training.shape, kind);
        ObjectNode result = results.addObject().put("loss", kind.name());
        result.set("norms", norms(topology, biases, seeds));
        result.set("usual", training.from(0, fits, topology, stepSizes, seeds, choosing));
        result.set("wrong", training.from(wrong, fits, topology, stepSizes, seeds, choosing));
      }
      ObjectNode found = Records.object();
      found.set("results", results);
      return found;
    };
  }

  /** By bias, an array for each seed. */
  private static ArrayNode norms(Topology topology, double[] biases, int seeds) {
    Digits digits = new Digits();
    DMatrixRMaj pixels = digits.pixels(Digits.trainingRows());
    DMatrixRMaj classes = digits.classes(Digits.trainingRows());
    ArrayNode norms = Records.object().putArray("norms");
    for (int seed = 1; seed <= seeds; seed++) {
      long same = seed;
      norms.add(
          Records.numbers(
              Arrays.stream(biases)
                  .map(bias -> norm(topology, start(topology, same, bias), pixels, classes))
                  .toArray()));
    }
    return norms;
  }

  /** What all trainings have in common. */
  private record Training(DigitFits.Shape shape, Optimizer optimizer, Schedule schedule) {
    /** The step size that seeds after those compared choose, and the fits with it. */
    ObjectNode from(
        double bias,
        DigitFits fits,
        Topology topology,
        double[] stepSizes,
        int seeds,
        int choosing) {
      ObjectNode from = Records.object();
      ArrayNode tried = from.putArray("tried");
      double best = stepSizes[0];
      double least = Double.POSITIVE_INFINITY;
      for (double stepSize : stepSizes) {
        ArrayNode some = fits(fits, topology, stepSize, bias, seeds + 1, seeds + choosing);
        double[] ends = DigitFits.last(some, "loss");
        tried.addObject().put("stepSize", stepSize).set("lossAtEnd", Records.numbers(ends));
        if (Seeds.mean(ends) < least) { // not where one diverged
          least = Seeds.mean(ends);
          best = stepSize;
        }
      }
      from.put("stepSize", best);
      from.set("fits", fits(fits, topology, best, bias, 1, seeds));
      return from;
    }

    private ArrayNode fits(
        DigitFits fits, Topology topology, double stepSize, double bias, int first, int last) {
      ArrayNode all = Records.object().putArray("fits");
      for (int seed = first; seed <= last; seed++) {
        all.add(
            fits.fit(
                    DigitFits.plan(
                        topology,
                        optimizer,
                        stepSize,
                        schedule,
                        shape.batchSize(),
                        shape.epochs(),
                        seed),
                    start(topology, seed, bias))
                .record());
      }
      return all;
    }
  }

  private static Topology topology(DigitFits.Shape shape, Kind kind) {
    Topology usual = shape.topology();
    return new Topology(usual.layers(), usual.activations(), kind.loss(), true);
  }

  /** Initial weights that are sure of the first class: its bias is b, those of the others -b. */
  static float[] start(Topology topology, long seed, double b) {
    float[] weights = Initializer.parse("auto").weights(topology, seed);
    int outputs = topology.outputs();
    for (int k = 0; k < outputs; k++) {
      weights[weights.length - outputs + k] = (float) (k == 0 ? b : -b);
    }
    return weights;
  }

  /** The Euclidean norm of the mean loss's gradient. */
  static double norm(Topology topology, float[] at, DMatrixRMaj pixels, DMatrixRMaj classes) {
    double[] weights = new double[at.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = at[i];
    }
    double[] rowWeights = new double[pixels.numRows];
    Arrays.fill(rowWeights, 1.0 / pixels.numRows);
    double[] gradient = new double[weights.length];
    new ReferenceNetwork(topology).loss(weights, pixels, classes, rowWeights, gradient);
    return Math.sqrt(Arrays.stream(gradient).map(g -> g * g).sum());
  }

  /** What the records say of one loss. */
  private record Result(Kind kind, JsonNode record) {
    double[] accuracies(String from) {
      return DigitFits.last(record.get(from).get("fits"), "accuracy");
    }

    double stepSize(String from) {
      return record.get(from).get("stepSize").asDouble();
    }

    /** The first epoch with that test accuracy, a number a seed; NaN where there was none. */
    double[] epochsTo(String from, double accuracy) {
      return Records.list(record.get(from).get("fits")).stream()
          .mapToDouble(
              fit -> {
                double[] curve = Records.numbers(fit.get("accuracy"));
                for (int i = 0; i < curve.length; i++) {
                  if (curve[i] >= accuracy) {
                    return i + 1;
                  }
                }
                return Double.NaN;
              })
          .toArray();
    }

    /** By bias, relative to that without; the mean over seeds. */
    double[] ratios() {
      List<double[]> seeds =
          Records.list(record.get("norms")).stream().map(Records::numbers).toList();
      double[] mean = new double[seeds.get(0).length];
      for (double[] norms : seeds) {
        for (int i = 0; i < mean.length; i++) {
          mean[i] += norms[i] / norms[0] / seeds.size();
        }
      }
      return mean;
    }
  }

  private static List<Result> results(JsonNode found) {
    return Records.list(found.get("results")).stream()
        .map(record -> new Result(Kind.valueOf(record.get("loss").asText()), record))
        .toList();
  }

  private static Result of(List<Result> results, Kind kind) {
    return results.stream().filter(one -> one.kind == kind).findFirst().orElseThrow();
  }

  /** The answer in a sentence or two. */
  static String answer(JsonNode settings, JsonNode found) {
    List<Result> results = results(found);
    List<String> ends = new ArrayList<>();
    List<String> plateau = new ArrayList<>();
    List<String> none = new ArrayList<>();
    for (Result one : results) {
      double[] ratios = one.ratios();
      double last = ratios[ratios.length - 1];
      (last < PLATEAU ? plateau : none)
          .add("%s (%s times)".formatted(one.kind.words, number(last)));
      if (one.kind.rival != null) {
        ends.add(versus(one, of(results, one.kind.rival)));
      }
    }
    double[] biases = Records.numbers(settings.get("biases"));
    return String.format(
        "**Cross-entropy against squared error.** Test accuracy after %s epochs: %s. At a beginning that is sure of one class"
            + " for all rows (bias %s) the gradient, against that at a usual beginning, has %s%s. Training from bias %s ends with %s.",
        settings.get("epochs").asText(),
        String.join("; ", ends),
        number(biases[biases.length - 1]),
        plateau.isEmpty() ? "no plateau for any loss: " : "a plateau for " + list(plateau),
        none.isEmpty() ? "" : (plateau.isEmpty() ? "" : ", but none for ") + list(none),
        number(settings.get("wrongBias").asDouble()),
        list(
            results.stream()
                .map(one -> Seeds.percents(one.accuracies("wrong")) + " for " + one.kind.words)
                .toList()));
  }

  private static String versus(Result squared, Result rival) {
    Paired difference = Paired.of(rival.accuracies("usual"), squared.accuracies("usual"));
    String pair = rival.kind.words + " against " + squared.kind.words + " ";
    if (Double.isNaN(difference.difference())) {
      return pair + "can't be compared, since training diverged";
    }
    return pair
        + difference.words(LossComparison::points)
        + (difference.isToldApart() ? "" : ", not told apart");
  }

  static void page(StudyPage page, JsonNode settings, JsonNode found) {
    List<Result> results = results(found);
    page.section("Cross-entropy against squared error")
        .text(
            String.format(
                Locale.ROOT,
                "A network with hidden layers of %s units (%s) on the digits, %s epochs in batches of %s, %s, schedule %s,"
                    + " %s seeds. Softmax and sigmoid turn the outputs into probabilities p; cross-entropy and ½ Σ (p −"
                    + " y)² are compared for both. The library's own squared error is that of the outputs as they are"
                    + " (linear); the other two are losses of this study, written as a user would write them. Each loss"
                    + " has the step size, of %s, with the lowest mean training loss at the end for %s other seeds. Differences are paired over seeds.",
                list(settings.get("hiddenLayers")),
                settings.get("activation").asText(),
                settings.get("epochs").asText(),
                settings.get("batchSize").asText(),
                settings.get("solver").asText(),
                settings.get("schedule").asText(),
                settings.get("seeds").asText(),
                list(
                    Arrays.stream(Records.numbers(settings.get("stepSizes")))
                        .mapToObj(StudyPage::number)
                        .toList()),
                settings.get("choosingSeeds").asText()));
    table(page, results, settings, "usual");
    comparisons(page, results, settings, "usual");
    page.figure("losses-usual", curves(results, "usual", "from usual initial weights"));

    double[] biases = Records.numbers(settings.get("biases"));
    page.section("A beginning that is wrong and sure of it")
        .text(
            "The same initial weights, but with a bias of b for the first class and of −b for all others, so that rows are said to be"
                + " of the first class, the more surely the larger b. The norm of the mean loss's gradient over all training rows,"
                + " relative to that with b = 0, mean over seeds:");
    List<String> columns = new ArrayList<>(List.of("loss"));
    Arrays.stream(biases).forEach(b -> columns.add("b = " + number(b)));
    List<List<String>> rows = new ArrayList<>();
    Chart norms =
        Chart.of(
                "Gradient norm where the network is wrong and sure of it, cross-entropy (solid) and squared error (dashed)",
                Axis.linear("bias b"),
                Axis.log("relative to b = 0"))
            .describe("Gradient norm by bias for each loss, relative to that without");
    for (Result one : results) {
      List<String> row = new ArrayList<>(List.of(one.kind.words));
      Arrays.stream(one.ratios()).forEach(ratio -> row.add(number(ratio)));
      rows.add(row);
      norms.add(styled(Series.line(one.kind.brief(), biases, one.ratios()), one.kind));
    }
    page.table(columns, rows)
        .figure("losses-norms", norms)
        .text(
            String.format(
                "Training from there, with b = %s; each loss again with the step size that suits this beginning.",
                number(settings.get("wrongBias").asDouble())));
    table(page, results, settings, "wrong");
    comparisons(page, results, settings, "wrong");
    page.figure(
        "losses-wrong",
        curves(results, "wrong", "from bias b = " + number(settings.get("wrongBias").asDouble())));
  }

  private static void table(StudyPage page, List<Result> results, JsonNode settings, String from) {
    List<String> columns = new ArrayList<>(List.of("loss", "step size"));
    double[] accuracies = Records.numbers(settings.get("accuracies"));
    for (double accuracy : accuracies) {
      columns.add("epochs to " + number(100 * accuracy) + " %");
    }
    columns.add("test accuracy at the end");
    List<List<String>> rows = new ArrayList<>();
    for (Result one : results) {
      List<String> row = new ArrayList<>(List.of(one.kind.words, number(one.stepSize(from))));
      for (double accuracy : accuracies) {
        row.add(epochs(one.epochsTo(from, accuracy)));
      }
      row.add(Seeds.percents(one.accuracies(from)));
      rows.add(row);
    }
    page.table(columns, rows);
  }

  /** The mean over seeds, where all got there. */
  private static String epochs(double[] each) {
    long reached = Arrays.stream(each).filter(Double::isFinite).count();
    if (reached < each.length) {
      return reached == 0 ? "never" : "reached by %d of %d".formatted(reached, each.length);
    }
    return each.length < 2
        ? number(Seeds.mean(each))
        : number(Seeds.mean(each)) + " ± " + number(Seeds.error(each));
  }

  /** Squared errors against cross-entropies, paired over seeds. */
  private static void comparisons(
      StudyPage page, List<Result> results, JsonNode settings, String from) {
    double[] accuracies = Records.numbers(settings.get("accuracies"));
    List<String> columns =
        new ArrayList<>(List.of("squared error less cross-entropy", "test accuracy at the end"));
    for (double accuracy : accuracies) {
      columns.add("epochs to " + number(100 * accuracy) + " %");
    }
    List<List<String>> rows = new ArrayList<>();
    for (Result one : results) {
      if (one.kind.rival == null) {
        continue;
      }
      Result rival = of(results, one.kind.rival);
      List<String> row = new ArrayList<>();
      row.add(one.kind.words + ", less " + rival.kind.words);
      row.add(
          difference(
              Paired.of(one.accuracies(from), rival.accuracies(from)), LossComparison::points));
      for (double accuracy : accuracies) {
        row.add(
            difference(
                Paired.of(one.epochsTo(from, accuracy), rival.epochsTo(from, accuracy)),
                StudyPage::number));
      }
      rows.add(row);
    }
    page.table(columns, rows)
        .text(
            "Differences with 95 % confidence intervals, paired over seeds, not corrected for their number; bold: told apart"
                + " from 0. A dash: not all seeds of both got there.");
  }

  private static String difference(Paired difference, DoubleFunction<String> number) {
    if (Double.isNaN(difference.difference())) {
      return "–";
    }
    if (Double.isNaN(difference.low())) {
      return number.apply(difference.difference());
    }
    String words =
        number.apply(difference.difference())
            + " ("
            + number.apply(difference.low())
            + " to "
            + number.apply(difference.high())
            + ")";
    return difference.isToldApart() ? "**" + words + "**" : words;
  }

  private static String points(double share) {
    double hundredths = Math.rint(1e4 * share) + 0.0; // no -0
    return String.format(Locale.ROOT, "%+.2f points", hundredths / 100);
  }

  private static Chart curves(List<Result> results, String from, String title) {
    Chart chart =
        Chart.of(
                "Test accuracy, cross-entropy (solid) and squared error (dashed), " + title,
                Axis.linear("epoch"),
                Axis.linear("accuracy"))
            .describe("Test accuracy by epoch for each loss, mean over seeds, " + title);
    for (Result one : results) {
      double[] mean = DigitFits.mean(one.record.get(from).get("fits"), "accuracy");
      double[] epochs = new double[mean.length];
      for (int i = 0; i < epochs.length; i++) {
        epochs[i] = i + 1;
      }
      chart.add(styled(Series.line(one.kind.brief(), epochs, mean), one.kind));
    }
    return chart;
  }

  /** A colour for each kind of output, dashes for squared error. */
  private static Series styled(Series series, Kind kind) {
    return switch (kind) {
      case SOFTMAX_CROSS_ENTROPY -> series.withColour(0);
      case SOFTMAX_SQUARED -> series.withColour(0).withDash(1);
      case SIGMOID_CROSS_ENTROPY -> series.withColour(1);
      case SIGMOID_SQUARED -> series.withColour(1).withDash(1);
      case LINEAR_SQUARED -> series.withColour(2).withDash(1);
    };
  }
}
