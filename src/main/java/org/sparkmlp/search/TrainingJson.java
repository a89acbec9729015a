package org.sparkmlp.search;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.sparkmlp.ml.TrainingSummary;
import org.sparkmlp.train.EpochRecord;

/** A training summary as JSON; the schema is in docs/records.md. What isn't finite is null. */
public final class TrainingJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private TrainingJson() {}

  public static ObjectNode of(TrainingSummary summary) {
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

  /** A number, or null if it isn't finite. */
  public static void put(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.putNull(name);
    }
  }
}
