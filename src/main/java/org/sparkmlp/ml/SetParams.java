package org.sparkmlp.ml;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/** The params of a stage that somebody has set, for people to read. */
final class SetParams {
  private static final int LONGEST = 200;

  private SetParams() {}

  /** Names with values as JSON; long values are cut, vectors only counted. */
  static Map<String, String> of(Params stage) {
    Map<String, String> values = new LinkedHashMap<>();
    for (Param<?> param : stage.params()) {
      if (stage.isSet(param)) {
        values.put(param.name(), value(stage, param));
      }
    }
    return values;
  }

  private static <T> String value(Params stage, Param<T> param) {
    T value = stage.getOrDefault(param);
    if (value instanceof Vector vector) {
      return vector.size() + " numbers";
    }
    String json = param.jsonEncode(value);
    return json.length() <= LONGEST ? json : json.substring(0, LONGEST) + "...";
  }
}
