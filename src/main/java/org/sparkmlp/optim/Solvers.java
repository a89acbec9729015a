package org.sparkmlp.optim;

import java.util.List;
import org.sparkmlp.util.Arguments;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.Registry;

/** The solvers by name. */
public final class Solvers {
  private static final Registry<Solver> ALL =
      new Registry<Solver>("solver")
          .add("sgd", List.of(), a -> new Sgd())
          .add("momentum", List.of("momentum"), a -> new Momentum(fraction(a, "momentum", 0.9)))
          .add("nesterov", List.of("momentum"), a -> new Nesterov(fraction(a, "momentum", 0.9)))
          .add("adagrad", List.of("epsilon"), a -> new AdaGrad(epsilon(a, 1e-10)))
          .add(
              "rmsprop",
              List.of("rho", "epsilon"),
              a -> new RmsProp(fraction(a, "rho", 0.9), epsilon(a, 1e-8)))
          .add(
              "adam",
              List.of("beta1", "beta2", "epsilon"),
              a ->
                  new Adam(
                      fraction(a, "beta1", 0.9), fraction(a, "beta2", 0.999), epsilon(a, 1e-8)))
          .add(
              "radam",
              List.of("beta1", "beta2", "epsilon"),
              a ->
                  new RAdam(
                      fraction(a, "beta1", 0.9), fraction(a, "beta2", 0.999), epsilon(a, 1e-8)))
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

  public static List<String> names() {
    return ALL.names();
  }

  private static double fraction(Arguments a, String name, double byDefault) {
    return Check.fraction(a.number(name, byDefault), name + " of " + a.spec());
  }

  private static double epsilon(Arguments a, double byDefault) {
    return Check.positive(a.number("epsilon", byDefault), "epsilon of " + a.spec());
  }
}
