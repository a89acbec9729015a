package org.sparkmlp.study;

import static org.sparkmlp.study.StudyPage.list;
import static org.sparkmlp.study.StudyPage.number;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.report.Axis;
import org.sparkmlp.schedule.Schedule;
import org.sparkmlp.schedule.Schedules;

/**
 * Optimizers on the digits, each with the step size that suits it; and first updates with and
 * without warm-up.
 */
final class OptimizerStudy implements Study {
  /** Step sizes are chosen by a seed that the comparison hasn't. */
  private static final int TUNING_SEED = 0;

  @Override
  public String name() {
    return "optimizers";
  }

  @Override
  public Supplier<ObjectNode> prepare(Settings settings) {
    DigitFits.Shape shape = DigitFits.Shape.of(settings);
    List<String> solvers = settings.texts("solvers");
    solvers.forEach(DigitFits::optimizer);
    double[] stepSizes = settings.positives("stepSizes");
    int seeds = settings.count("seeds", 1);
    Schedule schedule = Schedules.parse(settings.text("schedule"));
    WarmUp warmUp = new WarmUp(settings, shape);
    return () -> {
      DigitFits fits = new DigitFits();
      ObjectNode found = Records.object();
      ArrayNode results = found.putArray("results");
      for (String spec : solvers) {
        Optimizer optimizer = DigitFits.optimizer(spec);
        ObjectNode result = results.addObject().put("solver", spec);
        ArrayNode tried = result.putArray("tried");
        double best = stepSizes[0];
        double least = Double.POSITIVE_INFINITY;
        for (double stepSize : stepSizes) {
          JsonNode fit =
              fits.fit(
                  DigitFits.plan(
                      shape.topology(),
                      optimizer,
                      stepSize,
                      schedule,
                      shape.batchSize(),
                      shape.epochs(),
                      TUNING_SEED));
          double[] loss = Records.numbers(fit.get("loss"));
          double end = loss[loss.length - 1];
          tried.addObject().put("stepSize", stepSize).set("fit", fit);
          if (end < least) {
            least = end;
            best = stepSize;
          }
        }
        result.put("stepSize", best);
        result.set("fits", fits.fits(shape.topology(), optimizer, best, schedule, shape, seeds));
      }
      found.set("beginnings", warmUp.measure(fits));
      return found;
    };
  }

  /** What was trained, in words. */
  static String setting(JsonNode settings) {
    return String.format(
        Locale.ROOT,
        "A network with hidden layers of %s units (%s) on the %d handwritten digits inside the jar, every fifth held"
            + " out for the test; %s epochs in batches of %s, %s seeds, which decide initial weights and the order of"
            + " rows.",
        list(settings.get("hiddenLayers")),
        settings.get("activation").asText(),
        org.sparkmlp.experiment.Datasets.digitRows().size(),
        settings.get("epochs").asText(),
        settings.get("batchSize").asText(),
        settings.get("seeds").asText());
  }

  @Override
  public StudyPage page(JsonNode settings, JsonNode found) {
    StudyPage page = new StudyPage("Optimizers");
    List<Contest.Variant> variants = new ArrayList<>();
    Map<String, String> stepSizes = new HashMap<>();
    List<String> atEdge = new ArrayList<>();
    for (JsonNode one : found.get("results")) {
      String solver = one.get("solver").asText();
      variants.add(new Contest.Variant(solver, one.get("fits")));
      double stepSize = one.get("stepSize").asDouble();
      stepSizes.put(solver, number(stepSize));
      if (StepSizes.isAtEdge(stepSize, settings.get("stepSizes"))) {
        atEdge.add(solver);
      }
    }
    Contest contest = new Contest(variants);
    page.text(setting(settings) + " Schedule: " + settings.get("schedule").asText() + ".")
        .text(
            "Each optimizer has the step size, of "
                + StepSizes.words(settings.get("stepSizes"))
                + ", with the lowest training loss at the end for another seed than those compared. "
                + StepSizes.warning("step size", atEdge))
        .text(contest.verdict());
    String answer = WarmUp.answer(settings, found);
    if (!answer.isEmpty()) {
      page.text(answer);
    }
    contest.table(
        page,
        List.of("optimizer", "step size"),
        one -> List.of(one.name(), stepSizes.get(one.name())));
    page.figure("accuracy", contest.accuracies("optimizer", ""))
        .figure("loss", contest.curves("Training loss", "loss", Axis.log("loss")));
    WarmUp.section(page, settings, found);
    return page;
  }
}
