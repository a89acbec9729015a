package org.sparkmlp.study;

import static org.sparkmlp.study.StudyPage.number;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.report.Axis;
import org.sparkmlp.report.Chart;
import org.sparkmlp.schedule.Schedules;

/** Learning-rate schedules on the digits, each at the same step sizes. */
final class ScheduleStudy implements Study {
  @Override
  public String name() {
    return "schedules";
  }

  @Override
  public Supplier<ObjectNode> prepare(Settings settings) {
    DigitFits.Shape shape = DigitFits.Shape.of(settings);
    Optimizer optimizer = DigitFits.optimizer(settings.text("solver"));
    double[] stepSizes = settings.positives("stepSizes");
    int seeds = settings.count("seeds", 1);
    List<String> schedules = settings.texts("schedules");
    schedules.forEach(Schedules::parse);
    return () -> {
      DigitFits fits = new DigitFits();
      ObjectNode found = Records.object();
      ArrayNode rates = found.putArray("rates");
      for (String spec : schedules) {
        rates
            .addObject()
            .put("schedule", spec)
            .setAll(
                fits.rates(
                    DigitFits.plan(
                        shape.topology(),
                        optimizer,
                        1,
                        Schedules.parse(spec),
                        shape.batchSize(),
                        shape.epochs(),
                        1)));
      }
      ArrayNode results = found.putArray("results");
      for (double stepSize : stepSizes) {
        for (String spec : schedules) {
          results
              .addObject()
              .put("schedule", spec)
              .put("stepSize", stepSize)
              .set(
                  "fits",
                  fits.fits(
                      shape.topology(), optimizer, stepSize, Schedules.parse(spec), shape, seeds));
        }
      }
      return found;
    };
  }

  @Override
  public StudyPage page(JsonNode settings, JsonNode found) {
    StudyPage page = new StudyPage("Learning-rate schedules");
    page.text(
        OptimizerStudy.setting(settings) + " Optimizer: " + settings.get("solver").asText() + ".");
    Chart rates =
        Chart.of(
                "Learning rate, as a factor on the step size",
                Axis.linear("epoch"),
                Axis.linear("factor"))
            .describe("The factor on the step size by epoch for each schedule");
    for (JsonNode one : found.get("rates")) {
      rates.line(
          one.get("schedule").asText(),
          Records.numbers(one.get("time")),
          Records.numbers(one.get("rate")));
    }
    page.figure("rates", rates);
    List<String> orders = new ArrayList<>();
    int number = 0;
    for (JsonNode stepSize : settings.get("stepSizes")) {
      number++;
      List<Contest.Variant> variants = new ArrayList<>();
      for (JsonNode one : found.get("results")) {
        if (one.get("stepSize").asDouble() == stepSize.asDouble()) {
          variants.add(new Contest.Variant(one.get("schedule").asText(), one.get("fits")));
        }
      }
      Contest contest = new Contest(variants);
      String at = "step size " + number(stepSize.asDouble());
      List<Contest.Variant> ranked = contest.ranked();
      orders.add(
          "with %s, %s and %s"
              .formatted(at, ranked.get(0).name(), ranked.get(ranked.size() - 1).name()));
      page.section("With " + at).text(contest.verdict());
      contest.table(page, List.of("schedule"), one -> List.of(one.name()));
      page.figure("accuracy-" + number, contest.accuracies("schedule", ", " + at))
          .figure(
              "loss-" + number, contest.curves("Training loss, " + at, "loss", Axis.log("loss")));
    }
    page.section("Together")
        .text("First and last by mean accuracy: " + String.join("; ", orders) + ".");
    return page;
  }
}
