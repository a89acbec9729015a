package org.sparkmlp.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.sparkmlp.cli.ClusterForecast.Epoch;
import org.sparkmlp.cli.ClusterForecast.Sizes;
import org.sparkmlp.cli.CostModel.Work;
import org.sparkmlp.cli.StageMeter.Stage;

/** The tables of {@link ScaleBenchmark}: what was measured, what was fitted to it, what follows. */
final class ScaleReport {
  /** A combination that was not measured, and why. */
  record Gap(int partitions, int parameters, String reason) {}

  private static final String LEGEND =
      """
      compute: of the slowest task; rest: the round without it, so with the work of tasks that wait for a core; driver
      alone: no stage runs; allocated: heap that the driver's threads allocate, garbage included.
      """;

  private static final String CAVEATS =
      """

      A model fitted to one machine, not a measurement of a cluster. In it:
      - Here tasks share a few cores, there each has its own. So of the bytes that the tasks of a stage read, write and
        return only those of its busiest core count: here the mean of all cores or the largest task, whichever is more,
        there the largest task. Merges on different workers go on side by side; a level takes as long as its largest one.
      - What the driver does (scheduling, sending the state, receiving results, updating) is done by one driver there too.
        The executor's part of a task, which can't be told apart here, is charged to the driver with it.
      - The network, which a local session doesn't use, is added: the state and as many blocks of 4 MB as the broadcast has
        hops, what the busiest task of each level reads, what the driver receives; none of it at the same time as other
        work. An executor reads the state at the cost of any other bytes; a local session has it at hand.
      - An update takes 6 operations a weight and row, at the measured rate.
      Left out: stragglers, failures, slow disks, rows that memory has no room for, several tasks of one machine that share
      its network, many small fetches, the driver's threads that share the cores with tasks here, validation, packing.
      """;

  private final List<RoundCost> rounds;
  private final List<Gap> gaps;
  private final List<Work> work;
  private final List<Double> seconds;
  private final Optional<CostModel> model;
  private final List<Epoch> epochs;
  private final String head;
  private final String assumptions;

  /**
   * @param cores that shared the tasks
   * @param flops a second of one core
   */
  ScaleReport(
      String master,
      int cores,
      List<RoundCost> rounds,
      List<Gap> gaps,
      ClusterForecast forecast,
      double flops) {
    this.rounds = rounds;
    this.gaps = gaps;
    this.work = rounds.stream().map(round -> round.work(cores)).toList();
    this.seconds = rounds.stream().map(RoundCost::seconds).toList();
    this.model =
        rounds.size() > CostModel.TERMS.size()
            ? Optional.of(CostModel.fit(work, seconds))
            : Optional.empty();
    this.epochs =
        model
            .flatMap(m -> sizes(rounds).map(sizes -> forecast.epochs(m, sizes, flops)))
            .orElse(List.of());
    this.head = "Synchronous rounds with Adam, " + master + ", medians:\n";
    this.assumptions = forecast.assumptions(flops);
  }

  /** Of the largest round that was merged on executors in two levels; none if there is none. */
  private static Optional<Sizes> sizes(List<RoundCost> rounds) {
    return rounds.stream()
        .filter(round -> round.stages().size() > 2)
        .max(Comparator.comparing(RoundCost::shuffled))
        .map(round -> new Sizes(written(round, 0), written(round, 1)));
  }

  /** Bytes that a task of a stage writes for each parameter. */
  private static double written(RoundCost round, int stage) {
    Stage s = round.stages().get(stage);
    return (double) s.written() / s.tasks() / round.parameters();
  }

  String text() {
    StringBuilder text = new StringBuilder(head).append(measurements()).append(LEGEND);
    for (Gap gap : gaps) {
      text.append(
          format(
              "%d partitions, %,d parameters: not measured: %s\n",
              gap.partitions, gap.parameters, gap.reason));
    }
    if (model.isEmpty()) {
      return text.append(
              format(
                  "\nNo model: it has %d costs, and takes more rounds than that; measure more combinations.\n",
                  CostModel.TERMS.size()))
          .toString();
    }
    text.append(
        format(
            "\nThe time of a round as a sum of costs >= 0, fitted to these %d; off by %.0f %% in the median:\n",
            rounds.size(), 100 * model.get().medianError(work, seconds)));
    text.append(costs(model.get()));
    if (epochs.isEmpty()) {
      return text.append(
              "\nNo forecast: no round was merged on executors in two levels; measure more partitions or parameters.\n")
          .toString();
    }
    text.append("\nForecast for clusters: ").append(assumptions).append(":\n");
    return text.append(forecasts()).append(CAVEATS).toString();
  }

  private Table measurements() {
    Table table =
        new Table(
            "partitions",
            "parameters",
            "rounds",
            "round ms",
            "compute ms",
            "rest ms",
            "driver alone ms",
            "allocated MB",
            "a parameter",
            "to driver MB",
            "shuffled MB",
            "stages",
            "model ms");
    for (int i = 0; i < rounds.size(); i++) {
      RoundCost r = rounds.get(i);
      table.add(
          "" + r.partitions(),
          format("%,d", r.parameters()),
          "" + r.rounds(),
          format("%,.1f", 1e3 * r.seconds()),
          format("%,.1f", 1e3 * r.compute()),
          format("%,.1f", 1e3 * (r.seconds() - r.compute())),
          format("%,.1f", 1e3 * r.alone()),
          format("%,.1f", 1e-6 * r.allocated()),
          format("%,.0f bytes", r.allocated() / r.parameters()),
          format("%,.1f", 1e-6 * r.received()),
          format("%,.1f", 1e-6 * r.shuffled()),
          "" + r.stages().size(),
          modelled(i).map(t -> format("%,.1f", 1e3 * t)).orElse(""));
    }
    return table;
  }

  /** Seconds that the model gives a measured round. */
  private Optional<Double> modelled(int round) {
    return model.map(m -> m.seconds(work.get(round)));
  }

  private static Table costs(CostModel model) {
    Table table = new Table("cost of", "");
    for (int j = 0; j < CostModel.TERMS.size(); j++) {
      double cost = model.costs()[j];
      String term = CostModel.TERMS.get(j);
      table.add(
          term,
          term.startsWith("a byte")
              ? format("%.3f ns", 1e9 * cost)
              : format("%.3f ms", 1e3 * cost));
    }
    return table;
  }

  private Table forecasts() {
    Table table =
        new Table(
            "workers",
            "parameters",
            "localSteps",
            "updates an epoch",
            "update ms",
            "round s",
            "epoch s",
            "aggregation",
            "least localSteps for 10 %");
    for (Epoch e : epochs) {
      table.add(
          format("%,d", e.workers()),
          format("%,d", e.parameters()),
          format("%,d", e.localSteps()),
          format("%,d", e.updates()),
          format("%.3g", 1e3 * e.update()),
          format("%.3g", e.round()),
          format("%,.0f", e.seconds()),
          format("%.0f %%", 100 * e.share()),
          format("%,.0f", e.leastLocalSteps())
              + (e.leastLocalSteps() > e.updates() ? " (more than an epoch)" : ""));
    }
    return table;
  }

  ObjectNode json() {
    ObjectNode root = new ObjectMapper().createObjectNode();
    ArrayNode measured = root.putArray("rounds");
    for (int i = 0; i < rounds.size(); i++) {
      RoundCost r = rounds.get(i);
      ObjectNode node = measured.addObject();
      node.put("partitions", r.partitions());
      node.put("parameters", r.parameters());
      node.put("rounds", r.rounds());
      node.put("seconds", r.seconds());
      node.put("computeSeconds", r.compute());
      node.put("restSeconds", r.seconds() - r.compute());
      node.put("noStageSeconds", r.alone());
      node.put("driverAllocatedBytes", r.allocated());
      node.put("toDriverBytes", r.received());
      node.put("shuffledBytes", r.shuffled());
      node.put("busiestCoreBytes", work.get(i).busiest());
      node.put("tasks", work.get(i).tasks());
      node.put("stages", r.stages().size());
      modelled(i).ifPresent(t -> node.put("modelSeconds", t));
    }
    ArrayNode missing = root.putArray("notMeasured");
    for (Gap gap : gaps) {
      missing
          .addObject()
          .put("partitions", gap.partitions)
          .put("parameters", gap.parameters)
          .put("reason", gap.reason);
    }
    if (model.isEmpty()) {
      return root;
    }
    ObjectNode fitted = root.putObject("model");
    for (int j = 0; j < CostModel.TERMS.size(); j++) {
      fitted.put("secondsOf " + CostModel.TERMS.get(j), model.get().costs()[j]);
    }
    fitted.put("medianRelativeError", model.get().medianError(work, seconds));
    ObjectNode forecast = root.putObject("forecast");
    forecast.put("assumptions", assumptions);
    ArrayNode clusters = forecast.putArray("epochs");
    for (Epoch e : epochs) {
      clusters
          .addObject()
          .put("workers", e.workers())
          .put("parameters", e.parameters())
          .put("localSteps", e.localSteps())
          .put("updates", e.updates())
          .put("updateSeconds", e.update())
          .put("roundSeconds", e.round())
          .put("epochSeconds", e.seconds())
          .put("aggregationShare", e.share())
          .put("leastLocalSteps", e.leastLocalSteps());
    }
    return root;
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
