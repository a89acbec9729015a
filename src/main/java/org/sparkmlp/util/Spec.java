package org.sparkmlp.util;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One call of the grammar in which everything with parameters of its own is written:
 *
 * <pre>{@code
 * chain    = call { ".then(" chain ")" }
 * list     = call { "," call }
 * call     = name [ "(" [ argument { "," argument } ] ")" ]
 * argument = [ name "=" ] value
 * value    = number | number unit | word         for example 0.9, 2ep, 200step, true
 * }</pre>
 *
 * <p>So {@code adam(beta1=0.9)}, {@code warmup(2ep).then(cosine)} and {@code relu} are specs, in
 * Java code, grids, config files and saved models alike.
 *
 * @param name what is called
 * @param positional values without a name, in order
 * @param named values with a name
 */
public record Spec(String name, List<String> positional, Map<String, String> named)
    implements Serializable {

  /** Parses a text of exactly one call. */
  public static Spec parse(String text) {
    List<Spec> chain = parseChain(text);
    Check.that(chain.size() == 1, "'%s' is a chain; only one of its parts is allowed here", text);
    return chain.get(0);
  }

  /** Parses a text of one call or of several joined by {@code .then(...)}. */
  public static List<Spec> parseChain(String text) {
    Check.that(text != null && !text.isBlank(), "the spec is empty");
    Parser parser = new Parser(text);
    List<Spec> chain = new ArrayList<>();
    parser.chain(chain);
    parser.end();
    return chain;
  }

  /** Parses a text of one call or of several separated by commas, as in {@code relu, maxout(3)}. */
  public static List<Spec> parseList(String text) {
    Check.that(text != null && !text.isBlank(), "the spec is empty");
    Parser parser = new Parser(text);
    List<Spec> list = new ArrayList<>();
    parser.list(list);
    parser.end();
    return list;
  }

  /** The canonical text; {@link #parse} of it gives an equal spec. */
  @Override
  public String toString() {
    List<String> arguments = new ArrayList<>(positional);
    named.forEach((key, value) -> arguments.add(key + "=" + value));
    return arguments.isEmpty() ? name : name + "(" + String.join(",", arguments) + ")";
  }

  /** Binds the arguments to the parameter names of the thing called, positional ones first. */
  Arguments bind(List<String> parameters) {
    Map<String, String> values = new LinkedHashMap<>();
    Check.that(
        positional.size() <= parameters.size(),
        "'%s' has %d arguments, but %s takes %s",
        this,
        positional.size(),
        name,
        describe(parameters));
    for (int i = 0; i < positional.size(); i++) {
      values.put(parameters.get(i), positional.get(i));
    }
    named.forEach(
        (key, value) -> {
          Check.that(
              parameters.contains(key),
              "'%s': %s has no argument '%s'; it takes %s%s",
              this,
              name,
              key,
              describe(parameters),
              Names.didYouMean(key, parameters));
          Check.that(values.put(key, value) == null, "'%s' gives '%s' twice", this, key);
        });
    return new Arguments(this, values);
  }

  private static String describe(List<String> parameters) {
    return parameters.isEmpty() ? "none" : parameters.stream().collect(Collectors.joining(", "));
  }

  /** Recursive descent over the grammar above. */
  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    void chain(List<Spec> into) {
      into.add(call());
      while (peek() == '.') {
        at++;
        String word = word();
        Check.that(
            word.equals("then"), "'%s': parts are joined by .then(...), not by .%s", text, word);
        expect('(');
        chain(into);
        expect(')');
      }
    }

    void list(List<Spec> into) {
      into.add(call());
      while (peek() == ',') {
        at++;
        into.add(call());
      }
    }

    private Spec call() {
      String name = word();
      List<String> positional = new ArrayList<>();
      Map<String, String> named = new LinkedHashMap<>();
      if (peek() == '(') {
        at++;
        while (peek() != ')') {
          argument(positional, named);
          if (peek() != ')') {
            expect(',');
          }
        }
        expect(')');
      }
      return new Spec(name, List.copyOf(positional), named);
    }

    private void argument(List<String> positional, Map<String, String> named) {
      String first = value();
      if (peek() == '=') {
        at++;
        Check.that(named.put(first, value()) == null, "'%s' gives '%s' twice", text, first);
      } else {
        Check.that(
            named.isEmpty(),
            "'%s': '%s' without a name must come before named arguments",
            text,
            first);
        positional.add(first);
      }
    }

    private String word() {
      String word = value();
      Check.that(
          Character.isLetter(word.charAt(0)), "'%s': a name was expected, found '%s'", text, word);
      return word;
    }

    /** A run of letters, digits, '_', '-', '+' and of points between digits. */
    private String value() {
      peek();
      int start = at;
      while (at < text.length() && isValueCharacter(at)) {
        at++;
      }
      String value = text.substring(start, at);
      Check.that(
          !value.isEmpty(),
          "'%s': a name or a value was expected at position %d, found %s",
          text,
          at + 1,
          found());
      return value;
    }

    private boolean isValueCharacter(int i) {
      char c = text.charAt(i);
      if (c == '.') {
        boolean digitBefore = i > 0 && Character.isDigit(text.charAt(i - 1));
        boolean digitAfter = i + 1 < text.length() && Character.isDigit(text.charAt(i + 1));
        return digitBefore || digitAfter;
      }
      return Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '+';
    }

    private void expect(char wanted) {
      Check.that(
          peek() == wanted,
          "'%s': '%s' was expected at position %d, found %s",
          text,
          wanted,
          at + 1,
          found());
      at++;
    }

    void end() {
      Check.that(peek() == 0, "'%s': unexpected %s at position %d", text, found(), at + 1);
    }

    private String found() {
      return peek() == 0 ? "the end" : "'" + peek() + "'";
    }

    /** The next character that is not blank, 0 at the end. */
    private char peek() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      return at < text.length() ? text.charAt(at) : 0;
    }
  }
}
