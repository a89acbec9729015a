package org.sparkmlp.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * Where the seconds of a fit went; NaN where it isn't known.
 *
 * @param compute the slowest task of each round
 * @param aggregation the rest of training: scheduling, broadcasting, aggregating
 * @param packing reading and packing the rows
 */
record Times(double compute, double aggregation, double packing) {
  static Times of(JsonNode training) {
    return new Times(
        training.path("computeSeconds").asDouble(Double.NaN),
        training.path("aggregationSeconds").asDouble(Double.NaN),
        training.path("packingSeconds").asDouble(Double.NaN));
  }

  static Times mean(List<Times> times) {
    return new Times(
        times.stream().mapToDouble(Times::compute).average().orElse(Double.NaN),
        times.stream().mapToDouble(Times::aggregation).average().orElse(Double.NaN),
        times.stream().mapToDouble(Times::packing).average().orElse(Double.NaN));
  }

  boolean known() {
    return Double.isFinite(compute) && Double.isFinite(aggregation);
  }
}
