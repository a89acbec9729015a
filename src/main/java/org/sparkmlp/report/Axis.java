package org.sparkmlp.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.sparkmlp.util.Check;

/**
 * An axis of a chart.
 *
 * @param name what is along it, with its unit
 * @param scale how
 * @param categories their names; empty unless the scale is of categories
 * @param min where it begins, or NaN to begin where the numbers do
 * @param max where it ends, likewise
 */
public record Axis(String name, Scale scale, List<String> categories, double min, double max) {
  /** How numbers become places. */
  public enum Scale {
    LINEAR,
    /** Numbers up to 0 are left out. */
    LOG,
    CATEGORY
  }

  public static Axis linear(String name) {
    return new Axis(name, Scale.LINEAR, List.of(), Double.NaN, Double.NaN);
  }

  public static Axis log(String name) {
    return new Axis(name, Scale.LOG, List.of(), Double.NaN, Double.NaN);
  }

  public static Axis categories(String name, List<String> categories) {
    Check.that(!categories.isEmpty(), "the axis '%s' needs at least one category", name);
    return new Axis(name, Scale.CATEGORY, List.copyOf(categories), Double.NaN, Double.NaN);
  }

  /** The same from {@code min} to {@code max}. */
  public Axis between(double min, double max) {
    Check.that(min < max, "the axis '%s' must end above %s, not at %s", name, min, max);
    return new Axis(name, scale, categories, min, max);
  }

  boolean isOfCategories() {
    return scale == Scale.CATEGORY;
  }

  ObjectNode spec() {
    ObjectNode node = Json.object();
    node.put("name", name);
    node.put("scale", scale.name().toLowerCase(java.util.Locale.ROOT));
    if (isOfCategories()) {
      node.set("categories", Json.array(categories));
    }
    if (min < max) {
      node.put("min", min);
      node.put("max", max);
    }
    return node;
  }
}
