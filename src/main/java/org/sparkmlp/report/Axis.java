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
 * @param least the least that a number can be, before which neither axis nor whiskers begin; NaN if
 *     there is none
 * @param most the most that a number can be, likewise
 */
public record Axis(
    String name,
    Scale scale,
    List<String> categories,
    double min,
    double max,
    double least,
    double most) {
  /** How numbers become places. */
  public enum Scale {
    LINEAR,
    /** Numbers up to 0 are left out. */
    LOG,
    CATEGORY
  }

  private Axis(String name, Scale scale, List<String> categories) {
    this(name, scale, categories, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
  }

  public static Axis linear(String name) {
    return new Axis(name, Scale.LINEAR, List.of());
  }

  public static Axis log(String name) {
    return new Axis(name, Scale.LOG, List.of());
  }

  public static Axis categories(String name, List<String> categories) {
    Check.that(!categories.isEmpty(), "the axis '%s' needs at least one category", name);
    return new Axis(name, Scale.CATEGORY, List.copyOf(categories));
  }

  /** The same from {@code min} to {@code max}. */
  public Axis between(double min, double max) {
    Check.that(min < max, "the axis '%s' must end above %s, not at %s", name, min, max);
    return new Axis(name, scale, categories, min, max, least, most);
  }

  /**
   * The same for numbers that can't be less than {@code least} nor more than {@code most}, as
   * shares: it ends there at the latest, but where the numbers do.
   */
  public Axis within(double least, double most) {
    Check.that(
        least < most, "what is along '%s' must reach above %s, not to %s", name, least, most);
    return new Axis(name, scale, categories, min, max, least, most);
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
    if (least < most) {
      node.put("least", least);
      node.put("most", most);
    }
    return node;
  }
}
