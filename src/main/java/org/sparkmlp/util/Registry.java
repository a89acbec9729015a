package org.sparkmlp.util;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * All variants of one kind of thing (activations, losses, optimizers, ...) by name: the one table
 * that specs are read with, that error messages list and that contract tests walk over.
 *
 * @param <T> what a spec makes
 */
public final class Registry<T> {
  private record Entry<T>(String name, List<String> parameters, Function<Arguments, T> make) {}

  private final String kind;
  private final Map<String, Entry<T>> entries = new LinkedHashMap<>();
  private final Map<String, String> aliases = new LinkedHashMap<>();

  /**
   * @param kind what the names stand for, for messages: "activation", "solver", ...
   */
  public Registry(String kind) {
    this.kind = kind;
  }

  /** Adds a variant; {@code parameters} are its argument names in positional order. */
  public Registry<T> add(String name, List<String> parameters, Function<Arguments, T> make) {
    Check.that(!entries.containsKey(name), "%s '%s' is already known", kind, name);
    entries.put(name, new Entry<>(name, List.copyOf(parameters), make));
    return this;
  }

  /** Adds a second name of a known variant. */
  public Registry<T> alias(String alias, String name) {
    aliases.put(alias, name);
    return this;
  }

  /** The canonical names, in the order in which they were added. */
  public List<String> names() {
    return List.copyOf(entries.keySet());
  }

  /** The argument names of a variant. */
  public List<String> parameters(String name) {
    return entry(Spec.parse(name)).parameters();
  }

  public T parse(String text) {
    return make(Spec.parse(text));
  }

  /** Makes the variant that a spec names, or explains what is wrong with it. */
  public T make(Spec spec) {
    Entry<T> entry = entry(spec);
    return entry.make().apply(spec.bind(entry.parameters()));
  }

  private Entry<T> entry(Spec spec) {
    String name = aliases.getOrDefault(spec.name(), spec.name());
    Entry<T> entry = entries.get(name);
    if (entry == null) {
      List<String> known = new ArrayList<>(entries.keySet());
      known.addAll(aliases.keySet());
      throw new IllegalArgumentException(
          String.format(
              "unknown %s '%s'; known are %s%s",
              kind, spec.name(), String.join(", ", known), Names.didYouMean(spec.name(), known)));
    }
    return entry;
  }
}
