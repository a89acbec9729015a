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
import java.util.function.ToDoubleFunction;
import org.sparkmlp.experiment.Datasets;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.report.Axis;
import org.sparkmlp.report.Chart;
import org.sparkmlp.report.Series;
import org.sparkmlp.schedule.Schedule;
import org.sparkmlp.schedule.Schedules;
import org.sparkmlp.train.Anchor;
import org.sparkmlp.train.Past;
import org.sparkmlp.train.Plan;
import org.sparkmlp.util.Check;

/**
 * Tasks learnt one after the other by one network, with selective synaptic plasticity of several
 * strengths λ: the digits, and the digits with their pixels in other orders. What is left of the
 * earlier tasks, and what that costs the last.
 */
final class Plasticity implements Study {
  @Override
  public String name() {
    return "plasticity";
  }

  /** What is the same for all seeds and λ. */
  private record Setup(
      DigitFits.Shape shape, Optimizer optimizer, double stepSize, Schedule schedule, int tasks) {
    Plan plan(long seed) {
      return DigitFits.plan(
          shape.topology(), optimizer, stepSize, schedule, shape.batchSize(), shape.epochs(), seed);
    }

    float[] initialWeights(long seed) {
      return Initializer.parse("auto").weights(shape.topology(), seed);
    }
  }

  /** A task: its training rows and those held out. */
  private record Task(PermutedDigits digits, DigitFits fits, TestRows test) {
    static Task of(PermutedDigits digits) {
      return new Task(
          digits, new DigitFits(PermutedDigits.objective(List.of(digits))), digits.test());
    }
  }

  @Override
  public Supplier<ObjectNode> prepare(Settings settings) {
    Setup setup =
        new Setup(
            DigitFits.Shape.of(settings),
            DigitFits.optimizer(settings.text("solver")),
            settings.positive("stepSize"),
            Schedules.parse(settings.text("schedule")),
            settings.count("tasks", 2));
    double[] lambdas = settings.numbers("lambdas");
    for (int i = 0; i < lambdas.length; i++) {
      Check.that(
          i == 0 ? lambdas[i] == 0 : lambdas[i] > lambdas[i - 1],
          "lambdas must rise from 0, which the others are compared with, got %s",
          Arrays.toString(lambdas));
    }
    int seeds = settings.count("seeds", 1);
    int choosing = settings.count("choosingSeeds", 1);
    return () -> {
      ObjectNode found = Records.object();
      ArrayNode results = found.putArray("results");
      for (double lambda : lambdas) {
        results.addObject().put("lambda", lambda).putArray("runs");
      }
      ArrayNode together = found.putArray("together");
      for (int seed = 1; seed <= seeds + choosing; seed++) {
        List<Task> tasks = tasks(setup.tasks, seed);
        DigitFits.Fitted first =
            tasks.get(0).fits.fit(setup.plan(seed), setup.initialWeights(seed));
        for (int i = 0; i < lambdas.length; i++) {
          ((ArrayNode) results.get(i).get("runs"))
              .add(oneAfterTheOther(setup, tasks, first, lambdas[i], seed));
        }
        if (seed <= seeds) {
          together.add(allAtOnce(setup, tasks, seed));
        }
      }
      return found;
    };
  }

  /** The first has the digits as they are. */
  private static List<Task> tasks(int count, long seed) {
    List<Task> tasks = new ArrayList<>();
    tasks.add(Task.of(new PermutedDigits(PermutedDigits.usual())));
    for (int task = 1; task < count; task++) {
      tasks.add(Task.of(new PermutedDigits(PermutedDigits.order(seed, task))));
    }
    return tasks;
  }

  /**
   * Learns all tasks in turn; the first is learnt already.
   *
   * @return {@code accuracy[i][j]}: after task i, on the rows held out of task j; from where
   *     training diverged on, null
   */
  private static ObjectNode oneAfterTheOther(
      Setup setup, List<Task> tasks, DigitFits.Fitted first, double lambda, long seed) {
    Topology topology = setup.shape.topology();
    ObjectNode run = Records.object().put("seed", seed);
    ArrayNode matrix = run.putArray("accuracy");
    float[] importance = new float[topology.size()];
    DigitFits.Fitted fitted = first;
    for (int i = 0; i < tasks.size(); i++) {
      if (i > 0 && fitted.weights() != null) {
        DigitFits before = tasks.get(i - 1).fits;
        float[] more = before.importance(topology, fitted.weights());
        for (int k = 0; k < more.length; k++) {
          importance[k] += more[k];
        }
        Plan plan = setup.plan(seed);
        if (lambda > 0) {
          plan =
              plan.after(
                  new Past(0, Anchor.of(new Anchor.Vectors(lambda, fitted.weights(), importance))));
        }
        fitted = tasks.get(i).fits.fit(plan, fitted.weights());
      }
      if (fitted.record().has("error")) {
        run.set("error", fitted.record().get("error"));
      }
      double[] row = new double[tasks.size()];
      for (int j = 0; j < row.length; j++) {
        row[j] =
            fitted.weights() == null
                ? Double.NaN
                : tasks.get(j).test.accuracy(topology, fitted.weights());
      }
      matrix.add(Records.numbers(row));
    }
    return run;
  }

  /** The rows of all tasks in one training: what forgetting can't take away. */
  private static ObjectNode allAtOnce(Setup setup, List<Task> tasks, long seed) {
    DigitFits fits =
        new DigitFits(PermutedDigits.objective(tasks.stream().map(Task::digits).toList()));
    DigitFits.Fitted fitted = fits.fit(setup.plan(seed), setup.initialWeights(seed));
    ObjectNode run = Records.object().put("seed", seed);
    double[] accuracy = new double[tasks.size()];
    for (int j = 0; j < accuracy.length; j++) {
      accuracy[j] =
          fitted.weights() == null
              ? Double.NaN
              : tasks.get(j).test.accuracy(setup.shape.topology(), fitted.weights());
    }
    run.set("accuracy", Records.numbers(accuracy));
    return run;
  }

  /** The runs with one λ on some of the seeds. */
  record Runs(double lambda, List<double[][]> matrices) {
    static Runs of(JsonNode result, int firstSeed, int lastSeed) {
      List<double[][]> matrices = new ArrayList<>();
      for (JsonNode run : result.get("runs")) {
        int seed = run.get("seed").asInt();
        if (seed >= firstSeed && seed <= lastSeed) {
          matrices.add(
              Records.list(run.get("accuracy")).stream()
                  .map(Records::numbers)
                  .toArray(double[][]::new));
        }
      }
      return new Runs(result.get("lambda").asDouble(), matrices);
    }

    private double[] each(ToDoubleFunction<double[][]> figure) {
      return matrices.stream().mapToDouble(figure).toArray();
    }

    /** After the last task, the mean over all tasks; a number a seed, as in all that follow. */
    double[] all() {
      return each(matrix -> Arrays.stream(matrix[matrix.length - 1]).average().getAsDouble());
    }

    /** After task i, on task j, from 0. */
    double[] after(int i, int j) {
      return each(matrix -> matrix[i][j]);
    }

    double[] firstTask() {
      return each(matrix -> matrix[matrix.length - 1][0]);
    }

    double[] lastTask() {
      return each(matrix -> matrix[matrix.length - 1][matrix.length - 1]);
    }

    /** See {@link Plasticity#forgetting}. */
    double[] forgetting() {
      return each(Plasticity::forgetting);
    }

    boolean diverged() {
      return Double.isNaN(Seeds.mean(all()));
    }
  }

  /**
   * Of each task but the last, the best accuracy before the last task was learnt, less that after
   * it; the mean over these tasks (Chaudhry, Dokania, Ajanthan, Torr, Riemannian Walk for
   * Incremental Learning, ECCV 2018).
   *
   * @param matrix {@code [i][j]}: after task i, on task j
   */
  static double forgetting(double[][] matrix) {
    int last = matrix.length - 1;
    double sum = 0;
    for (int j = 0; j < last; j++) {
      double best = matrix[j][j];
      for (int i = j; i < last; i++) {
        best = Math.max(best, matrix[i][j]);
      }
      sum += best - matrix[last][j];
    }
    return sum / last;
  }

  @Override
  public StudyPage page(JsonNode settings, JsonNode found) {
    int seeds = settings.get("seeds").asInt();
    int choosing = settings.get("choosingSeeds").asInt();
    List<Runs> chosenFrom = new ArrayList<>();
    List<Runs> runs = new ArrayList<>();
    for (JsonNode result : found.get("results")) {
      chosenFrom.add(Runs.of(result, seeds + 1, seeds + choosing));
      runs.add(Runs.of(result, 1, seeds));
    }
    int best = 0;
    for (int i = 1; i < runs.size(); i++) {
      best =
          Seeds.mean(chosenFrom.get(i).all()) > Seeds.mean(chosenFrom.get(best).all()) ? i : best;
    }
    Runs without = runs.get(0);
    Runs with = runs.get(best);
    double[] together =
        Records.list(found.get("together")).stream()
            .mapToDouble(
                run -> Arrays.stream(Records.numbers(run.get("accuracy"))).average().getAsDouble())
            .toArray();

    StudyPage page = new StudyPage("Selective synaptic plasticity");
    String chosenOn = seeds(seeds + 1, seeds + choosing);
    page.text(answer(settings, without, with, chosenOn, together))
        .text(
            String.format(
                Locale.ROOT,
                "Elastic weight consolidation: training minimises L'(θ) = L(θ) + λ Σ b_i (θ_i' − θ_i)², with θ' the"
                    + " weights after the task before, and b the mean squared gradients of single rows, summed over all"
                    + " tasks before. Rows of earlier tasks are never seen again; λ = 0 goes on from the weights alone."
                    + " The first task is the %d digits inside the jar, every fifth held out for the test; the others"
                    + " are the same digits with their pixels in other orders, which the seed decides, as it does"
                    + " initial weights and the order of rows. One network with hidden layers of %s units (%s) and one"
                    + " set of outputs for all tasks; %s epochs a task in batches of %s, %s, step size %s, schedule %s."
                    + " Accuracies are of the rows held out.",
                Datasets.digitRows().size(),
                list(settings.get("hiddenLayers")),
                settings.get("activation").asText(),
                settings.get("epochs").asText(),
                settings.get("batchSize").asText(),
                settings.get("solver").asText(),
                number(settings.get("stepSize").asDouble()),
                settings.get("schedule").asText()));

    page.section("By λ").text(byLambda(runs, best, chosenOn));
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      Runs one = runs.get(i);
      rows.add(
          List.of(
              number(one.lambda) + (i == best ? " (chosen)" : ""),
              Seeds.percents(one.all()),
              Seeds.percents(one.forgetting()),
              Seeds.percents(one.firstTask()),
              Seeds.percents(one.lastTask()),
              Seeds.percents(chosenFrom.get(i).all())));
    }
    page.table(
            List.of(
                "λ",
                "all tasks",
                "forgetting",
                "first task",
                "last task",
                "all tasks, " + chosenOn),
            rows)
        .text(
            "Means and their standard errors after the last task. Forgetting: for each task but the last, the best"
                + " accuracy before the last task was learnt less that at the end; the mean over these tasks.")
        .figure("forgetting", forgetting(runs))
        .figure("tradeoff", tradeoff(runs));

    page.section("After each task")
        .text(
            "Accuracy on the rows held out of each task learnt so far, mean over "
                + seeds(1, seeds)
                + ".");
    matrix(page, "matrix-0", without);
    if (best > 0) {
      matrix(page, "matrix-chosen", with);
    }
    return page;
  }

  private static String seeds(int first, int last) {
    return first == last ? "seed " + first : "seeds %d to %d".formatted(first, last);
  }

  private static String answer(
      JsonNode settings, Runs without, Runs with, String chosenOn, double[] together) {
    String tasks = settings.get("tasks").asText();
    String over = seeds(1, settings.get("seeds").asInt());
    StringBuilder words = new StringBuilder();
    if (with.lambda == 0) {
      words.append(
          String.format(
              "On %s no λ above 0 was better than 0, by mean accuracy over all %s tasks after the last. On %s"
                  + " λ = 0 ends with %s, and forgets %s.",
              chosenOn,
              tasks,
              over,
              Seeds.percents(without.all()),
              Seeds.percents(without.forgetting())));
    } else {
      words.append(
          String.format(
              "With λ = %s, chosen on %s, the network ends with %s mean accuracy over all %s tasks on %s"
                  + " (± standard error); with λ = 0 it ends with %s. %s",
              number(with.lambda),
              chosenOn,
              Seeds.percents(with.all()),
              tasks,
              over,
              Seeds.percents(without.all()),
              Seeds.compared(with.all(), without.all())));
      words.append(
          String.format(
              " Forgetting: %s against %s with λ = 0. %s",
              Seeds.percents(with.forgetting()),
              Seeds.percents(without.forgetting()),
              Seeds.compared(with.forgetting(), without.forgetting())));
      words.append(
          String.format(
              " On the last task: %s against %s. %s",
              Seeds.percents(with.lastTask()),
              Seeds.percents(without.lastTask()),
              Seeds.compared(with.lastTask(), without.lastTask())));
    }
    words.append(
        String.format(
            " The same network trained on the rows of all tasks at once, which is no sequence any more, has %s.",
            Seeds.percents(together)));
    return words.toString();
  }

  /** How sure the choice is, and what λ does to forgetting and to the last task. */
  private static String byLambda(List<Runs> runs, int best, String chosenOn) {
    Runs with = runs.get(best);
    List<String> same = new ArrayList<>();
    List<String> behind = new ArrayList<>();
    List<String> better = new ArrayList<>();
    List<String> diverged = new ArrayList<>();
    for (Runs one : runs) {
      Paired difference = Paired.of(with.all(), one.all());
      (one.lambda == with.lambda
              ? new ArrayList<String>() // itself
              : one.diverged()
                  ? diverged
                  : !difference.isToldApart()
                      ? same
                      : difference.difference() > 0 ? behind : better)
          .add(number(one.lambda));
    }
    StringBuilder words = new StringBuilder();
    words.append(
        "λ = %s has the highest mean accuracy on %s; on the other seeds, by paired t-tests at the 5 %% level, not corrected for their number:"
            .formatted(number(with.lambda), chosenOn));
    words
        .append(better.isEmpty() ? " none is told to be better" : " better is λ = " + list(better))
        .append(same.isEmpty() ? "" : ", not told apart from it is λ = " + list(same))
        .append(behind.isEmpty() ? "" : ", behind it is λ = " + list(behind))
        .append(".")
        .append(
            diverged.isEmpty()
                ? ""
                : " Training diverged for at least one seed with λ = %s: where λ b is too large for the step size, so are the steps."
                    .formatted(list(diverged)));
    List<Runs> sound = runs.stream().filter(one -> !one.diverged()).toList();
    if (sound.size() > 1) {
      words
          .append(trend("forgetting", true, sound, sound.stream().map(Runs::forgetting).toList()))
          .append(
              trend(
                  "accuracy on the last task",
                  false,
                  sound,
                  sound.stream().map(Runs::lastTask).toList()));
    }
    return words.toString();
  }

  /** A mean at the least and the largest λ, and where it is best. */
  private static String trend(String what, boolean least, List<Runs> runs, List<double[]> values) {
    int last = runs.size() - 1;
    int best = 0;
    for (int i = 1; i <= last; i++) {
      double more = Seeds.mean(values.get(i)) - Seeds.mean(values.get(best));
      best = (least ? -more : more) > 0 ? i : best;
    }
    return String.format(
        " Mean %s is %s with λ = %s and %s with λ = %s; %s with λ = %s, %s.",
        what,
        percent(Seeds.mean(values.get(0))),
        number(runs.get(0).lambda),
        percent(Seeds.mean(values.get(last))),
        number(runs.get(last).lambda),
        least ? "it is least" : "it is highest",
        number(runs.get(best).lambda),
        percent(Seeds.mean(values.get(best))));
  }

  private static Axis lambdas(List<Runs> runs) {
    return Axis.categories("λ", runs.stream().map(one -> number(one.lambda)).toList());
  }

  private static Series byLambda(String name, int colour, List<double[]> values) {
    return Series.line(name, null, values.stream().mapToDouble(Seeds::mean).toArray())
        .withColour(colour)
        .withErrors(values.stream().mapToDouble(Seeds::error).toArray());
  }

  private static Chart forgetting(List<Runs> runs) {
    return Chart.of("Forgetting by λ", lambdas(runs), Axis.linear("accuracy lost"))
        .add(byLambda("forgetting", 1, runs.stream().map(Runs::forgetting).toList()))
        .describe("Forgetting by λ, mean over seeds with its standard error");
  }

  private static Chart tradeoff(List<Runs> runs) {
    return Chart.of(
            "Accuracy after the last task, by λ: stability (first task) and plasticity (last task)",
            lambdas(runs),
            Axis.linear("accuracy"))
        .add(byLambda("first task", 1, runs.stream().map(Runs::firstTask).toList()))
        .add(byLambda("last task", 0, runs.stream().map(Runs::lastTask).toList()))
        .add(
            byLambda("all tasks", 2, runs.stream().map(Runs::all).toList())
                .withWeight(Series.Weight.STRONG))
        .describe(
            "Accuracy after the last task on the first, the last and all tasks by λ, means over seeds with standard"
                + " errors");
  }

  private static void matrix(StudyPage page, String figure, Runs runs) {
    int tasks = runs.matrices.get(0).length;
    double[][] values = new double[tasks][tasks];
    String[][] labels = new String[tasks][tasks];
    List<String> columns = new ArrayList<>(List.of("λ = " + number(runs.lambda)));
    List<List<String>> rows = new ArrayList<>();
    List<String> numbers = new ArrayList<>();
    for (int i = 0; i < tasks; i++) {
      numbers.add(Integer.toString(i + 1));
      columns.add("on task " + (i + 1));
      List<String> row = new ArrayList<>(List.of("after task " + (i + 1)));
      for (int j = 0; j < tasks; j++) {
        values[i][j] = j > i ? Double.NaN : Seeds.mean(runs.after(i, j));
        labels[i][j] = Double.isNaN(values[i][j]) ? null : percent(values[i][j]);
        row.add(j > i ? "" : Seeds.percents(runs.after(i, j)));
      }
      rows.add(row);
    }
    page.table(columns, rows)
        .figure(
            figure,
            Chart.heat(
                    "Accuracy with λ = " + number(runs.lambda),
                    Axis.categories("on task", numbers),
                    Axis.categories("after task", numbers),
                    values,
                    labels,
                    0,
                    1)
                .describe("Accuracy after each task on each task, λ = " + number(runs.lambda)));
  }
}
