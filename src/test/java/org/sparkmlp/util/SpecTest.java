package org.sparkmlp.util;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecTest {
  private static final Registry<String> THINGS =
      new Registry<String>("thing")
          .add("plain", List.of(), a -> "plain")
          .add(
              "pair",
              List.of("first", "second"),
              a -> a.number("first", 1) + "/" + a.integer("second", 2))
          .alias("two", "pair");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "relu",
        "adam(beta1=0.9)",
        "warmup(2ep)",
        "f(1,-2.5e-3,x=true)",
        "l-bfgs(memory=7)"
      })
  void textOfAParsedSpecIsTheSpec(String text) {
    assertThat(Spec.parse(text).toString()).isEqualTo(text);
    assertThat(Spec.parse(Spec.parse(text).toString())).isEqualTo(Spec.parse(text));
  }

  @Test
  void blanksAndChains() {
    assertThat(Spec.parseChain(" warmup( 2ep ) . then( constant(length=3ep).then(cosine) ) "))
        .extracting(Spec::toString)
        .containsExactly("warmup(2ep)", "constant(length=3ep)", "cosine");
    assertThat(Spec.parse("plain()").toString()).isEqualTo("plain");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "\"\"            | the spec is empty",
        "f(            | a name or a value was expected at position 3, found the end",
        "f(1           | ',' was expected at position 4, found the end",
        "f(1))         | unexpected ')' at position 5",
        "f(a=1,2)      | '2' without a name must come before named arguments",
        "f(a=1,a=2)    | gives 'a' twice",
        "f.than(g)     | parts are joined by .then(...), not by .than",
        "7             | a name was expected, found '7'",
        "f(a=)         | a name or a value was expected at position 5, found ')'",
        "a b           | unexpected 'b' at position 3",
        "f.then(g)     | is a chain; only one of its parts is allowed here"
      })
  void badSpecsSayWhatIsWrong(String text, String message) {
    assertThatThrownBy(() -> Spec.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void registryBindsPositionalAndNamedArguments() {
    assertThat(THINGS.parse("pair(3,second=4)")).isEqualTo("3.0/4");
    assertThat(THINGS.parse("two(3)")).isEqualTo("3.0/2");
    assertThat(THINGS.names()).containsExactly("plain", "pair");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pare                 | unknown thing 'pare'; known are plain, pair, two; did you mean 'pair'?",
        "zzzzzzzz             | unknown thing 'zzzzzzzz'; known are plain, pair, two",
        "plain(1)             | has 1 arguments, but plain takes none",
        "pair(frist=1)        | pair has no argument 'frist'; it takes first, second; did you mean 'first'?",
        "pair(1,first=2)      | gives 'first' twice",
        "pair(first=x)        | first must be a number, got 'x'",
        "pair(second=1.5)     | second must be a whole number, got 1.5"
      })
  void registryNamesWhatIsWrongWhatIsAllowedAndTheNearest(String text, String message) {
    assertThatThrownBy(() -> THINGS.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void listsHaveCommasBetweenCallsAndWithinThem() {
    assertThat(Spec.parseList(" relu , f(1, x=2),maxout( 3 )"))
        .extracting(Spec::toString)
        .containsExactly("relu", "f(1,x=2)", "maxout(3)");
    assertThat(Spec.parseList("relu")).hasSize(1);
    assertThatThrownBy(() -> Spec.parseList("relu tanh"))
        .hasMessage("'relu tanh': unexpected 't' at position 6");
    assertThatThrownBy(() -> Spec.parseList("relu,,tanh"))
        .hasMessageContaining("a name or a value was expected at position 6, found ','");
    assertThatThrownBy(() -> Spec.parseList(" ")).hasMessage("the spec is empty");
  }

  @Test
  void whatUsersRegisterIsParsedButNotListed() {
    Registry<String> things =
        new Registry<String>("thing").add("a", List.of(), x -> "a").alias("b", "a");
    things.register("mine", List.of("x"), arguments -> "mine " + arguments.number("x", 1));
    assertThat(things.parse("mine(x=2)")).isEqualTo("mine 2.0");
    assertThat(things.names()).containsExactly("a");
    assertThat(things.aliases("a")).containsExactly("b");
    assertThatThrownBy(() -> things.parse("minn"))
        .hasMessage("unknown thing 'minn'; known are a, mine, b; did you mean 'mine'?");
    for (String taken : List.of("a", "b", "mine")) {
      assertThatThrownBy(() -> things.register(taken, List.of(), x -> ""))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("thing '" + taken + "' is already known");
    }
    assertThatThrownBy(() -> things.register("f(x)", List.of(), x -> ""))
        .hasMessage(
            "thing 'f(x)' can't be registered: a name is letters, digits, '_' and '-', without arguments");
  }

  @Test
  void manyThreadsMayRegisterAndParse() {
    Registry<Integer> numbers = new Registry<>("number");
    IntStream.range(0, 2000)
        .parallel()
        .forEach(
            i -> {
              numbers.register("n" + i, List.of(), arguments -> i);
              assertThat(numbers.parse("n" + i)).isEqualTo(i);
              assertThat(numbers.names()).isEmpty();
            });
    assertThat(numbers.parse("n1999")).isEqualTo(1999);
  }
}
