package org.sparkmlp.study;

import static org.sparkmlp.study.StudyPage.list;
import static org.sparkmlp.study.StudyPage.number;
import static org.sparkmlp.study.StudyPage.percent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.report.Axis;
import org.sparkmlp.report.Chart;
import org.sparkmlp.report.Series;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.train.DivergenceException;
import org.sparkmlp.train.EarlyStopping;
import org.sparkmlp.train.Plan;
import org.sparkmlp.train.Safeguards;
import org.sparkmlp.train.Trainer;
import org.sparkmlp.train.TrainingListener;
import org.sparkmlp.train.TrainingResult;
import org.sparkmlp.train.ValidationMetric;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.Sample;

/**
 * What dropout, L2, early stopping and maxout do to the gap between training and test rows, where
 * training rows are few.
 */
final class RegularisationStudy implements Study {
  /** The variant that all others are compared with. */
  private static final String NONE = "none";

  @Override
  public String name() {
    return "regularisation";
  }

  /** What all fits have in common. */
  private record Common(
      int[] hiddenLayers,
      Activation activation,
      Optimizer optimizer,
      double stepSize,
      int batchSize,
      int epochs) {}

  /** One variant on so many rows. */
  private record Cell(int rows, Remedy remedy) {}

  @Override
  public Supplier<ObjectNode> prepare(Settings settings) {
    Common common =
        new Common(
            settings.counts("hiddenLayers"),
            Activations.parse(settings.text("activation")),
            DigitFits.optimizer(settings.text("solver")),
            settings.positive("stepSize"),
            settings.count("batchSize", 1),
            settings.count("epochs", 1));
    int seeds = settings.count("seeds", 1);
    int folds = settings.count("folds", 2);
    int[] rows = settings.counts("rows");
    List<Remedy> remedies = settings.texts("variants").stream().map(Remedy::parse).toList();
    Check.that(
        remedies.get(0).family().equals(NONE),
        "variants must begin with %s, which the others are compared with, got %s",
        NONE,
        remedies.get(0).spec());
    int all = new Digits().all().count();
    List<Cell> cells = new ArrayList<>();
    for (int count : rows) {
      Check.that(
          count >= 2 * folds && count < all,
          "rows must be at least %s, two a fold, and less than %s, all digits, got %s",
          2 * folds,
          all,
          count);
      remedies.forEach(remedy -> cells.add(new Cell(count, remedy)));
    }
    return () -> {
      ClassRows digits = new Digits().all();
      ObjectNode found = Records.object();
      ArrayNode results = found.putArray("results");
      // cells know nothing of one another: on all cores
      cells.parallelStream()
          .map(cell -> measure(cell, common, digits, folds, seeds))
          .collect(Collectors.toList())
          .forEach(results::add);
      return found;
    };
  }

  private static ObjectNode measure(
      Cell cell, Common common, ClassRows digits, int folds, int seeds) {
    Remedy remedy = cell.remedy;
    ObjectNode result =
        Records.object()
            .put("rows", cell.rows)
            .put("variant", remedy.spec())
            .put("family", remedy.family())
            .put("parameters", topology(common, remedy).size());
    ArrayNode fits = result.putArray("fits");
    for (int seed = 1; seed <= seeds; seed++) {
      ClassRows shuffled = digits.inOrder(seed);
      ClassRows few = shuffled.where(row -> row < cell.rows);
      ClassRows test = shuffled.where(row -> row >= cell.rows);
      ObjectNode fit = fits.addObject().put("seed", seed);
      double sum = 0;
      for (int fold = 0; fold < folds; fold++) {
        int out = fold;
        Fit one =
            fit(
                common,
                remedy,
                few.where(row -> row % folds != out),
                few.where(row -> row % folds == out),
                seed);
        sum += one.test.loss();
      }
      fit.set("heldOutLoss", Records.number(sum / folds));
      Fit last = fit(common, remedy, few, test, seed);
      fit.set("trainingLoss", Records.number(last.training.loss()));
      fit.set("trainingAccuracy", Records.number(last.training.accuracy()));
      fit.set("testLoss", Records.number(last.test.loss()));
      fit.set("testAccuracy", Records.number(last.test.accuracy()));
      fit.put("epochs", last.epochs);
      if (last.error != null) {
        fit.put("error", last.error);
      }
    }
    return result;
  }

  private static Topology topology(Common common, Remedy remedy) {
    int hidden = common.hiddenLayers.length;
    int[] layers = new int[hidden + 2];
    layers[0] = Digits.INPUTS;
    for (int l = 1; l <= hidden; l++) {
      layers[l] = remedy.units(common.hiddenLayers[l - 1]);
    }
    layers[hidden + 1] = Digits.CLASSES;
    return new Topology(
        layers, remedy.activation(common.activation), Losses.SOFTMAX_CROSS_ENTROPY, true);
  }

  /**
   * @param training on the rows that weights were trained on
   * @param epochs that the weights have had
   * @param error null unless it diverged
   */
  private record Fit(ClassRows.Score training, ClassRows.Score test, int epochs, String error) {}

  private static Fit fit(Common common, Remedy remedy, ClassRows given, ClassRows test, long seed) {
    Topology topology = topology(common, remedy);
    Plan plan =
        DigitFits.plan(
                topology,
                common.optimizer,
                common.stepSize,
                Schedules.parse("constant"),
                common.batchSize,
                common.epochs,
                seed)
            .withRegularization(remedy.regularization(common.hiddenLayers.length));
    int judging = remedy.heldOut(given.count()); // given rows are in random order
    ClassRows training = given.where(row -> row >= judging);
    try {
      TrainingResult trained =
          new Trainer(
                  training.objective(given.where(row -> row < judging)),
                  plan,
                  TrainingListener.NONE,
                  Safeguards.NONE,
                  new EarlyStopping(remedy.patience(), ValidationMetric.LOSS))
              .train(Initializer.parse("auto").weights(topology, seed));
      return new Fit(
          training.score(topology, trained.weights()),
          test.score(topology, trained.weights()),
          trained.bestEpoch(),
          null);
    } catch (DivergenceException e) {
      ClassRows.Score none = new ClassRows.Score(Double.NaN, Double.NaN);
      return new Fit(none, none, 0, e.getMessage());
    }
  }

  /**
   * A variant, or a kind at the strengths chosen, with what is computed of it.
   *
   * @param json of the records; of a kind that of its first variant
   * @param fits one a seed
   */
  private record Result(JsonNode json, List<JsonNode> fits) {
    Result(JsonNode json) {
      this(json, Records.list(json.get("fits")));
    }

    /**
     * Variants that differ in strength alone: of each seed the fit of that variant which its
     * cross-validation chooses.
     */
    static Result of(List<Result> variants) {
      Result first = variants.get(0);
      List<JsonNode> fits = new ArrayList<>();
      for (int seed = 0; seed < first.fits.size(); seed++) {
        fits.add(chosen(variants, seed).fits.get(seed));
      }
      return new Result(first.json, fits);
    }

    static Result chosen(List<Result> variants, int seed) {
      Result best = variants.get(0);
      for (Result one : variants) {
        best = one.heldOut(seed) < best.heldOut(seed) ? one : best;
      }
      return best;
    }

    /** Infinite if a fit diverged. */
    private double heldOut(int seed) {
      double loss = Records.number(fits.get(seed).get("heldOutLoss"));
      return Double.isNaN(loss) ? Double.POSITIVE_INFINITY : loss;
    }

    String variant() {
      return json.get("variant").asText();
    }

    String family() {
      return json.get("family").asText();
    }

    int rows() {
      return json.get("rows").asInt();
    }

    double[] each(String member) {
      return fits.stream().mapToDouble(fit -> Records.number(fit.get(member))).toArray();
    }

    /** NaN if a fit diverged. */
    double mean(String member) {
      return Sample.mean(each(member));
    }

    /** How much better the training rows are predicted. */
    double[] gaps() {
      double[] gaps = each("trainingAccuracy");
      double[] test = each("testAccuracy");
      Arrays.setAll(gaps, i -> gaps[i] - test[i]);
      return gaps;
    }

    boolean failed() {
      return Double.isNaN(mean("testLoss"));
    }

    Paired against(Result other, String member) {
      return Paired.of(each(member), other.each(member));
    }

    Paired gapAgainst(Result other) {
      return Paired.of(gaps(), other.gaps());
    }

    /** How much lower the loss of the training rows is. */
    double[] lossGaps() {
      double[] gaps = each("testLoss");
      double[] training = each("trainingLoss");
      Arrays.setAll(gaps, i -> gaps[i] - training[i]);
      return gaps;
    }

    Paired lossGapAgainst(Result other) {
      return Paired.of(lossGaps(), other.lossGaps());
    }
  }

  /** What was found with so many rows. */
  private static final class Block {
    final int rows;
    final List<Result> all;
    final Result none;

    /** The variants of each family but none. */
    final Map<String, List<Result>> families = new LinkedHashMap<>();

    /** Each family but none, at its chosen strengths. */
    final List<Result> chosen;

    Block(int rows, List<Result> all) {
      this.rows = rows;
      this.all = all;
      this.none = all.get(0);
      for (Result one : all.subList(1, all.size())) {
        families.computeIfAbsent(one.family(), family -> new ArrayList<>()).add(one);
      }
      this.chosen = families.values().stream().map(Result::of).toList();
    }

    /** How many seeds have chosen a variant, as in "2 of 5". */
    String chosen(Result variant) {
      List<Result> family = families.get(variant.family());
      if (family == null) {
        return "–";
      }
      int seeds = variant.fits().size();
      long count =
          IntStream.range(0, seeds)
              .filter(seed -> Result.chosen(family, seed).variant().equals(variant.variant()))
              .count();
      return count + " of " + seeds;
    }

    /** None too. */
    List<Result> contestants() {
      List<Result> some = new ArrayList<>(List.of(none));
      some.addAll(chosen);
      return some;
    }

    /** The highest mean test accuracy of those. */
    Result best() {
      Result best = none;
      for (Result one : chosen) {
        best = one.mean("testAccuracy") > best.mean("testAccuracy") || best.failed() ? one : best;
      }
      return best;
    }

    String words() {
      Result best = best();
      List<String> same =
          contestants().stream()
              .filter(one -> !one.failed() && !one.equals(best))
              .filter(one -> !one.against(best, "testAccuracy").isLower())
              .map(Result::family)
              .toList();
      return String.format(
          "- With %d rows the network without any of them predicts %s of the training rows and %s of the test rows"
              + " right, a gap of %s; its losses are %s and %s. Told apart from that by a higher test accuracy: %s; by a"
              + " lower one: %s. Highest accuracy: %s, %s; not told apart from it: %s.",
          rows,
          percentOf(none.mean("trainingAccuracy")),
          percentOf(none.mean("testAccuracy")),
          percentOf(Sample.mean(none.gaps())),
          numberOf(none.mean("trainingLoss")),
          numberOf(none.mean("testLoss")),
          names(one -> one.against(none, "testAccuracy").isHigher()),
          names(one -> one.against(none, "testAccuracy").isLower()),
          best.family(),
          percentOf(best.mean("testAccuracy")),
          same.isEmpty() ? "no other" : list(same));
    }

    private String names(Predicate<Result> which) {
      List<String> names =
          chosen.stream()
              .filter(which)
              .map(one -> one.family() + " (" + points(one.against(none, "testAccuracy")) + ")")
              .toList();
      return names.isEmpty() ? "none of them" : list(names);
    }
  }

  private static String numberOf(double value) {
    return Double.isNaN(value) ? "unknown" : number(value);
  }

  private static String percentOf(double share) {
    return Double.isNaN(share) ? "diverged" : percent(share);
  }

  /** A difference of accuracies with its error, in percentage points. */
  private static String points(Paired test) {
    if (Double.isNaN(test.difference())) {
      return "–";
    }
    return String.format(Locale.ROOT, "%+.2f", 100 * test.difference())
        + (Double.isNaN(test.standardError())
            ? ""
            : String.format(Locale.ROOT, " ± %.2f", 100 * test.standardError()));
  }

  private static String difference(Paired test) {
    return Double.isNaN(test.difference())
        ? "–"
        : String.format(Locale.ROOT, "%+.3f", test.difference())
            + (Double.isNaN(test.standardError())
                ? ""
                : String.format(Locale.ROOT, " ± %.3f", test.standardError()));
  }

  private static String p(Paired test) {
    return Double.isNaN(test.pValue()) ? "–" : String.format(Locale.ROOT, "%.3f", test.pValue());
  }

  @Override
  public StudyPage page(JsonNode settings, JsonNode found) {
    List<Result> all = Records.list(found.get("results")).stream().map(Result::new).toList();
    List<Block> blocks =
        all.stream()
            .map(Result::rows)
            .distinct()
            .map(rows -> new Block(rows, all.stream().filter(one -> one.rows() == rows).toList()))
            .toList();
    StudyPage page = new StudyPage("Regularisation on few rows");
    page.text(
            "Which of dropout, L2, early stopping and maxout narrow the gap between the training rows and others, and"
                + " which make the network better on others? The two aren't the same: a network that has learnt less has"
                + " a narrower gap too.")
        .text(blocks.stream().map(Block::words).collect(Collectors.joining("\n")));
    effects(page, blocks);
    page.text(
            String.format(
                "How sure: %s seeds, each with training rows of its own, drawn at random, initial weights and order; a"
                    + " paired t-test over seeds, two-sided, 5 %% level, not corrected for the number of comparisons."
                    + " Test rows are all other digits, so that seeds share most of them: the errors say what other"
                    + " training rows would change, less what other test rows would. Strengths are chosen without test"
                    + " rows: of variants that differ in strength alone each seed takes the one with the lowest loss in a"
                    + " %s-fold cross-validation of its training rows; the tables show the others too.",
                settings.get("seeds").asText(), settings.get("folds").asText()))
        .text(
            String.format(
                Locale.ROOT,
                "The network: hidden layers of %s units (%s), %s with step size %s, %s epochs in batches of %s. `l2` is"
                    + " regParam; `dropout` the shares of hidden and input values that a row goes without;"
                    + " `earlyStopping` takes its fraction of the training rows away from training, to judge epochs by"
                    + " the loss, and returns the weights of the best one; with `maxout` there are as many sums as"
                    + " without it, so fewer units. Losses are cross-entropy, without penalty and dropout; those of"
                    + " training over the rows that the weights were trained on.",
                list(settings.get("hiddenLayers")),
                settings.get("activation").asText(),
                settings.get("solver").asText(),
                number(settings.get("stepSize").asDouble()),
                settings.get("epochs").asText(),
                settings.get("batchSize").asText()));
    blocks.forEach(block -> section(page, block));
    return page;
  }

  /** What is told apart from none, in words. */
  private static void effects(StudyPage page, List<Block> blocks) {
    List<String> columns = new ArrayList<>(List.of("against none"));
    List<List<String>> rows = new ArrayList<>();
    for (Result one : blocks.get(0).chosen) {
      rows.add(new ArrayList<>(List.of(one.family())));
    }
    for (Block block : blocks) {
      for (String what : List.of("test accuracy", "test loss", "gap", "gap of losses")) {
        columns.add(what + ", " + block.rows + " rows");
      }
      for (int i = 0; i < rows.size(); i++) {
        Result one = block.chosen.get(i);
        rows.get(i).add(effect(one.against(block.none, "testAccuracy"), "higher", "lower"));
        rows.get(i).add(effect(one.against(block.none, "testLoss"), "higher", "lower"));
        rows.get(i).add(effect(one.gapAgainst(block.none), "wider", "narrower"));
        rows.get(i).add(effect(one.lossGapAgainst(block.none), "wider", "narrower"));
      }
    }
    page.table(columns, rows)
        .text(
            String.format(
                "The gap is training accuracy less test accuracy, that of losses test loss less training loss; “–” is"
                    + " what can't be told apart. These are %d comparisons: between equals one in twenty would be told"
                    + " apart by chance.",
                rows.size() * (columns.size() - 1)));
  }

  private static String effect(Paired test, String more, String less) {
    return test.isHigher() ? more : test.isLower() ? less : "–";
  }

  private static void section(StudyPage page, Block block) {
    page.section("With " + block.rows + " rows")
        .text(
            "Each kind at its chosen strengths, against none: differences with their standard errors, those of accuracy"
                + " in percentage points; p of the paired test.");
    List<List<String>> rows = new ArrayList<>();
    for (Result one : block.chosen) {
      Paired accuracy = one.against(block.none, "testAccuracy");
      Paired gap = one.gapAgainst(block.none);
      Paired loss = one.against(block.none, "testLoss");
      Paired lossGap = one.lossGapAgainst(block.none);
      rows.add(
          List.of(
              one.family(),
              points(accuracy),
              p(accuracy),
              points(gap),
              p(gap),
              difference(loss),
              p(loss),
              difference(lossGap),
              p(lossGap)));
    }
    page.table(
            List.of(
                "kind", "test accuracy", "p", "gap", "p", "test loss", "p", "gap of losses", "p"),
            rows)
        .figure(
            "accuracy-" + block.rows,
            chart(block, "accuracy", "Accuracy", "trainingAccuracy", "testAccuracy"))
        .figure("loss-" + block.rows, chart(block, "loss", "Loss", "trainingLoss", "testLoss"))
        .text(
            "All strengths, means over seeds with standard errors, and how many seeds have chosen each; the held-out"
                + " loss is that of the cross-validation; epochs are those that the weights have had.");
    List<List<String>> strengths = new ArrayList<>();
    for (Result one : block.all) {
      boolean diverged = one.failed();
      strengths.add(
          List.of(
              one.variant(),
              block.chosen(one),
              one.json.get("parameters").asText(),
              Double.isNaN(one.mean("heldOutLoss")) ? "diverged" : number(one.mean("heldOutLoss")),
              diverged ? "diverged" : percent(one.mean("trainingAccuracy")),
              diverged ? "–" : withError(one.each("testAccuracy")),
              diverged ? "–" : withError(one.gaps()),
              diverged ? "–" : number(one.mean("trainingLoss")),
              diverged ? "–" : number(one.mean("testLoss")) + " ± " + errorOf(one.each("testLoss")),
              number(Math.rint(one.mean("epochs")))));
    }
    page.table(
        List.of(
            "variant",
            "chosen in",
            "parameters",
            "held-out loss",
            "training accuracy",
            "test accuracy",
            "gap",
            "training loss",
            "test loss",
            "epochs"),
        strengths);
  }

  private static String withError(double[] shares) {
    return percent(Sample.mean(shares))
        + (shares.length < 2 ? "" : " ± " + percent(Sample.standardError(shares)));
  }

  private static String errorOf(double[] values) {
    return values.length < 2 ? "?" : number(Sample.standardError(values));
  }

  private static Chart chart(Block block, String what, String title, String training, String test) {
    List<Result> some = block.contestants();
    List<String> names = some.stream().map(one -> one.family().replace(" + ", "\n+ ")).toList();
    Series trained = points("training rows", some, training).withColour(0);
    Series tested = points("test rows", some, test).withColour(1);
    Axis y = Axis.linear(what);
    return Chart.of(
            title + " on training and test rows, " + block.rows + " training rows",
            Axis.categories("", names),
            what.equals("accuracy") ? y.between(below(trained, tested), 1) : y)
        .add(trained)
        .add(tested)
        .describe(
            title
                + " on training and on test rows with standard errors, each kind at its chosen strengths, "
                + block.rows
                + " training rows");
  }

  /** A share below all whiskers, and below 1. */
  private static double below(Series... all) {
    double low = 0.98;
    for (Series one : all) {
      for (int i = 0; i < one.y().length; i++) {
        double end = one.y()[i] - one.errors()[i];
        low = end < low ? end : low;
      }
    }
    return Math.max(0, Math.floor(low * 50) / 50);
  }

  private static Series points(String name, List<Result> some, String member) {
    double[] errors =
        IntStream.range(0, some.size())
            .mapToDouble(
                i -> {
                  double[] values = some.get(i).each(member);
                  return values.length < 2 || Double.isNaN(Sample.mean(values))
                      ? 0
                      : Sample.standardError(values);
                })
            .toArray();
    return Series.scatter(name, null, some.stream().mapToDouble(one -> one.mean(member)).toArray())
        .withErrors(errors);
  }
}
