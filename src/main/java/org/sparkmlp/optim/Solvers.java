package org.sparkmlp.optim;

import java.util.List;
import java.util.function.Function;
import org.sparkmlp.util.Arguments;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.Registry;

/**
 * The solvers by name.
 *
 * <p>{@code gd}, the name that Spark's MultilayerPerceptronClassifier has for gradient descent on
 * all rows, is another name of {@code sgd}: with batchSize at least the number of rows and one
 * update a round it does the same.
 */
public final class Solvers {
  private static final Registry<Solver> ALL =
      new Registry<Solver>("solver")
          .add("sgd", List.of(), a -> new Sgd())
          .alias("gd", "sgd")
          .add("momentum", List.of("momentum"), a -> new Momentum(fraction(a, "momentum", 0.9)))
          .add("nesterov", List.of("momentum"), a -> new Nesterov(fraction(a, "momentum", 0.9)))
          .add("adagrad", List.of("epsilon"), a -> new AdaGrad(epsilon(a, 1e-10)))
          .add(
              "adadelta",
              List.of("rho", "epsilon"),
              a -> new AdaDelta(fraction(a, "rho", 0.9), epsilon(a, 1e-6)))
          .add(
              "rmsprop",
              List.of("rho", "epsilon", "centered"),
              a ->
                  new RmsProp(
                      fraction(a, "rho", 0.9),
                      epsilon(a, 1e-8),
                      a.oneOf("centered", List.of("false", "true")).equals("true")))
          .add(
              "adam",
              List.of("beta1", "beta2", "epsilon"),
              a -> new Adam(beta1(a), beta2(a), epsilon(a, 1e-8)))
          .add(
              "amsgrad",
              List.of("beta1", "beta2", "epsilon"),
              a -> new AmsGrad(beta1(a), beta2(a), epsilon(a, 1e-8)))
          .add(
              "adamw",
              List.of("beta1", "beta2", "epsilon", "weightDecay"),
              a ->
                  new AdamW(
                      beta1(a), beta2(a), epsilon(a, 1e-8), nonNegative(a, "weightDecay", 0.01)))
          .add(
              "adamax",
              List.of("beta1", "beta2", "epsilon"),
              a -> new AdaMax(beta1(a), beta2(a), epsilon(a, 1e-8)))
          .add(
              "nadam",
              List.of("beta1", "beta2", "epsilon", "momentumDecay"),
              a ->
                  new NAdam(
                      beta1(a), beta2(a), epsilon(a, 1e-8), nonNegative(a, "momentumDecay", 0.004)))
          .add(
              "radam",
              List.of("beta1", "beta2", "epsilon"),
              a -> new RAdam(beta1(a), beta2(a), epsilon(a, 1e-8)))
          .add(
              "lion",
              List.of("beta1", "beta2", "weightDecay"),
              a -> new Lion(beta1(a), fraction(a, "beta2", 0.99), nonNegative(a, "weightDecay", 0)))
          .add(
              "l-bfgs",
              List.of("memory"),
              a -> new Lbfgs(Check.atLeast(1, a.integer("memory", 10), "memory of l-bfgs")))
          .alias("lbfgs", "l-bfgs");

  private Solvers() {}

  /**
   * The solver that a spec names; a bad one is an {@link IllegalArgumentException} that says what
   * is known.
   */
  public static Solver parse(String spec) {
    return ALL.parse(spec);
  }

  /**
   * Makes a rule of one's own known by a name, for all of this JVM: {@code solver = "name(...)"} is
   * then understood. Do it before the name is used, on the driver; executors need the class alone.
   *
   * @param parameters names of the arguments, in the order in which they may be given without names
   * @param make makes the rule of its arguments; {@link Optimizer#spec} of it must be a spec that
   *     makes an equal one
   * @throws IllegalArgumentException if the name is known already
   */
  public static void register(
      String name, List<String> parameters, Function<Arguments, Optimizer> make) {
    ALL.register(name, parameters, make::apply);
  }

  /** Names of the library's own solvers. */
  public static List<String> names() {
    return ALL.names();
  }

  /** The other names of a solver. */
  public static List<String> aliases(String name) {
    return ALL.aliases(name);
  }

  private static double beta1(Arguments a) {
    return fraction(a, "beta1", 0.9);
  }

  private static double beta2(Arguments a) {
    return fraction(a, "beta2", 0.999);
  }

  private static double fraction(Arguments a, String name, double byDefault) {
    return Check.fraction(a.number(name, byDefault), name + " of " + a.spec());
  }

  private static double epsilon(Arguments a, double byDefault) {
    return Check.positive(a.number("epsilon", byDefault), "epsilon of " + a.spec());
  }

  private static double nonNegative(Arguments a, String name, double byDefault) {
    double value = a.number(name, byDefault);
    Check.that(
        value >= 0 && value < Double.POSITIVE_INFINITY,
        "%s of %s must be a finite number >= 0, got %s",
        name,
        a.spec(),
        value);
    return value;
  }
}
