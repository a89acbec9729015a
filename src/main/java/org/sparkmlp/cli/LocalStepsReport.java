package org.sparkmlp.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.sparkmlp.backend.Backends;

/** Table and JSON of the benchmark of local steps, and auto beside the best. */
final class LocalStepsReport {
  private final Table variants =
      new Table(
          "shards",
          "localSteps",
          "outerMomentum",
          "slots",
          "epochs to target",
          "s to target",
          "best accuracy",
          "s an epoch",
          "turns");
  private final Table ends =
      new Table("shards", "best", "s", "best plain", "s", "auto", "s", "of best", "of best plain");
  private final ObjectNode root = new ObjectMapper().createObjectNode();
  private final ArrayNode shards;

  LocalStepsReport(double target) {
    root.put("backend", Backends.get(Backends.AUTO).description());
    root.put("accuracy", target);
    shards = root.putArray("shards");
  }

  void add(int numShards, List<LocalStepsLine> lines) {
    ObjectNode json = shards.addObject();
    json.put("numShards", numShards);
    ArrayNode array = json.putArray("variants");
    for (LocalStepsLine line : lines) {
      tabulate(numShards, line);
      write(line, array.addObject());
    }
    LocalStepsLine best = LocalStepsLine.best(lines, variant -> true);
    LocalStepsLine plain = LocalStepsLine.best(lines, LocalStepsVariant::plain);
    LocalStepsLine auto = LocalStepsLine.best(lines, LocalStepsVariant::product);
    ends.add(
        "" + numShards,
        best.variant().toString(),
        format("%.2f", best.seconds()),
        plain.variant().toString(),
        format("%.2f", plain.seconds()),
        auto.variant().toString(),
        format("%.2f", auto.seconds()),
        format("%.2f", auto.seconds() / best.seconds()),
        format("%.2f", auto.seconds() / plain.seconds()));
    json.put("best", best.variant().toString());
    json.put("bestPlain", plain.variant().toString());
    json.put("auto", auto.variant().toString());
    put(json, "autoOfBest", auto.seconds() / best.seconds());
    put(json, "autoOfBestPlain", auto.seconds() / plain.seconds());
  }

  private void tabulate(int numShards, LocalStepsLine line) {
    double epochs = line.median(TimeToAccuracy::epochs);
    int trained = line.runs().stream().mapToInt(TimeToAccuracy::trained).max().orElseThrow();
    variants.add(
        "" + numShards,
        line.variant().name(),
        line.variant().outerName(),
        line.variant().slotsName(),
        Double.isFinite(epochs) ? format("%.1f", epochs) : "not in " + trained,
        format("%.2f", line.seconds()),
        format("%.4f", line.median(TimeToAccuracy::accuracy)),
        format("%.2f", line.secondsAnEpoch()),
        "" + line.runs().size());
  }

  private static void write(LocalStepsLine line, ObjectNode json) {
    json.put("localSteps", line.variant().localSteps());
    json.put("outerMomentum", line.variant().outerMomentum());
    json.put("slotsReset", line.variant().reset());
    json.put("auto", line.variant().auto());
    put(json, "epochsToTarget", line.median(TimeToAccuracy::epochs));
    put(json, "secondsToTarget", line.seconds());
    json.put("bestAccuracy", line.median(TimeToAccuracy::accuracy));
    put(json, "secondsAnEpoch", line.secondsAnEpoch());
    ArrayNode runs = json.putArray("runs");
    line.runs().forEach(run -> run.write(runs.addObject()));
  }

  /** A target that wasn't reached has no figure: JSON knows no infinity. */
  private static void put(ObjectNode json, String name, double value) {
    if (Double.isFinite(value)) {
      json.put(name, value);
    }
  }

  private static String format(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "-";
  }

  String text() {
    return variants + "\n" + ends;
  }

  ObjectNode json() {
    return root;
  }
}
