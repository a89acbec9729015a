package org.sparkmlp.function;

import java.util.List;
import java.util.function.Function;
import org.sparkmlp.util.Arguments;
import org.sparkmlp.util.Registry;

/** The losses by name. */
public final class Losses {
  /** Softmax cross-entropy without smoothing. */
  public static final Loss SOFTMAX_CROSS_ENTROPY = new SoftmaxCrossEntropy(0);

  public static final Loss BINARY_CROSS_ENTROPY = new BinaryCrossEntropy();

  public static final Loss MEAN_SQUARED_ERROR = new MeanSquaredError();

  private static final Registry<Loss> ALL = new Registry<>("loss");

  static {
    ALL.add(
            "softmaxCrossEntropy",
            "log sum e^z - sum y z for one class of several; labelSmoothing divides that share of a target among all"
                + " classes",
            List.of("labelSmoothing"),
            arguments -> new SoftmaxCrossEntropy(arguments.number("labelSmoothing", 0)))
        .add(
            "binaryCrossEntropy",
            "sum log(1 + e^z) - y z: two classes, or several labels that hold or not",
            List.of(),
            arguments -> BINARY_CROSS_ENTROPY)
        .add(
            "hinge",
            "sum max(0, 1 - (2 y - 1) z): margins, each class against the rest",
            List.of(),
            arguments -> new Hinge())
        .add(
            "meanSquaredError",
            "mean of (z - y)²; predicts the mean",
            List.of(),
            arguments -> MEAN_SQUARED_ERROR)
        .add(
            "absoluteError",
            "mean of abs(z - y); predicts the median",
            List.of(),
            arguments -> new AbsoluteError())
        .add(
            "huber",
            "mean of d²/2 with d = z - y, beyond delta of delta (abs d - delta/2): outliers count less",
            List.of("delta"),
            arguments -> new Huber(arguments.number("delta", 1)))
        .add(
            "quantile",
            "mean of tau (y - z) where y > z, else (1 - tau) (z - y); predicts the tau-quantile",
            List.of("tau"),
            arguments -> new Quantile(arguments.number("tau", 0.5)))
        .add(
            "poisson",
            "mean of e^z - y z: counts; predicts e^z; targets >= 0",
            List.of(),
            arguments -> new Poisson())
        .add(
            "gamma",
            "mean of z + y e^-z: positive numbers that vary as their mean; predicts e^z; targets > 0",
            List.of(),
            arguments -> new Gamma())
        .add(
            "tweedie",
            "mean of e^((2-p) z) / (2-p) + y e^((1-p) z) / (p-1), 1 < p < 2: amounts that are often 0; predicts e^z;"
                + " targets >= 0",
            List.of("p"),
            arguments -> new Tweedie(arguments.number("p", 1.5)))
        .alias("sigmoidCrossEntropy", "binaryCrossEntropy")
        .alias("squaredError", "meanSquaredError");
  }

  private Losses() {}

  /** The loss that a spec names; an unknown name is an {@link IllegalArgumentException}. */
  public static Loss parse(String spec) {
    return ALL.parse(spec);
  }

  /**
   * Makes a loss of your own known by name, for this JVM: to params, config files and saved models.
   * Do so before such a model is loaded. Executors need its class, not this call.
   *
   * @param parameters names of its arguments, in positional order
   * @param make from the arguments of a spec to the loss, whose {@link Loss#spec} must be a spec of
   *     that name again
   * @throws IllegalArgumentException if the name is taken
   */
  public static void register(
      String name, List<String> parameters, Function<Arguments, Loss> make) {
    ALL.register(name, parameters, make);
  }

  /** Names of the library's own losses. */
  public static List<String> names() {
    return ALL.names();
  }

  /** Formula of a loss of the library, in a line. */
  public static String meaning(String name) {
    return ALL.meaning(name);
  }

  /** The other names of a loss. */
  public static List<String> aliases(String name) {
    return ALL.aliases(name);
  }

  /** Names of the library's own losses that can be trained on class labels. */
  public static List<String> namesForClasses() {
    return names().stream().filter(name -> parse(name).forClasses()).toList();
  }
}
