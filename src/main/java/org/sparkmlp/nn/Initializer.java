package org.sparkmlp.nn;

import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.QRDecomposition;
import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Elu;
import org.sparkmlp.function.LeakyRelu;
import org.sparkmlp.function.Maxout;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.CounterRandom;
import org.sparkmlp.util.Registry;

/**
 * Where training starts: weights at random with a variance that keeps signals alive through the
 * layers, biases 0. For a layer with i inputs and o outputs:
 *
 * <table>
 * <caption>Distribution of a weight</caption>
 * <tr><td>{@code glorotUniform}</td><td>uniform on ±√(6 / (i + o)) (Glorot and Bengio 2010)</td></tr>
 * <tr><td>{@code glorotNormal}</td><td>normal with variance 2 / (i + o)</td></tr>
 * <tr><td>{@code heUniform}</td><td>uniform on ±√(6 / i) (He et al. 2015)</td></tr>
 * <tr><td>{@code heNormal}</td><td>normal with variance 2 / i</td></tr>
 * <tr><td>{@code lecunUniform}</td><td>uniform on ±√(3 / i) (LeCun et al. 1998)</td></tr>
 * <tr><td>{@code lecunNormal}</td><td>normal with variance 1 / i</td></tr>
 * <tr><td>{@code orthogonal}</td><td>gain times a random matrix whose rows or columns, the fewer,
 *     are orthonormal (Saxe et al. 2014)</td></tr>
 * <tr><td>{@code auto}</td><td>heUniform into relu, leakyrelu, elu, gelu, silu and maxout units,
 *     lecunNormal into selu units, glorotUniform into all others</td></tr>
 * </table>
 *
 * <p>Each piece of maxout units is a matrix i x o of its own. The number of a weight is a hash of
 * (seed, layer, element): it depends on nothing else.
 */
public final class Initializer {
  private static final int PURPOSE = 1;

  /** The weights of one layer. */
  private interface Rule {
    void fill(Layer layer, Activation activation);
  }

  /** Where the weights of a layer go, and the keys of its random numbers. */
  private record Layer(
      float[] weights, int offset, int inputs, int units, int pieces, int key1, int key2) {
    int length() {
      return inputs * units * pieces;
    }

    double gaussian(int i) {
      return CounterRandom.gaussian(CounterRandom.element(key1, i), CounterRandom.element(key2, i));
    }
  }

  private static final Registry<Rule> ALL = new Registry<>("weightInit");

  private static final Rule GLOROT = uniform((in, out) -> 2.0 / (in + out));
  private static final Rule HE = uniform((in, out) -> 2.0 / in);
  private static final Rule LECUN_NORMAL = normal((in, out) -> 1.0 / in);

  static {
    add(
        "auto",
        "he into relu, leakyrelu, elu, gelu, silu and maxout, lecunNormal into selu, glorot into others",
        (layer, activation) -> matching(activation).fill(layer, activation));
    add("glorotUniform", "uniform on ±sqrt(6 / (inputs + outputs))", GLOROT);
    add(
        "glorotNormal",
        "normal with variance 2 / (inputs + outputs)",
        normal((in, out) -> 2.0 / (in + out)));
    add("heUniform", "uniform on ±sqrt(6 / inputs)", HE);
    add("heNormal", "normal with variance 2 / inputs", normal((in, out) -> 2.0 / in));
    add("lecunUniform", "uniform on ±sqrt(3 / inputs)", uniform((in, out) -> 1.0 / in));
    add("lecunNormal", "normal with variance 1 / inputs", LECUN_NORMAL);
    ALL.add(
        "orthogonal",
        "gain (1 unless given) times a random matrix of orthonormal rows or columns, the fewer",
        List.of("gain"),
        arguments -> orthogonal(arguments.number("gain", 1)));
    ALL.alias("glorot", "glorotUniform").alias("he", "heUniform").alias("lecun", "lecunUniform");
  }

  private final Rule rule;

  private Initializer(Rule rule) {
    this.rule = rule;
  }

  private static void add(String name, String meaning, Rule rule) {
    ALL.add(name, meaning, List.of(), arguments -> rule);
  }

  /** The initializer that a spec names; an unknown name is an {@link IllegalArgumentException}. */
  public static Initializer parse(String spec) {
    return new Initializer(ALL.parse(spec));
  }

  public static List<String> names() {
    return ALL.names();
  }

  /** What an initializer does, in a line. */
  public static String meaning(String name) {
    return ALL.meaning(name);
  }

  /** The other names of an initializer. */
  public static List<String> aliases(String name) {
    return ALL.aliases(name);
  }

  /** The argument names of an initializer. */
  public static List<String> parameters(String name) {
    return ALL.parameters(name);
  }

  /** The flat vector that training starts from. */
  public float[] weights(Topology topology, long seed) {
    float[] weights = new float[topology.size()];
    for (int l = 1; l <= topology.depth(); l++) {
      Activation activation = topology.activation(l);
      Layer layer =
          new Layer(
              weights,
              topology.weightsOffset(l),
              topology.units(l - 1),
              topology.units(l),
              activation.pieces(),
              CounterRandom.hash(seed, PURPOSE, l, 1, 0),
              CounterRandom.hash(seed, PURPOSE, l, 2, 0));
      rule.fill(layer, activation);
    }
    return weights;
  }

  private static Rule matching(Activation activation) {
    boolean reluLike =
        activation == Activations.RELU
            || activation instanceof LeakyRelu
            || activation instanceof Elu
            || activation == Activations.GELU
            || activation == Activations.SILU
            || activation instanceof Maxout;
    return reluLike ? HE : activation == Activations.SELU ? LECUN_NORMAL : GLOROT;
  }

  /** Of inputs and outputs. */
  private interface Variance {
    double of(int in, int out);
  }

  private static Rule normal(Variance variance) {
    return (layer, activation) -> {
      double deviation = Math.sqrt(variance.of(layer.inputs, layer.units));
      for (int i = 0; i < layer.length(); i++) {
        layer.weights[layer.offset + i] = (float) (deviation * layer.gaussian(i));
      }
    };
  }

  private static Rule uniform(Variance variance) {
    return (layer, activation) -> {
      double limit = Math.sqrt(3 * variance.of(layer.inputs, layer.units));
      for (int i = 0; i < layer.length(); i++) {
        double random = CounterRandom.uniform(CounterRandom.element(layer.key1, i));
        layer.weights[layer.offset + i] = (float) (limit * (2 * random - 1));
      }
    };
  }

  private static Rule orthogonal(double gain) {
    Check.positive(gain, "orthogonal: gain");
    return (layer, activation) -> {
      for (int piece = 0; piece < layer.pieces; piece++) {
        DMatrixRMaj matrix = orthonormal(layer, piece);
        boolean transposed = matrix.numRows != layer.inputs;
        for (int i = 0; i < layer.inputs; i++) {
          for (int j = 0; j < layer.units; j++) {
            double value = transposed ? matrix.get(j, i) : matrix.get(i, j);
            int at = (i * layer.pieces + piece) * layer.units + j;
            layer.weights[layer.offset + at] = (float) (gain * value);
          }
        }
      }
    };
  }

  /**
   * Q of a tall gaussian matrix, its columns turned so that R has a positive diagonal: then Q is
   * uniformly distributed (Mezzadri 2007).
   */
  private static DMatrixRMaj orthonormal(Layer layer, int piece) {
    int rows = Math.max(layer.inputs, layer.units);
    int columns = Math.min(layer.inputs, layer.units);
    DMatrixRMaj gaussian = new DMatrixRMaj(rows, columns);
    for (int i = 0; i < gaussian.data.length; i++) {
      gaussian.data[i] = layer.gaussian(piece * gaussian.data.length + i);
    }
    QRDecomposition<DMatrixRMaj> qr = DecompositionFactory_DDRM.qr(rows, columns);
    Check.that(qr.decompose(gaussian), "the decomposition of a random matrix failed");
    DMatrixRMaj q = qr.getQ(null, true);
    DMatrixRMaj r = qr.getR(null, true);
    for (int j = 0; j < columns; j++) {
      double sign = r.get(j, j) < 0 ? -1 : 1;
      for (int i = 0; i < rows; i++) {
        q.set(i, j, sign * q.get(i, j));
      }
    }
    return q;
  }
}
