package org.sparkmlp.util;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * All variants of one kind of thing (activations, losses, optimizers, ...) by name: the one table
 * that specs are read with, that error messages list and that contract tests walk over. Safe for
 * many threads.
 *
 * @param <T> what a spec makes
 */
public final class Registry<T> {
  /**
   * @param meaning a line for tables; empty for a user's own
   * @param own whether a user registered it
   */
  private record Entry<T>(
      String name,
      String meaning,
      List<String> parameters,
      boolean own,
      Function<Arguments, T> make) {}

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
    return add(name, "", parameters, make);
  }

  /**
   * Adds a variant.
   *
   * @param meaning its formula or its use in a line, for tables of the documentation
   */
  public synchronized Registry<T> add(
      String name, String meaning, List<String> parameters, Function<Arguments, T> make) {
    put(new Entry<>(name, meaning, List.copyOf(parameters), false, make));
    return this;
  }

  /**
   * Adds a user's variant: it is parsed like the others, but {@link #names} doesn't list it.
   *
   * @throws IllegalArgumentException if the name is known already or can't be written in a spec
   */
  public synchronized void register(
      String name, List<String> parameters, Function<Arguments, T> make) {
    Spec spec = Spec.parse(name);
    Check.that(
        spec.name().equals(name),
        "%s '%s' can't be registered: a name is letters, digits, '_' and '-', without arguments",
        kind,
        name);
    put(new Entry<>(name, "", List.copyOf(parameters), true, make));
  }

  private void put(Entry<T> entry) {
    String name = entry.name();
    Check.that(
        !entries.containsKey(name) && !aliases.containsKey(name),
        "%s '%s' is already known",
        kind,
        name);
    entries.put(name, entry);
  }

  /** Adds a second name of a known variant. */
  public synchronized Registry<T> alias(String alias, String name) {
    aliases.put(alias, name);
    return this;
  }

  /**
   * The canonical names of the library's own variants, in the order in which they were added:
   * always the same, whatever users have registered.
   */
  public synchronized List<String> names() {
    return entries.values().stream().filter(entry -> !entry.own()).map(Entry::name).toList();
  }

  /** The argument names of a variant. */
  public List<String> parameters(String name) {
    return entry(Spec.parse(name)).parameters();
  }

  /** What a variant is, in a line. */
  public String meaning(String name) {
    return entry(Spec.parse(name)).meaning();
  }

  /** The other names of a variant. */
  public synchronized List<String> aliases(String name) {
    return aliases.entrySet().stream()
        .filter(alias -> alias.getValue().equals(name))
        .map(Map.Entry::getKey)
        .toList();
  }

  public T parse(String text) {
    return make(Spec.parse(text));
  }

  /** Makes the variant that a spec names, or explains what is wrong with it. */
  public T make(Spec spec) {
    Entry<T> entry = entry(spec);
    return entry.make().apply(spec.bind(entry.parameters()));
  }

  private synchronized Entry<T> entry(Spec spec) {
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
