package org.sparkmlp.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.sparkmlp.util.Check;

/**
 * What the conf file of a study says. Every key that a study asks for must be there, and no other;
 * what is wrong is an {@link IllegalArgumentException} that names the key.
 */
final class Settings {
  private final String name;
  private final Config config;
  private final TreeSet<String> asked = new TreeSet<>();

  private Settings(String name, Config config) {
    this.name = name;
    this.config = config;
  }

  static Settings read(Path file) {
    Check.that(Files.isRegularFile(file), "there is no config %s", file);
    try {
      return new Settings(file.toString(), ConfigFactory.parseFile(file.toFile()).resolve());
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  static Settings of(String text) {
    return new Settings("settings", ConfigFactory.parseString(text).resolve());
  }

  private <T> T ask(String key, Supplier<T> value) {
    asked.add(key);
    try {
      return value.get();
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** A whole number of at least {@code least}. */
  int count(String key, int least) {
    return Check.atLeast(least, ask(key, () -> config.getInt(key)), key);
  }

  /** A number greater than 0. */
  double positive(String key) {
    return Check.positive(ask(key, () -> config.getDouble(key)), key);
  }

  /** Numbers greater than 0, at least one. */
  double[] positives(String key) {
    double[] values = numbers(key);
    for (double value : values) {
      Check.positive(value, key);
    }
    return values;
  }

  /** Finite numbers, at least one. */
  double[] numbers(String key) {
    List<Double> values = ask(key, () -> config.getDoubleList(key));
    Check.that(!values.isEmpty(), "%s needs at least one number", key);
    for (double value : values) {
      Check.that(Double.isFinite(value), "%s must be finite numbers, got %s", key, value);
    }
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** Whole numbers of at least 1, at least one of them. */
  int[] counts(String key) {
    List<Integer> values = ask(key, () -> config.getIntList(key));
    Check.that(!values.isEmpty(), "%s needs at least one number", key);
    for (int value : values) {
      Check.atLeast(1, value, key);
    }
    return values.stream().mapToInt(Integer::intValue).toArray();
  }

  String text(String key) {
    return ask(key, () -> config.getString(key));
  }

  /** Texts that differ, at least one. */
  List<String> texts(String key) {
    List<String> values = ask(key, () -> config.getStringList(key));
    Check.that(!values.isEmpty(), "%s needs at least one value", key);
    Check.that(
        values.stream().distinct().count() == values.size(), "%s must differ, got %s", key, values);
    return values;
  }

  /** After everything was asked for: another key is misspelt or has no meaning. */
  void end() {
    TreeSet<String> unknown = new TreeSet<>();
    config.entrySet().forEach(entry -> unknown.add(entry.getKey()));
    unknown.removeAll(asked);
    Check.that(
        unknown.isEmpty(),
        "%s: unknown key '%s'; known are %s",
        name,
        unknown.isEmpty() ? "" : unknown.first(),
        String.join(", ", asked));
  }

  JsonNode json() {
    return Records.parse(config.root().render(ConfigRenderOptions.concise()));
  }
}
