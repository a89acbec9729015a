package org.sparkmlp.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import org.sparkmlp.ml.MLPClassificationModel;
import org.sparkmlp.search.Cell;
import org.sparkmlp.search.CellResult;
import org.sparkmlp.search.PairedTest;
import org.sparkmlp.search.TrainingJson;

/**
 * A run as JSON, at its beginning and at its end; the schema is in docs/records.md. Numbers that
 * aren't finite are null.
 */
final class RunRecord {
  /** Of all records of a run; a change that readers must know of makes it larger. */
  static final int VERSION = 1;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private RunRecord() {}

  /** A record of a run that goes on; empty if it is damaged. */
  static Optional<JsonNode> read(String text) {
    try {
      return Optional.of(MAPPER.readTree(text)).filter(JsonNode::isObject);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /** What is wrong with the version of a record; empty if nothing is. */
  static Optional<String> otherVersion(JsonNode record) {
    JsonNode version = record.path("recordVersion");
    return version.asInt() == VERSION
        ? Optional.empty()
        : Optional.of("has recordVersion " + version + ", but this program knows " + VERSION);
  }

  /**
   * What is known before the first fit.
   *
   * @param command to run it again
   * @param rows the training rows, or null without a search
   */
  static String start(ExperimentConfig config, String command, Search search, RowFingerprint rows) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("recordVersion", VERSION);
    root.put("experiment", config.name());
    root.put("command", command);
    root.put("started", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    root.put("config", config.resolved());
    root.put("seed", config.classifier().getSeed());
    root.put("metric", config.metric().sparkName());
    root.put("largerIsBetter", config.evaluator().isLargerBetter());
    root.set("search", search(config, search));
    ArrayNode cells = root.putArray("cells");
    if (config.hasSearch()) {
      for (Cell cell : config.cells()) {
        ObjectNode node = cells.addObject();
        node.put("number", cell.number());
        node.set("params", MAPPER.valueToTree(cell.params()));
      }
    }
    if (rows != null) {
      root.set("rows", rows.json());
    }
    return root.toPrettyString() + "\n";
  }

  private static ObjectNode search(ExperimentConfig config, Search search) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("kind", config.search().kind());
    if (config.hasSearch()) {
      node.put("folds", config.folds());
      node.put("parallelism", config.search().parallelism());
    }
    if (config.search().halves()) {
      node.put("factor", config.search().halving().factor());
      node.put("resource", search.resource());
      node.put("minResources", config.search().halving().minResources());
      node.put("brackets", config.search().halving().brackets());
      node.put("evaluateBest", config.search().halving().evaluateBest());
      node.put("rungs", config.search().halving().rungs(config.cells().size()).size());
    }
    return node;
  }

  /** What was found. */
  static String results(
      ExperimentConfig config,
      Map<String, String> versions,
      Search search,
      MLPClassificationModel model,
      Map<String, Double> test,
      ObjectNode details,
      double seconds) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("recordVersion", VERSION);
    root.put("experiment", config.name());
    root.put("seed", model.getSeed());
    root.set("versions", MAPPER.valueToTree(versions));
    root.put("metric", config.metric().sparkName());
    root.put("largerIsBetter", config.evaluator().isLargerBetter());
    root.set("search", search(config, search));
    ArrayNode cells = root.putArray("cells");
    ObjectNode best = MAPPER.createObjectNode();
    best.put("number", 1);
    best.set("params", MAPPER.createObjectNode());
    best.putNull("mean");
    for (CellResult result : search.results()) {
      cells.add(cell(result));
      if (result.isBest()) {
        best.put("number", result.cell().number());
        best.set("params", MAPPER.valueToTree(result.cell().params()));
        TrainingJson.put(best, "mean", result.mean());
      }
    }
    root.set("best", best);
    ObjectNode testNode = root.putObject("test");
    test.forEach((name, value) -> TrainingJson.put(testNode, name, value));
    root.set("training", TrainingJson.of(model.summary()));
    TrainingJson.put(root, "seconds", seconds);
    root.setAll(details);
    return root.toPrettyString() + "\n";
  }

  private static ObjectNode cell(CellResult result) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("number", result.cell().number());
    node.set("params", MAPPER.valueToTree(result.cell().params()));
    node.put("rank", result.rank() > 0 ? result.rank() : null);
    TrainingJson.put(node, "mean", result.mean());
    TrainingJson.put(node, "std", result.deviation());
    TrainingJson.put(node, "standardError", result.standardError());
    ArrayNode folds = node.putArray("folds");
    for (double fold : result.folds()) {
      folds.add(Double.isFinite(fold) ? fold : null);
    }
    node.put("rung", result.rung());
    node.put("resource", result.resource());
    node.put("distinguishable", result.distinguishable());
    PairedTest test = result.againstBest();
    TrainingJson.put(node, "pValue", test == null ? Double.NaN : test.pValue());
    TrainingJson.put(node, "difference", test == null ? Double.NaN : test.difference());
    TrainingJson.put(
        node, "differenceStandardError", test == null ? Double.NaN : test.standardError());
    TrainingJson.put(node, "seconds", result.seconds());
    if (result.error() != null) {
      node.put("error", result.error());
    }
    return node;
  }
}
