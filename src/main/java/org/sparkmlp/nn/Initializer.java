package org.sparkmlp.nn;

import java.util.List;
import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Activations;
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
 * <tr><td>{@code auto}</td><td>heUniform into relu units, glorotUniform into all others</td></tr>
 * </table>
 *
 * <p>The number of a weight is a hash of (seed, layer, element): it depends on nothing else.
 */
public final class Initializer {
  private static final int PURPOSE = 1;

  private record Rule(String spec, boolean normal, boolean he) {}

  private static final Registry<Rule> ALL = new Registry<>("weightInit");

  static {
    for (Rule rule :
        List.of(
            new Rule("auto", false, false),
            new Rule("glorotUniform", false, false),
            new Rule("glorotNormal", true, false),
            new Rule("heUniform", false, true),
            new Rule("heNormal", true, true))) {
      ALL.add(rule.spec, List.of(), arguments -> rule);
    }
    ALL.alias("glorot", "glorotUniform").alias("he", "heUniform");
  }

  private final Rule rule;

  private Initializer(Rule rule) {
    this.rule = rule;
  }

  /** The initializer that a spec names; an unknown name is an {@link IllegalArgumentException}. */
  public static Initializer parse(String spec) {
    return new Initializer(ALL.parse(spec));
  }

  public static List<String> names() {
    return ALL.names();
  }

  /** The flat vector that training starts from. */
  public float[] weights(Topology topology, long seed) {
    float[] weights = new float[topology.size()];
    for (int l = 1; l <= topology.depth(); l++) {
      int inputs = topology.units(l - 1);
      int outputs = topology.units(l);
      Rule used = rule.spec.equals("auto") ? matching(topology.activation(l)) : rule;
      double variance = used.he ? 2.0 / inputs : 2.0 / (inputs + outputs);
      fill(weights, topology.weightsOffset(l), inputs * outputs, used.normal, variance, seed, l);
    }
    return weights;
  }

  private static Rule matching(Activation activation) {
    return ALL.parse(activation == Activations.RELU ? "heUniform" : "glorotUniform");
  }

  private static void fill(
      float[] weights,
      int offset,
      int length,
      boolean normal,
      double variance,
      long seed,
      int layer) {
    double deviation = Math.sqrt(variance);
    double limit = Math.sqrt(3 * variance);
    int key1 = CounterRandom.hash(seed, PURPOSE, layer, 1, 0);
    int key2 = CounterRandom.hash(seed, PURPOSE, layer, 2, 0);
    for (int i = 0; i < length; i++) {
      int hash1 = CounterRandom.element(key1, i);
      weights[offset + i] =
          normal
              ? (float) (deviation * CounterRandom.gaussian(hash1, CounterRandom.element(key2, i)))
              : (float) (limit * (2 * CounterRandom.uniform(hash1) - 1));
    }
  }
}
