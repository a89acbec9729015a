package org.sparkmlp.study;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import org.sparkmlp.util.Check;

/**
 * The records of a study: {@code recordVersion}, {@code study}, {@code settings}, {@code
 * environment}, {@code seconds} and {@code found}, what the study has measured.
 */
final class Records {
  static final int VERSION = 1;

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);
  private static final MathContext DIGITS = new MathContext(7);

  private Records() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** Seven digits, as many as a float has; null for what isn't finite. */
  static ArrayNode numbers(double[] values) {
    ArrayNode array = MAPPER.createArrayNode();
    for (double value : values) {
      if (Double.isFinite(value)) {
        array.add(new BigDecimal(value).round(DIGITS).doubleValue());
      } else {
        array.addNull();
      }
    }
    return array;
  }

  /** Null is NaN. */
  static double[] numbers(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = number(array.get(i));
    }
    return values;
  }

  /** Seven digits; null for what isn't finite. */
  static JsonNode number(double value) {
    return numbers(new double[] {value}).get(0);
  }

  /** Null is NaN. */
  static double number(JsonNode number) {
    return number.isNumber() ? number.doubleValue() : Double.NaN;
  }

  static List<JsonNode> list(JsonNode array) {
    List<JsonNode> all = new ArrayList<>();
    array.forEach(all::add);
    return all;
  }

  static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Reads records of the study; those of another study or version are refused. */
  static JsonNode parse(String text, String study) {
    JsonNode records = parse(text);
    int version = records.path("recordVersion").asInt();
    Check.that(
        version == VERSION,
        "the records have version %s, but this program reads version %s; run the study again",
        version,
        VERSION);
    Check.that(
        records.path("study").asText().equals(study),
        "these are records of the study '%s', not of %s",
        records.path("study").asText(),
        study);
    return records;
  }

  /** As it stands in a file. */
  static String text(JsonNode records) {
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(records) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // numbers and texts can always be written
    }
  }
}
