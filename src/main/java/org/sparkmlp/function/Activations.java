package org.sparkmlp.function;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.sparkmlp.util.Arguments;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.Registry;
import org.sparkmlp.util.Spec;

/**
 * The activations by name. Those without arguments are defined here, of one instance each; the
 * others, {@link LeakyRelu}, {@link Elu} and {@link Maxout}, have classes of their own.
 */
public final class Activations {
  /** f(z) = z. */
  public static final Activation IDENTITY = ofOutput("identity", z -> z, a -> 1);

  /** f(z) = 1 / (1 + e^-z); f' = a (1 - a). */
  public static final Activation SIGMOID =
      ofOutput("sigmoid", Activations::sigmoid, a -> a * (1 - a));

  /** f(z) = tanh z; f' = 1 - a². */
  public static final Activation TANH = ofOutput("tanh", Math::tanh, a -> 1 - a * a);

  /** f(z) = max(0, z); f' = 1 where a > 0, else 0 (so f'(0) = 0, as in PyTorch and Keras). */
  public static final Activation RELU = ofOutput("relu", z -> Math.max(0, z), a -> a > 0 ? 1 : 0);

  /** α of {@link #SELU}: from it and {@link #SELU_LAMBDA} follow mean 0 and variance 1. */
  public static final double SELU_ALPHA = 1.6732632423543772848170429916717;

  /** λ of {@link #SELU}. */
  public static final double SELU_LAMBDA = 1.0507009873554804934193349852946;

  /**
   * f(z) = λ z where z > 0, else λ α (e^z - 1); f' = λ where a > 0, else a + λ α.
   *
   * <p>Klambauer et al. 2017, Self-Normalizing Neural Networks: units keep mean 0 and variance 1 if
   * weights start as lecunNormal.
   */
  public static final Activation SELU =
      ofOutput(
          "selu",
          z -> SELU_LAMBDA * (z > 0 ? z : SELU_ALPHA * Math.expm1(z)),
          a -> a > 0 ? SELU_LAMBDA : a + SELU_LAMBDA * SELU_ALPHA);

  /**
   * f(z) = z Φ(z), with Φ(z) = (1 + erf(z/√2)) / 2; f' = Φ(z) + z φ(z), with φ(z) = e^(-z²/2) /
   * √(2π).
   *
   * <p>Hendrycks and Gimpel 2016; the exact form, as PyTorch's GELU is by default.
   */
  public static final Activation GELU =
      ofInput(
          "gelu",
          z -> z * normal(z),
          (z, a) -> normal(z) + z * Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI));

  /**
   * f(z) = z σ(z), with σ the sigmoid; f' = σ(z) + z σ(z) σ(-z).
   *
   * <p>Elfwing, Uchibe, Doya 2018; swish in Ramachandran et al. 2017.
   */
  public static final Activation SILU =
      ofInput(
          "silu",
          z -> z * sigmoid(z),
          (z, a) -> {
            double s = sigmoid(z);
            return s + z * s * sigmoid(-z);
          });

  /** f(z) = log(1 + e^z) (Dugas et al. 2001); f' = σ(z) = 1 - e^-a. */
  public static final Activation SOFTPLUS =
      ofOutput(
          "softplus",
          z -> Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
          a -> -Math.expm1(-a));

  /** f(z) = z / (1 + |z|) (Bergstra et al. 2009); f' = (1 - |a|)². */
  public static final Activation SOFTSIGN =
      ofOutput("softsign", z -> z / (1 + Math.abs(z)), a -> (1 - Math.abs(a)) * (1 - Math.abs(a)));

  /** f(z) = max(-1, min(1, z)) (Collobert 2004); f' = 1 where -1 &lt; a &lt; 1, else 0. */
  public static final Activation HARDTANH =
      ofOutput("hardtanh", z -> Math.max(-1, Math.min(1, z)), a -> Math.abs(a) < 1 ? 1 : 0);

  private static final Registry<Activation> ALL = new Registry<>("activation");

  static {
    fixed(IDENTITY, "z");
    fixed(SIGMOID, "1 / (1 + e^-z)");
    fixed(TANH, "tanh z");
    fixed(RELU, "max(0, z)");
    ALL.add(
        "leakyrelu",
        "z where z > 0, else a z",
        List.of("a"),
        arguments -> new LeakyRelu(arguments.number("a", 0.01)));
    ALL.add(
        "elu",
        "z where z > 0, else alpha (e^z - 1)",
        List.of("alpha"),
        arguments -> new Elu(arguments.number("alpha", 1)));
    fixed(SELU, "1.0507 z where z > 0, else 1.7581 (e^z - 1)");
    fixed(GELU, "z (1 + erf(z / sqrt 2)) / 2");
    fixed(SILU, "z / (1 + e^-z)");
    fixed(SOFTPLUS, "log(1 + e^z)");
    fixed(SOFTSIGN, "z / (1 + abs z)");
    fixed(HARDTANH, "max(-1, min(1, z))");
    ALL.add(
        "maxout",
        "the largest of so many sums a unit, each with weights of its own",
        List.of("pieces"),
        arguments -> new Maxout(arguments.integer("pieces", 2)));
    ALL.alias("swish", "silu");
  }

  private Activations() {}

  private static void fixed(Activation activation, String formula) {
    ALL.add(activation.spec(), formula, List.of(), arguments -> activation);
  }

  /** The activation that a spec names; an unknown name is an {@link IllegalArgumentException}. */
  public static Activation parse(String spec) {
    return ALL.parse(spec);
  }

  /** The activations that a list of specs names, as in {@code relu, tanh, maxout(3)}. */
  public static List<Activation> parseList(String specs) {
    return Spec.parseList(specs).stream().map(ALL::make).toList();
  }

  /**
   * The activations of so many hidden layers: one spec is for all of them, a list has one a layer.
   */
  public static List<Activation> forLayers(String specs, int hiddenLayers) {
    List<Activation> list = parseList(specs);
    if (list.size() == 1) {
      return Collections.nCopies(hiddenLayers, list.get(0));
    }
    Check.that(
        list.size() == hiddenLayers,
        "activation = '%s' names %d activations, but there are %d hidden layers; give one for all of them, or one for"
            + " each",
        specs,
        list.size(),
        hiddenLayers);
    return list;
  }

  /** The text that {@link #forLayers} makes these activations from. */
  public static String specs(List<Activation> activations) {
    List<String> specs = new ArrayList<>();
    activations.forEach(activation -> specs.add(activation.spec()));
    if (specs.isEmpty()) {
      return IDENTITY.spec();
    }
    boolean same = specs.stream().allMatch(specs.get(0)::equals);
    return same ? specs.get(0) : specs.stream().collect(Collectors.joining(", "));
  }

  /**
   * Makes an activation of your own known by name, for this JVM: to params, config files and saved
   * models. Do so before such a model is loaded. Executors need its class, not this call.
   *
   * @param parameters names of its arguments, in positional order
   * @param make from the arguments of a spec to the activation, whose {@link Activation#spec} must
   *     be a spec of that name again
   * @throws IllegalArgumentException if the name is taken
   */
  public static void register(
      String name, List<String> parameters, Function<Arguments, Activation> make) {
    ALL.register(name, parameters, make);
  }

  /** Names of the library's own activations. */
  public static List<String> names() {
    return ALL.names();
  }

  /** Formula of an activation of the library, in a line. */
  public static String meaning(String name) {
    return ALL.meaning(name);
  }

  /** The other names of an activation. */
  public static List<String> aliases(String name) {
    return ALL.aliases(name);
  }

  private static double sigmoid(double z) {
    return 1 / (1 + Math.exp(-z));
  }

  /** Φ, the distribution function of the standard normal. */
  private static double normal(double z) {
    return 0.5 * (1 + Erf.value(z * Math.sqrt(0.5)));
  }

  /** Its derivative is told by the output. */
  private static Activation ofOutput(
      String name, DoubleUnaryOperator value, DoubleUnaryOperator derivative) {
    return new Named(name, value, (z, a) -> derivative.applyAsDouble(a), false);
  }

  /** Its derivative takes the input. */
  private static Activation ofInput(
      String name, DoubleUnaryOperator value, DoubleBinaryOperator derivative) {
    return new Named(name, value, derivative, true);
  }

  private static final class Named implements Activation {
    private final String name;
    private final transient DoubleUnaryOperator value;
    private final transient DoubleBinaryOperator derivative;
    private final transient boolean needsInput;

    Named(
        String name,
        DoubleUnaryOperator value,
        DoubleBinaryOperator derivative,
        boolean needsInput) {
      this.name = name;
      this.value = value;
      this.derivative = derivative;
      this.needsInput = needsInput;
    }

    @Override
    public String spec() {
      return name;
    }

    @Override
    public double value(double z) {
      return value.applyAsDouble(z);
    }

    @Override
    public double derivative(double z, double a) {
      return derivative.applyAsDouble(z, a);
    }

    @Override
    public boolean needsInput() {
      return needsInput;
    }

    @Override
    public String toString() {
      return name;
    }

    /** One instance a JVM, so that backends recognise it. */
    private Object readResolve() {
      return parse(name);
    }
  }
}
