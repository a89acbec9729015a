package org.sparkmlp.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.sparkmlp.ml.MLPClassificationModel;
import org.sparkmlp.ml.TrainingSummary;
import org.sparkmlp.train.EpochRecord;

/**
 * The results of a run as JSON; the schema is in docs/results.md. Numbers that aren't finite are
 * null.
 */
final class RunRecord {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private RunRecord() {}

  static String json(
      ExperimentConfig config,
      Map<String, String> versions,
      Search search,
      MLPClassificationModel model,
      Map<String, Double> test) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("experiment", config.name());
    root.put("seed", model.getSeed());
    root.set("versions", MAPPER.valueToTree(versions));
    root.put("metric", config.metric().sparkName());
    ArrayNode cells = root.putArray("cells");
    if (config.hasSearch()) {
      search.records().forEach(record -> cells.add(cell(record)));
    }
    Search.CellRecord best = config.hasSearch() ? search.best() : search.records().get(0);
    ObjectNode bestNode = root.putObject("best");
    bestNode.set("params", MAPPER.valueToTree(best.cell.params()));
    put(bestNode, "mean", config.hasSearch() ? best.mean() : Double.NaN);
    ObjectNode testNode = root.putObject("test");
    test.forEach((name, value) -> put(testNode, name, value));
    root.set("training", training(model.summary()));
    return root.toPrettyString() + "\n";
  }

  private static ObjectNode cell(Search.CellRecord record) {
    ObjectNode node = MAPPER.createObjectNode();
    node.set("params", MAPPER.valueToTree(record.cell.params()));
    put(node, "mean", record.mean());
    put(node, "std", record.deviation());
    ArrayNode folds = node.putArray("folds");
    for (double fold : record.folds) {
      if (Double.isFinite(fold)) {
        folds.add(fold);
      } else {
        folds.addNull();
      }
    }
    put(node, "seconds", record.seconds());
    if (record.error() != null) {
      node.put("error", record.error());
    }
    return node;
  }

  private static ObjectNode training(TrainingSummary summary) {
    ObjectNode node = MAPPER.createObjectNode();
    ArrayNode epochs = node.putArray("epochs");
    for (EpochRecord epoch : summary.epochs()) {
      ObjectNode record = epochs.addObject();
      record.put("epoch", epoch.epoch());
      put(record, "loss", epoch.loss());
      put(record, "accuracy", epoch.accuracy());
      put(record, "learningRate", epoch.learningRate());
      put(record, "validationLoss", epoch.validationLoss());
      put(record, "validationAccuracy", epoch.validationAccuracy());
      put(record, "validationMetric", epoch.validationMetric());
      put(record, "seconds", epoch.seconds());
    }
    node.put("validationMetric", summary.validationMetric());
    node.put("bestEpoch", summary.bestEpoch());
    node.put("stopReason", summary.stopReason());
    put(node, "rowsPerSecond", summary.costs().rowsPerSecond());
    put(node, "seconds", summary.costs().seconds());
    put(node, "computeSeconds", summary.costs().computeSeconds());
    put(node, "aggregationSeconds", summary.costs().aggregationSeconds());
    put(node, "packingSeconds", summary.packingSeconds());
    node.put("packedBytes", summary.packedBytes());
    node.put("backend", summary.backend());
    node.put("localSteps", summary.localSteps());
    node.put("localStepsReason", summary.localStepsReason());
    node.put("numShards", summary.numShards());
    node.put("rounds", summary.costs().rounds());
    node.put("bytesAggregated", summary.costs().bytesAggregated());
    return node;
  }

  private static void put(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.putNull(name);
    }
  }
}
