package org.sparkmlp.study;

import static org.sparkmlp.study.StudyPage.list;
import static org.sparkmlp.study.StudyPage.number;
import static org.sparkmlp.study.StudyPage.percent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Activations;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.report.Axis;
import org.sparkmlp.report.Chart;
import org.sparkmlp.report.Series;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.train.DivergenceException;
import org.sparkmlp.train.EarlyStopping;
import org.sparkmlp.train.EpochRecord;
import org.sparkmlp.train.Safeguards;
import org.sparkmlp.train.Trainer;
import org.sparkmlp.train.TrainingListener;
import org.sparkmlp.train.ValidationMetric;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.Sample;

/**
 * Deep and thin networks against shallow and wide ones with as many parameters: the loss that each
 * reaches, after how many epochs, and with how many parameters at all.
 */
final class DepthStudy implements Study {
  /**
   * Step sizes, and the depth that stands for the deep ones, are chosen by seeds from here on; none
   * of them is compared.
   */
  private static final int TUNING_SEED = 1_000_001;

  /** A loss of exactly 0 has no logarithm. */
  private static final double LEAST = 1e-12;

  @Override
  public String name() {
    return "depth";
  }

  /** One kind of network on one task. */
  private record Cell(DepthTask task, int budget, Topology topology) {}

  @Override
  public Supplier<ObjectNode> prepare(Settings settings) {
    int[] depths = settings.counts("hiddenLayers");
    Check.that(depths.length > 1, "hiddenLayers needs at least two numbers");
    for (int i = 1; i < depths.length; i++) {
      Check.that(
          depths[i] > depths[i - 1], "hiddenLayers must ascend, got %s", Arrays.toString(depths));
    }
    Activation activation = Activations.parse(settings.text("activation"));
    Optimizer optimizer = DigitFits.optimizer(settings.text("solver"));
    double[] stepSizes = settings.positives("stepSizes");
    int seeds = settings.count("seeds", 1);
    int tuningSeeds = settings.count("tuningSeeds", 1);
    List<Cell> cells = new ArrayList<>();
    for (DepthTask task : DepthTask.all(settings)) {
      for (int budget : task.budgets()) {
        for (int depth : depths) {
          cells.add(new Cell(task, budget, task.network(depth, activation, budget)));
        }
      }
    }
    return () -> {
      ObjectNode found = Records.object();
      ArrayNode results = found.putArray("results");
      // cells know nothing of one another: on all cores
      cells.parallelStream()
          .map(cell -> measure(cell, optimizer, stepSizes, tuningSeeds, seeds))
          .collect(Collectors.toList())
          .forEach(results::add);
      return found;
    };
  }

  private static ObjectNode measure(
      Cell cell, Optimizer optimizer, double[] stepSizes, int tuningSeeds, int seeds) {
    Topology topology = cell.topology;
    ObjectNode result =
        Records.object()
            .put("task", cell.task.name())
            .put("budget", cell.budget)
            .put("hiddenLayers", topology.depth() - 1)
            .put("units", topology.units(1))
            .put("parameters", topology.size());
    double best = stepSizes[0];
    double least = Double.POSITIVE_INFINITY;
    ArrayNode tried = result.putArray("tried");
    for (double stepSize : stepSizes) {
      double[] each = new double[tuningSeeds];
      for (int i = 0; i < tuningSeeds; i++) {
        each[i] = least(fit(cell, optimizer, stepSize, TUNING_SEED + i).loss);
      }
      double lowest = geometricMean(each);
      tried.addObject().put("stepSize", stepSize).set("lowest", Records.number(lowest));
      if (lowest < least) {
        least = lowest;
        best = stepSize;
      }
    }
    result.put("stepSize", best);
    ArrayNode fits = result.putArray("fits");
    double[] logs = new double[cell.task.epochs()];
    for (int seed = 1; seed <= seeds; seed++) {
      Fit fit = fit(cell, optimizer, best, seed);
      for (int i = 0; i < logs.length; i++) {
        logs[i] += Math.log(Math.max(LEAST, fit.loss[i])) / seeds;
      }
      ObjectNode one = fits.addObject().put("seed", seed);
      one.set("lowest", Records.number(least(fit.loss)));
      one.set("accuracy", Records.number(fit.accuracy));
      double[] epochs = new double[cell.task.losses().length];
      Arrays.setAll(epochs, i -> arrival(fit.loss, cell.task.losses()[i]));
      one.set("epochs", Records.numbers(epochs));
      if (fit.error != null) {
        one.put("error", fit.error);
      }
    }
    result.set("loss", Records.numbers(Arrays.stream(logs).map(Math::exp).toArray()));
    return result;
  }

  /**
   * @param loss over all training rows after each epoch; NaN from where it diverged
   * @param accuracy on the test rows, with the weights of the epoch with the lowest loss
   * @param error null unless it diverged
   */
  private record Fit(double[] loss, double accuracy, String error) {}

  /**
   * The rows that judge epochs are the training rows themselves: so the loss of an epoch is that of
   * its last weights over all of them, and the weights with the lowest one come back.
   */
  private static Fit fit(Cell cell, Optimizer optimizer, double stepSize, long seed) {
    DepthTask.Data data = cell.task.data().apply(seed);
    int epochs = cell.task.epochs();
    double[] loss = new double[epochs];
    Arrays.fill(loss, Double.NaN);
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onEpoch(EpochRecord epoch) {
            loss[epoch.epoch() - 1] = epoch.validationLoss();
          }
        };
    try {
      float[] weights =
          new Trainer(
                  data.training().objective(data.training()),
                  DigitFits.plan(
                      cell.topology,
                      optimizer,
                      stepSize,
                      Schedules.parse("constant"),
                      cell.task.batchSize(),
                      epochs,
                      seed),
                  listener,
                  Safeguards.NONE,
                  new EarlyStopping(epochs + 1, ValidationMetric.LOSS))
              .train(Initializer.parse("auto").weights(cell.topology, seed))
              .weights();
      return new Fit(loss, data.test().score(cell.topology, weights).accuracy(), null);
    } catch (DivergenceException e) {
      return new Fit(loss, Double.NaN, e.getMessage());
    }
  }

  private static double geometricMean(double[] losses) {
    return Math.exp(Sample.mean(logs(losses)));
  }

  private static double[] logs(double[] losses) {
    return Arrays.stream(losses).map(loss -> Math.log(Math.max(LEAST, loss))).toArray();
  }

  /** NaN if there is none. */
  private static double least(double[] losses) {
    return Arrays.stream(losses).filter(Double::isFinite).min().orElse(Double.NaN);
  }

  /** The first epoch, from 1, that ends with at most that loss; NaN if there is none. */
  static double arrival(double[] losses, double loss) {
    return IntStream.range(0, losses.length)
        .filter(i -> losses[i] <= loss)
        .mapToDouble(i -> i + 1)
        .findFirst()
        .orElse(Double.NaN);
  }

  /** A result of the records, with what is computed of it. */
  private record Result(JsonNode json) {
    String task() {
      return json.get("task").asText();
    }

    int budget() {
      return json.get("budget").asInt();
    }

    int depth() {
      return json.get("hiddenLayers").asInt();
    }

    int parameters() {
      return json.get("parameters").asInt();
    }

    String network() {
      return depth() + " × " + json.get("units").asText();
    }

    /** Of each seed the logarithm of the lowest loss. */
    double[] logs() {
      return DepthStudy.logs(each("lowest"));
    }

    /** Geometric mean of the lowest losses. */
    double lowest() {
      return geometricMean(each("lowest"));
    }

    /** With the tuning seeds, at the step size chosen; infinite if all diverged at once. */
    double tuned() {
      return Records.list(json.get("tried")).stream()
          .mapToDouble(one -> Records.number(one.get("lowest")))
          .filter(Double::isFinite)
          .min()
          .orElse(Double.POSITIVE_INFINITY);
    }

    double[] each(String member) {
      return Records.list(json.get("fits")).stream()
          .mapToDouble(fit -> Records.number(fit.get(member)))
          .toArray();
    }

    /** Mean on the test rows; NaN if a fit diverged. */
    double accuracy() {
      return Sample.mean(each("accuracy"));
    }

    /** 0 if there is none. */
    double accuracyError() {
      double[] values = each("accuracy");
      return values.length < 2 || Double.isNaN(accuracy()) ? 0 : Sample.standardError(values);
    }

    /** Median over seeds of the epochs to a loss; infinite where most don't reach it. */
    double epochs(int loss) {
      double[] sorted =
          Records.list(json.get("fits")).stream()
              .mapToDouble(fit -> Records.numbers(fit.get("epochs"))[loss])
              .map(epoch -> Double.isNaN(epoch) ? Double.POSITIVE_INFINITY : epoch)
              .sorted()
              .toArray();
      return sorted[sorted.length / 2];
    }

    boolean reaches(int loss) {
      return epochs(loss) < Double.POSITIVE_INFINITY;
    }
  }

  private enum Verdict {
    CONFIRMED("confirmed"),
    REFUTED("refuted"),
    NOT_CLEAR("not clear");

    final String word;

    Verdict(String word) {
      this.word = word;
    }
  }

  /** One budget of one task: the shallowest network against the deeper one that was chosen. */
  private record Case(int budget, Result shallow, Result deep, Paired test) {
    static Case of(List<Result> results) {
      Result shallow = results.get(0);
      Result deep = results.get(1);
      for (Result one : results.subList(1, results.size())) {
        deep = one.tuned() < deep.tuned() ? one : deep;
      }
      return new Case(shallow.budget(), shallow, deep, Paired.of(deep.logs(), shallow.logs()));
    }

    Verdict verdict() {
      return test.isLower()
          ? Verdict.CONFIRMED
          : test.isHigher() ? Verdict.REFUTED : Verdict.NOT_CLEAR;
    }

    String words() {
      return String.format(
          Locale.ROOT,
          "%s at about %d parameters (%s: %s against %s of %s, p = %s)",
          verdict().word,
          budget,
          deep.network(),
          number(deep.lowest()),
          number(shallow.lowest()),
          shallow.network(),
          p(test));
    }
  }

  private static String p(Paired test) {
    return Double.isNaN(test.pValue())
        ? "unknown"
        : String.format(Locale.ROOT, test.pValue() < 0.001 ? "%.0e" : "%.3f", test.pValue());
  }

  @Override
  public StudyPage page(JsonNode settings, JsonNode found) {
    List<Result> all = Records.list(found.get("results")).stream().map(Result::new).toList();
    List<String> tasks = all.stream().map(Result::task).distinct().toList();
    List<Case> cases = new ArrayList<>();
    List<Need> needs = new ArrayList<>();
    List<String> answers = new ArrayList<>();
    for (String task : tasks) {
      List<Case> some = cases(of(all, task));
      cases.addAll(some);
      needs.addAll(needs(of(all, task), Records.numbers(settings.get(task).get("losses"))));
      answers.add("- " + task + ": " + list(some.stream().map(Case::words).toList()) + ".");
    }
    String shallow = layers(all.get(0).depth());
    StudyPage page = new StudyPage("Depth: deep and thin against shallow and wide");
    page.text(
            String.format(
                "The textbook: of networks with equally many parameters the deep and thin one reaches a lower training"
                    + " loss than the shallow and wide one. Of %d cases (a data set and a number of parameters) that is"
                    + " %s.",
                cases.size(),
                list(
                    Arrays.stream(Verdict.values())
                        .map(
                            verdict ->
                                verdict.word
                                    + " in "
                                    + cases.stream().filter(c -> c.verdict() == verdict).count())
                        .toList())))
        .text(tendency(cases))
        .text(String.join("\n", answers))
        .text(
            String.format(
                "And fewer parameters for the same loss? Of %d losses (over all data sets) deeper networks reach %d with"
                    + " fewer of the parameters tried than shallow ones, %d only with more, and %d with as many, or"
                    + " neither does. That compares medians over seeds, and any deeper network will do; it is no test.",
                needs.size(),
                needs.stream().filter(Need::isFewer).count(),
                needs.stream().filter(Need::isMore).count(),
                needs.stream().filter(need -> !need.isFewer() && !need.isMore()).count()))
        .text(
            String.format(
                "4 × 11 means 4 hidden layers of 11 units. The rule: of the networks with more than %s the one that"
                    + " stands for them, and every network's step size, of %s, are those with the lowest mean"
                    + " training loss over %s other seeds than the %s compared. Confirmed: its loss is lower than with %s, told"
                    + " apart by a paired t-test over seeds of the logarithm, 5 %% level, two-sided, not corrected for the"
                    + " number of cases; refuted: higher, likewise; else not clear. The loss of a fit is the mean over all"
                    + " training rows after its best epoch, means of losses over seeds are geometric.",
                shallow,
                list(
                    Records.list(settings.get("stepSizes")).stream()
                        .map(size -> number(size.asDouble()))
                        .toList()),
                settings.get("tuningSeeds").asText(),
                settings.get("seeds").asText(),
                shallow))
        .text(
            String.format(
                "All hidden layers of a network are equally wide (%s), as wide as brings weights and biases nearest to"
                    + " the budget; optimizer %s at a constant rate, initial weights as `weightInit = auto` draws them."
                    + " Plain networks: no skip connections, no normalization of layers, which deep networks are"
                    + " usually given.",
                settings.get("activation").asText(), settings.get("solver").asText()));
    for (String task : tasks) {
      section(page, task, settings.get(task), of(all, task));
    }
    return page;
  }

  /** Where it isn't clear, which way the means point. */
  private static String tendency(List<Case> cases) {
    List<Case> unclear = cases.stream().filter(one -> one.verdict() == Verdict.NOT_CLEAR).toList();
    return unclear.isEmpty()
        ? "None is left open."
        : String.format(
            "Where it is not clear, the mean loss of the deep one is lower in %d of %d.",
            unclear.stream().filter(one -> one.test.difference() < 0).count(), unclear.size());
  }

  private static List<Result> of(List<Result> all, String task) {
    return all.stream().filter(one -> one.task().equals(task)).toList();
  }

  private static List<Case> cases(List<Result> ofTask) {
    return budgets(ofTask).stream().map(budget -> Case.of(at(ofTask, budget))).toList();
  }

  private static List<Integer> budgets(List<Result> ofTask) {
    return ofTask.stream().map(Result::budget).distinct().toList();
  }

  private static List<Result> at(List<Result> ofTask, int budget) {
    return ofTask.stream().filter(one -> one.budget() == budget).toList();
  }

  private static String layers(int depth) {
    return depth == 1 ? "1 hidden layer" : depth + " hidden layers";
  }

  private static void section(
      StudyPage page, String task, JsonNode settings, List<Result> results) {
    double[] losses = Records.numbers(settings.get("losses"));
    page.section(Character.toUpperCase(task.charAt(0)) + task.substring(1))
        .text(
            String.format(
                "The rows: %s.%s %s epochs in batches of %s.",
                DepthTask.words(task, settings),
                settings.has("rows")
                    ? " "
                        + settings.get("rows").asText()
                        + " rows to train on and as many for the test, others for each seed."
                    : "",
                settings.get("epochs").asText(),
                settings.get("batchSize").asText()))
        .text(lowestBy(results))
        .text(parameters(needs(results, losses)))
        .figure("loss-" + task, lowest(task, results))
        .figure("accuracy-" + task, accuracies(task, results))
        .figure("epochs-" + task, curves(task, results));
    List<String> columns = new ArrayList<>(List.of("network", "parameters", "step size"));
    columns.addAll(List.of("lowest loss", "against " + layers(results.get(0).depth()), "p"));
    for (double loss : losses) {
      columns.add("epochs to " + number(loss));
    }
    columns.addAll(List.of("test accuracy", "standard error"));
    List<List<String>> rows = new ArrayList<>();
    for (Result one : results) {
      rows.add(row(one, at(results, one.budget()).get(0), losses.length));
    }
    page.text(
            "Epochs to a loss are medians over seeds, “–” where most seeds don't reach it. Test accuracy is that of the"
                + " weights with the lowest training loss, mean over seeds.")
        .table(columns, rows);
  }

  private static List<String> row(Result one, Result shallow, int losses) {
    List<String> row = new ArrayList<>();
    row.add(one.network());
    row.add(Integer.toString(one.parameters()));
    row.add(number(one.json.get("stepSize").asDouble()));
    row.add(Double.isNaN(one.lowest()) ? "diverged" : number(one.lowest()));
    boolean self = one.depth() == shallow.depth();
    Paired test = Paired.of(one.logs(), shallow.logs());
    row.add(
        self || Double.isNaN(test.difference()) ? "–" : "× " + number(Math.exp(test.difference())));
    row.add(self ? "–" : p(test));
    for (int i = 0; i < losses; i++) {
      row.add(one.reaches(i) ? number(one.epochs(i)) : "–");
    }
    boolean diverged = Double.isNaN(one.accuracy());
    row.add(diverged ? "diverged" : percent(one.accuracy()));
    row.add(diverged || one.each("accuracy").length < 2 ? "–" : percent(one.accuracyError()));
    return row;
  }

  /** The smallest budgets with which most seeds reach a loss; MAX_VALUE where none will do. */
  private record Need(double loss, int shallow, int deep, String deepNetwork) {
    static Need of(List<Result> results, double[] losses, int loss) {
      int shallowest = results.get(0).depth();
      int shallow = Integer.MAX_VALUE;
      int deep = Integer.MAX_VALUE;
      String network = "";
      for (Result one : results) { // budgets ascend
        if (one.reaches(loss) && one.depth() == shallowest) {
          shallow = Math.min(shallow, one.budget());
        } else if (one.reaches(loss) && one.budget() < deep) {
          deep = one.budget();
          network = one.network();
        }
      }
      return new Need(losses[loss], shallow, deep, network);
    }

    boolean isFewer() {
      return deep < shallow;
    }

    boolean isMore() {
      return deep > shallow;
    }

    String words() {
      String than =
          shallow == Integer.MAX_VALUE
              ? "the shallow ones don't reach it"
              : "the shallow ones need about " + shallow;
      if (deep == Integer.MAX_VALUE) {
        return shallow == Integer.MAX_VALUE
            ? "no network reaches it"
            : "no deeper one reaches it, " + than;
      }
      String need = "about " + deep + " will do with " + deepNetwork;
      return isFewer() || isMore() ? need + ", " + than : need + " as with the shallow ones";
    }
  }

  private static List<Need> needs(List<Result> results, double[] losses) {
    return IntStream.range(0, losses.length).mapToObj(i -> Need.of(results, losses, i)).toList();
  }

  /** What deep and shallow ones need for each loss at least. */
  private static String parameters(List<Need> needs) {
    return "The fewest parameters, of these budgets, with which most seeds reach a loss:\n"
        + needs.stream()
            .map(need -> "- loss " + number(need.loss) + ": " + need.words() + ".")
            .collect(Collectors.joining("\n"));
  }

  private static String lowestBy(List<Result> results) {
    List<String> words = new ArrayList<>();
    for (int budget : budgets(results)) {
      Result best = null;
      for (Result one : at(results, budget)) {
        best = best == null || one.lowest() < best.lowest() ? one : best;
      }
      words.add(best.network() + " at about " + budget);
    }
    return "The lowest mean loss: " + list(words) + ".";
  }

  private static double[] depths(List<Result> results) {
    return results.stream().mapToDouble(Result::depth).toArray();
  }

  private static String about(int budget) {
    return "about " + budget + " parameters";
  }

  private static Chart lowest(String task, List<Result> results) {
    Chart chart =
        Chart.of("Lowest training loss, " + task, Axis.linear("hidden layers"), Axis.log("loss"))
            .describe("Lowest training loss by hidden layers, a line for each budget, " + task);
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    for (int budget : budgets(results)) {
      List<Result> some = at(results, budget);
      chart.line(about(budget), depths(some), some.stream().mapToDouble(Result::lowest).toArray());
      for (Result one : some) {
        for (double lowest : one.each("lowest")) {
          x.add((double) one.depth());
          y.add(lowest);
        }
      }
    }
    return chart.add(
        Series.scatter("single seeds", array(x), array(y)).withWeight(Series.Weight.FAINT));
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static Chart accuracies(String task, List<Result> results) {
    double low = 0.95;
    for (Result one : results) {
      double end = one.accuracy() - one.accuracyError();
      low = end < low ? end : low;
    }
    Chart chart =
        Chart.of(
                "Test accuracy, " + task,
                Axis.linear("hidden layers"),
                Axis.linear("accuracy").between(Math.max(0, Math.floor(low * 20) / 20), 1))
            .describe(
                "Test accuracy with its standard error by hidden layers, a line for each budget, "
                    + task);
    List<Integer> budgets = budgets(results);
    for (int budget : budgets) {
      List<Result> some = at(results, budget);
      chart.add(
          Series.line(
                  about(budget),
                  depths(some),
                  some.stream().mapToDouble(Result::accuracy).toArray())
              .withColour(budgets.indexOf(budget))
              .withErrors(some.stream().mapToDouble(Result::accuracyError).toArray()));
    }
    return chart;
  }

  /** Of the middle budget. */
  private static Chart curves(String task, List<Result> results) {
    List<Integer> budgets = budgets(results);
    int budget = budgets.get(budgets.size() / 2);
    String title = "Training loss, " + task + ", " + about(budget);
    Chart chart =
        Chart.of(title, Axis.linear("epoch"), Axis.log("loss"))
            .describe(title + ": by epoch, a line for each number of hidden layers");
    for (Result one : at(results, budget)) {
      double[] loss = Records.numbers(one.json.get("loss"));
      chart.line(
          one.network(), IntStream.rangeClosed(1, loss.length).asDoubleStream().toArray(), loss);
    }
    return chart;
  }
}
