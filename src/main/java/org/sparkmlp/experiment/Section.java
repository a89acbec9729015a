package org.sparkmlp.experiment;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.sparkmlp.util.Names;

/**
 * One {...} of a config file, read key by key. What is wrong goes to {@link Problems}, and reading
 * goes on with the default. {@link #end} complains about keys that nobody has asked for.
 */
final class Section {
  private final String path;
  private final ConfigObject object;
  private final Problems problems;
  private final Set<String> asked = new LinkedHashSet<>();

  Section(String path, ConfigObject object, Problems problems) {
    this.path = path;
    this.object = object;
    this.problems = problems;
  }

  boolean has(String key) {
    asked.add(key);
    return object.containsKey(key);
  }

  ConfigOrigin origin() {
    return object.origin();
  }

  ConfigOrigin origin(String key) {
    ConfigValue value = object.get(key);
    return value == null ? object.origin() : value.origin();
  }

  /** The keys that are there, in the order of their lines, then of their names. */
  List<String> keys() {
    List<String> keys = new ArrayList<>(object.keySet());
    keys.sort(
        Comparator.comparingInt((String key) -> object.get(key).origin().lineNumber())
            .thenComparing(Comparator.naturalOrder()));
    return keys;
  }

  /**
   * The keys that are there, by name: for what is numbered, since a config that is written and read
   * again has other lines.
   */
  List<String> keysByName() {
    return object.keySet().stream().sorted().toList();
  }

  ConfigValue value(String key) {
    asked.add(key);
    return object.get(key);
  }

  String text(String key, String byDefault) {
    return read(
        key, byDefault, "a text", ConfigValueType.STRING, value -> (String) value.unwrapped());
  }

  /** A text that must be there. */
  String requiredText(String key) {
    if (!has(key)) {
      problems.add(origin(), "%s is missing", name(key));
    }
    return text(key, "");
  }

  int integer(String key, int byDefault, int least) {
    int value =
        read(
            key,
            byDefault,
            "a whole number",
            ConfigValueType.NUMBER,
            v -> {
              double number = ((Number) v.unwrapped()).doubleValue();
              return number == Math.rint(number) && Math.abs(number) < 1e9 ? (int) number : null;
            });
    if (value < least) {
      problems.add(origin(key), "%s must be at least %d, got %d", name(key), least, value);
      return byDefault;
    }
    return value;
  }

  double fraction(String key, double byDefault) {
    double value =
        read(
            key,
            byDefault,
            "a number",
            ConfigValueType.NUMBER,
            v -> ((Number) v.unwrapped()).doubleValue());
    if (!(value >= 0 && value < 1)) {
      problems.add(origin(key), "%s must be in [0, 1), got %s", name(key), value);
      return byDefault;
    }
    return value;
  }

  boolean bool(String key, boolean byDefault) {
    return read(
        key, byDefault, "true or false", ConfigValueType.BOOLEAN, v -> (Boolean) v.unwrapped());
  }

  String oneOf(String key, List<String> allowed) {
    String value = text(key, allowed.get(0));
    if (!allowed.contains(value)) {
      problems.add(
          origin(key),
          "%s must be one of %s, got '%s'%s",
          name(key),
          String.join(", ", allowed),
          value,
          Names.didYouMean(value, allowed));
      return allowed.get(0);
    }
    return value;
  }

  /** The texts of a list, or a single text as a list of one. */
  List<String> texts(String key, List<String> byDefault) {
    ConfigValue value = value(key);
    if (value == null) {
      return byDefault;
    }
    if (value.valueType() == ConfigValueType.STRING) {
      return List.of((String) value.unwrapped());
    }
    List<String> texts = new ArrayList<>();
    if (value instanceof ConfigList list) {
      for (ConfigValue element : list) {
        if (element.valueType() == ConfigValueType.STRING) {
          texts.add((String) element.unwrapped());
        } else {
          wrongType(key, element, "a list of texts");
        }
      }
      return texts;
    }
    wrongType(key, value, "a text or a list of texts");
    return byDefault;
  }

  /** The section of that name, empty if there is none. */
  Section section(String key) {
    ConfigValue value = value(key);
    if (value instanceof ConfigObject inner) {
      return new Section(name(key), inner, problems);
    }
    if (value != null) {
      wrongType(key, value, "a section { ... }");
    }
    ConfigObject none = com.typesafe.config.ConfigFactory.empty().root();
    return new Section(name(key), none.withOrigin(origin(key)), problems);
  }

  /** The sections of a list. */
  List<Section> sections(String key) {
    ConfigValue value = value(key);
    List<Section> sections = new ArrayList<>();
    if (value instanceof ConfigList list) {
      for (ConfigValue element : list) {
        if (element instanceof ConfigObject inner) {
          sections.add(new Section(name(key) + "[" + sections.size() + "]", inner, problems));
        } else {
          wrongType(key, element, "a list of sections { ... }");
        }
      }
    } else if (value != null) {
      wrongType(key, value, "a list of sections [ { ... } ]");
    }
    return sections;
  }

  private <T> T read(
      String key, T byDefault, String wanted, ConfigValueType type, Function<ConfigValue, T> as) {
    ConfigValue value = value(key);
    if (value == null) {
      return byDefault;
    }
    T found = value.valueType() == type ? as.apply(value) : null;
    if (found == null) {
      wrongType(key, value, wanted);
      return byDefault;
    }
    return found;
  }

  void wrongType(String key, ConfigValue value, String wanted) {
    problems.add(
        value.origin(),
        "%s must be %s, got %s (%s)",
        name(key),
        wanted,
        value.render(com.typesafe.config.ConfigRenderOptions.concise()),
        value.valueType().name().toLowerCase(Locale.ROOT));
  }

  String name(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** Complains about keys that mean nothing here. */
  void end() {
    for (String key : object.keySet()) {
      if (!asked.contains(key)) {
        problems.add(
            object.get(key).origin(),
            "unknown key '%s'; known %s are %s%s",
            name(key),
            path.isEmpty() ? "keys" : "keys of " + path,
            String.join(", ", asked),
            Names.didYouMean(key, asked));
      }
    }
  }
}
