package org.sparkmlp.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Whether a run may go on from the records in its folder: only if it is made of the same, or else
 * its table would mix fits of two experiments.
 */
final class Resumption {
  /** What may be changed: it decides no number. */
  private static final List<String> FREE = List.of("search.parallelism", "output", "name");

  private static final int MOST = 5;

  private final String folder;
  private final JsonNode before;

  /**
   * @param folder for messages
   * @param before text of its run.json
   * @throws ConfigProblem if that is damaged or of another version
   */
  Resumption(String folder, String before) {
    this.folder = folder;
    this.before = RunRecord.read(before).orElseThrow(() -> problem("its run.json is damaged"));
    RunRecord.otherVersion(this.before)
        .ifPresent(
            version -> {
              throw problem("its run.json " + version);
            });
  }

  /**
   * @param config as it is now, resolved
   * @throws ConfigProblem if a value isn't what it was
   */
  void checkConfig(String config) {
    Map<String, String> then = values(before.path("config").asText());
    Map<String, String> now = values(config);
    TreeSet<String> keys = new TreeSet<>(then.keySet());
    keys.addAll(now.keySet());
    List<String> changes = new ArrayList<>();
    for (String key : keys) {
      String was = then.getOrDefault(key, "not set");
      String is = now.getOrDefault(key, "not set");
      if (!was.equals(is)) {
        changes.add(String.format("%s was %s, but now it is %s", key, was, is));
      }
    }
    if (!changes.isEmpty()) {
      String more = changes.size() > MOST ? "; and " + (changes.size() - MOST) + " more" : "";
      throw problem(
          "its config.conf was changed since it began: "
              + String.join("; ", changes.subList(0, Math.min(MOST, changes.size())))
              + more);
    }
  }

  private Map<String, String> values(String text) {
    Config config;
    try {
      config = ConfigFactory.parseString(text);
    } catch (ConfigException e) {
      throw problem("the config in its run.json is damaged");
    }
    for (String free : FREE) {
      config = config.withoutPath(free);
    }
    Map<String, String> values = new TreeMap<>();
    for (Map.Entry<String, ConfigValue> entry : config.entrySet()) {
      values.put(entry.getKey(), entry.getValue().render());
    }
    return values;
  }

  /**
   * @param rows the training rows as they are now
   * @throws ConfigProblem if they were others
   */
  void checkRows(RowFingerprint rows) {
    RowFingerprint then = RowFingerprint.of(before.path("rows"));
    if (!then.equals(rows)) {
      throw problem(
          String.format(
              "its training rows were %d (hash %s), but now they are %d (hash %s)",
              then.count(), then.hash(), rows.count(), rows.hash()));
    }
  }

  private ConfigProblem problem(String why) {
    return new ConfigProblem(
        List.of(String.format("the run in %s can't go on: %s; begin a new run", folder, why)));
  }
}
