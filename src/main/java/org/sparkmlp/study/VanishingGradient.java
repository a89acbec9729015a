package org.sparkmlp.study;

import static org.sparkmlp.study.StudyPage.list;
import static org.sparkmlp.study.StudyPage.number;
import static org.sparkmlp.study.StudyPage.percent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.Supplier;
import org.ejml.data.DMatrixRMaj;
import org.sparkmlp.function.Activations;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.ReferenceNetwork;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.report.Axis;
import org.sparkmlp.report.Chart;
import org.sparkmlp.report.Series;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.Sample;

/**
 * How large the gradient of each layer's weights is in networks of several depths, and what that
 * does to training.
 */
final class VanishingGradient implements Study {
  @Override
  public String name() {
    return "vanishing-gradient";
  }

  @Override
  public Supplier<ObjectNode> prepare(Settings settings) {
    List<String> activations = settings.texts("activations");
    activations.forEach(Activations::parse);
    int[] depths = settings.counts("hiddenLayers");
    int units = settings.count("units", 1);
    int rows = settings.count("rows", 1);
    Check.that(
        rows <= Digits.trainingRows(),
        "rows must be at most %s, the training rows, got %s",
        Digits.trainingRows(),
        rows);
    int seeds = settings.count("seeds", 1);
    Optimizer optimizer = DigitFits.optimizer(settings.text("training.solver"));
    double stepSize = settings.positive("training.stepSize");
    int batchSize = settings.count("training.batchSize", 1);
    int epochs = settings.count("training.epochs", 1);
    return () -> {
      Digits digits = new Digits();
      DMatrixRMaj pixels = digits.pixels(rows);
      DMatrixRMaj classes = digits.classes(rows);
      DigitFits fits = new DigitFits();
      ArrayNode networks = Records.object().putArray("networks");
      for (String activation : activations) {
        for (int depth : depths) {
          int[] hidden = new int[depth];
          Arrays.fill(hidden, units);
          Topology topology =
              DigitFits.topology(hidden, Collections.nCopies(depth, Activations.parse(activation)));
          ObjectNode network =
              networks.addObject().put("activation", activation).put("hiddenLayers", depth);
          ArrayNode norms = network.putArray("norms");
          for (int seed = 1; seed <= seeds; seed++) {
            norms.add(Records.numbers(norms(topology, seed, pixels, classes)));
          }
          network.set(
              "fits",
              fits.fits(
                  topology,
                  optimizer,
                  stepSize,
                  Schedules.parse("constant"),
                  new DigitFits.Shape(hidden, activation, batchSize, epochs),
                  seeds));
        }
      }
      ObjectNode found = Records.object();
      found.set("networks", networks);
      return found;
    };
  }

  /** The Euclidean norm of the mean loss's gradient by the weights of each layer, biases apart. */
  private static double[] norms(
      Topology topology, long seed, DMatrixRMaj pixels, DMatrixRMaj classes) {
    float[] initial = Initializer.parse("auto").weights(topology, seed);
    double[] weights = new double[initial.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = initial[i];
    }
    double[] rowWeights = new double[pixels.numRows];
    Arrays.fill(rowWeights, 1.0 / pixels.numRows);
    double[] gradient = new double[weights.length];
    new ReferenceNetwork(topology).loss(weights, pixels, classes, rowWeights, gradient);
    return topology.slices().stream()
        .filter(slice -> !slice.isBias())
        .mapToDouble(
            slice ->
                Math.sqrt(
                    Arrays.stream(gradient, slice.offset(), slice.end()).map(g -> g * g).sum()))
        .toArray();
  }

  @Override
  public StudyPage page(JsonNode settings, JsonNode found) {
    List<JsonNode> networks = Records.list(found.get("networks"));
    List<String> activations =
        Records.list(settings.get("activations")).stream().map(JsonNode::asText).toList();
    StudyPage page = new StudyPage("The vanishing gradient");
    page.text(
        String.format(
            "Networks with hidden layers of %s units each, initial weights as `weightInit = auto` draws them, %s seeds. The norm of the mean loss's gradient by each layer's weights,"
                + " over %s handwritten digits before any training; means of the norms over seeds, and in the text ratios of those means; layer 1 is next"
                + " to the features.",
            settings.get("units").asText(),
            settings.get("seeds").asText(),
            settings.get("rows").asText()));
    Chart ratios =
        Chart.of(
                "Gradient norm of the first layer against the last's",
                Axis.linear("hidden layers"),
                Axis.log("first / last"))
            .describe("The ratio by hidden layers for " + list(activations));
    Chart accuracies =
        Chart.of(
                "Test accuracy after training",
                Axis.linear("hidden layers"),
                Axis.linear("accuracy").between(0, 1))
            .describe("Test accuracy by hidden layers for " + list(activations));
    List<String> before = new ArrayList<>();
    List<String> after = new ArrayList<>();
    for (String activation : activations) {
      List<JsonNode> some =
          networks.stream().filter(n -> n.get("activation").asText().equals(activation)).toList();
      double[] depths = some.stream().mapToDouble(n -> n.get("hiddenLayers").asInt()).toArray();
      double[] ratio = some.stream().mapToDouble(n -> ratio(norms(n))).toArray();
      double[] accuracy =
          some.stream()
              .mapToDouble(n -> Sample.mean(DigitFits.last(n.get("fits"), "accuracy")))
              .toArray();
      Chart chart =
          Chart.of(
                  "Gradient norm by layer, " + activation,
                  Axis.linear("layer"),
                  Axis.log("gradient norm"))
              .describe("Gradient norm by layer, a line for each depth, " + activation);
      for (JsonNode network : some) {
        double[] norms = norms(network);
        double[] layers = new double[norms.length];
        for (int i = 0; i < layers.length; i++) {
          layers[i] = i + 1;
        }
        chart.line(network.get("hiddenLayers").asText() + " hidden layers", layers, norms);
      }
      page.figure("norms-" + file(activation), chart);
      ratios.line(activation, depths, ratio);
      accuracies.add(
          Series.line(activation, depths, accuracy)
              .withColour(activations.indexOf(activation))
              .withErrors(
                  some.stream()
                      .mapToDouble(n -> error(DigitFits.last(n.get("fits"), "accuracy")))
                      .toArray()));
      int last = ratio.length - 1;
      before.add(
          String.format(
              Locale.ROOT,
              "With %s the first layer's norm is %s of the last's at %.0f hidden layers%s and %s at %.0f%s%s.",
              activation,
              number(ratio[0]),
              depths[0],
              range(ratios(some.get(0)), StudyPage::number),
              number(ratio[last]),
              depths[last],
              range(ratios(some.get(last)), StudyPage::number),
              last == 0
                  ? ""
                  : ", a factor of "
                      + number(Math.pow(ratio[last] / ratio[0], 1 / (depths[last] - depths[0])))
                      + " for each layer more"));
      after.add(
          String.format(
              Locale.ROOT,
              "With %s, %s at %.0f hidden layers and %s at %.0f.",
              activation,
              spread(some.get(0)),
              depths[0],
              spread(some.get(last)),
              depths[last]));
    }
    JsonNode training = settings.get("training");
    page.text(String.join(" ", before))
        .figure("ratio", ratios)
        .section("What it does to training")
        .text(
            String.format(
                "The same networks after %s epochs with %s, step size %s, batches of %s; accuracy on the digits held"
                    + " out, mean over seeds ± standard error (whiskers in the figure). Guessing one of %d classes gives about"
                    + " %s. %s",
                training.get("epochs").asText(),
                training.get("solver").asText(),
                number(training.get("stepSize").asDouble()),
                training.get("batchSize").asText(),
                Digits.CLASSES,
                percent(1.0 / Digits.CLASSES),
                String.join(" ", after)))
        .text(
            String.format(
                "All depths%s have the one step size %s, which wasn't chosen for any of them, and no more than these epochs: deep"
                    + " networks might do better with others.",
                activations.size() > 1 ? " and activations" : "",
                number(training.get("stepSize").asDouble())))
        .figure("accuracy", accuracies);
    return page;
  }

  /** First against last, a number a seed. */
  private static double[] ratios(JsonNode network) {
    return Records.list(network.get("norms")).stream()
        .mapToDouble(seed -> ratio(Records.numbers(seed)))
        .toArray();
  }

  /** As in "80.56 % ± 1.20 % (78.00 % to 83.00 % by seed)". */
  private static String spread(JsonNode network) {
    double[] accuracies = DigitFits.last(network.get("fits"), "accuracy");
    return Seeds.percents(accuracies) + range(accuracies, StudyPage::percent);
  }

  /** The least and the largest of several seeds; empty if there is but one, or one diverged. */
  private static String range(double[] values, DoubleFunction<String> words) {
    double[] sorted = Arrays.stream(values).sorted().toArray();
    int last = sorted.length - 1;
    return last == 0 || Double.isNaN(sorted[last])
        ? ""
        : String.format(" (%s to %s by seed)", words.apply(sorted[0]), words.apply(sorted[last]));
  }

  /** Of each layer, means over seeds. */
  private static double[] norms(JsonNode network) {
    List<JsonNode> seeds = Records.list(network.get("norms"));
    double[] mean = new double[seeds.get(0).size()];
    for (JsonNode seed : seeds) {
      double[] norms = Records.numbers(seed);
      for (int i = 0; i < mean.length; i++) {
        mean[i] += norms[i] / seeds.size();
      }
    }
    return mean;
  }

  private static double ratio(double[] norms) {
    return norms[0] / norms[norms.length - 1];
  }

  private static double error(double[] values) {
    return values.length < 2 ? 0 : Sample.standardError(values);
  }

  /** Of a spec that may have parentheses. */
  private static String file(String spec) {
    return spec.replaceAll("[^A-Za-z0-9]+", "-").replaceAll("-$", "");
  }
}
