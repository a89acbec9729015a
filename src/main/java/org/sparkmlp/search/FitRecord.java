package org.sparkmlp.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serializable;

/**
 * What a search knows of one fit.
 *
 * @param cell its number
 * @param rung 0 where nothing is halved
 * @param fold from 1, whose rows judged the model
 * @param resource share of the rows or epochs of a whole fit
 * @param metric of the fold's rows; NaN if the fit has failed
 * @param seconds of fitting and evaluating
 * @param error why it has failed, or null
 * @param training how the network was trained, as JSON ({@link TrainingJson}); null if it failed or
 *     is no network of this project
 */
public record FitRecord(
    int cell,
    int rung,
    int fold,
    double resource,
    double metric,
    double seconds,
    String error,
    String training)
    implements Serializable {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  public boolean failed() {
    return error != null;
  }

  /** All but the number of the cell. */
  public ObjectNode json() {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("rung", rung);
    node.put("fold", fold);
    node.put("resource", resource);
    TrainingJson.put(node, "metric", metric);
    TrainingJson.put(node, "seconds", seconds);
    if (error != null) {
      node.put("error", error);
    }
    if (training != null) {
      try {
        node.set("training", MAPPER.readTree(training));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("not JSON: " + training, e);
      }
    }
    return node;
  }

  /** What {@link #json} has written. */
  public static FitRecord of(int cell, JsonNode node) {
    return new FitRecord(
        cell,
        node.required("rung").asInt(),
        node.required("fold").asInt(),
        node.required("resource").asDouble(),
        node.required("metric").asDouble(Double.NaN),
        node.required("seconds").asDouble(),
        node.hasNonNull("error") ? node.get("error").asText() : null,
        node.hasNonNull("training") ? node.get("training").toString() : null);
  }
}
