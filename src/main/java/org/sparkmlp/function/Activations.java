package org.sparkmlp.function;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.sparkmlp.util.Registry;

/** The activations by name. */
public final class Activations {
  /** f(z) = z. */
  public static final Activation IDENTITY = new Named("identity", z -> z, a -> 1);

  /** f(z) = 1 / (1 + e^-z); f' = a (1 - a). */
  public static final Activation SIGMOID =
      new Named("sigmoid", z -> 1 / (1 + Math.exp(-z)), a -> a * (1 - a));

  /** f(z) = tanh z; f' = 1 - a². */
  public static final Activation TANH = new Named("tanh", Math::tanh, a -> 1 - a * a);

  /** f(z) = max(0, z); f' = 1 where a > 0, else 0 (so f'(0) = 0, as in PyTorch and Keras). */
  public static final Activation RELU = new Named("relu", z -> Math.max(0, z), a -> a > 0 ? 1 : 0);

  private static final Registry<Activation> ALL = new Registry<>("activation");

  static {
    for (Activation fixed : List.of(IDENTITY, SIGMOID, TANH, RELU)) {
      ALL.add(fixed.spec(), List.of(), arguments -> fixed);
    }
  }

  private Activations() {}

  /** The activation that a spec names; an unknown name is an {@link IllegalArgumentException}. */
  public static Activation parse(String spec) {
    return ALL.parse(spec);
  }

  public static List<String> names() {
    return ALL.names();
  }

  private static final class Named implements Activation {
    private final String name;
    private final transient DoubleUnaryOperator value;
    private final transient DoubleUnaryOperator derivative;

    Named(String name, DoubleUnaryOperator value, DoubleUnaryOperator derivative) {
      this.name = name;
      this.value = value;
      this.derivative = derivative;
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
    public double derivative(double a) {
      return derivative.applyAsDouble(a);
    }

    /** One instance a JVM, so that backends recognise it. */
    private Object readResolve() {
      return parse(name);
    }
  }
}
