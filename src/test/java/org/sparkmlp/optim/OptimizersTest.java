package org.sparkmlp.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlp.Golden;
import org.sparkmlp.backend.Backend;
import org.sparkmlp.backend.Backend.Buffer;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.util.Spec;

/**
 * The definitions in double, and every backend's float kernels, against PyTorch on the same
 * gradients.
 */
public class OptimizersTest {
  private static final JsonNode GOLDEN = Golden.read("optimizers.json");
  private static final double RATE = GOLDEN.get("rate").asDouble();
  private static final double[] START = Golden.numbers(GOLDEN.get("start"));
  private static final double[][] GRADIENTS = Golden.table(GOLDEN.get("gradients"));

  static Set<String> backends() {
    return new TreeSet<>(Backends.names());
  }

  @Test
  void definitionsEqualPyTorch() {
    forEveryGolden(
        (spec, rate, path) -> {
          Optimizer optimizer = (Optimizer) Solvers.parse(spec);
          double[] w = START.clone();
          double[][] slots = new double[w.length][optimizer.slots().size()];
          for (int t = 0; t < GRADIENTS.length; t++) {
            double[] c = optimizer.coefficients(rate.applyAsDouble(t), t + 1);
            for (int i = 0; i < w.length; i++) {
              w[i] = optimizer.update(w[i], GRADIENTS[t][i], slots[i], c);
              assertThat(w[i])
                  .as("%s, step %d, weight %d", spec, t, i)
                  .isCloseTo(path[t][i], within(1e-12));
            }
          }
        });
  }

  @ParameterizedTest
  @MethodSource("backends")
  void floatKernelsEqualPyTorch(String name) {
    floatKernelsEqualPyTorch(Backends.get(name));
  }

  /** Every optimizer on a backend. */
  public static void floatKernelsEqualPyTorch(Backend backend) {
    forEveryGolden(
        (spec, rate, path) -> checkFloats(backend, (Optimizer) Solvers.parse(spec), rate, path));
  }

  @Test
  void aRuleThatNoBackendKnowsRunsByItsDefinition() {
    aRuleThatItDoesNotKnowRunsByItsDefinition(Backends.get("auto"));
  }

  /** A user's own optimizer on a backend. */
  public static void aRuleThatItDoesNotKnowRunsByItsDefinition(Backend backend) {
    Optimizer known = (Optimizer) Solvers.parse("adam");
    Optimizer unknown =
        new Optimizer() {
          @Override
          public String spec() {
            return "mine";
          }

          @Override
          public java.util.List<String> slots() {
            return known.slots();
          }

          @Override
          public double defaultStepSize() {
            return 1;
          }

          @Override
          public double[] coefficients(double rate, long step) {
            return known.coefficients(rate, step);
          }

          @Override
          public double update(double w, double g, double[] s, double[] c) {
            return known.update(w, g, s, c);
          }
        };
    double[][] path = Golden.table(GOLDEN.get("constant").get("adam"));
    checkFloats(backend, unknown, t -> RATE, path);
  }

  private static void checkFloats(
      Backend backend, Optimizer optimizer, IntToDoubleFunction rate, double[][] path) {
    int n = START.length;
    Buffer w = backend.allocate(n);
    Buffer g = backend.allocate(n);
    Buffer[] slots = new Buffer[optimizer.slots().size()];
    Arrays.setAll(slots, j -> backend.allocate(n));
    float[] values = floats(START, 1);
    backend.upload(values, 0, w, 0, n);
    for (int t = 0; t < GRADIENTS.length; t++) {
      // sums over a batch of weight 4, as training has them
      backend.upload(floats(GRADIENTS[t], 4), 0, g, 0, n);
      backend.update(optimizer, n, w, g, 0.25f, slots, rate.applyAsDouble(t), t + 1);
      backend.download(w, 0, values, 0, n);
      for (int i = 0; i < n; i++) {
        assertThat((double) values[i])
            .as("%s on %s, step %d, weight %d", optimizer.spec(), backend.name(), t, i)
            .isCloseTo(path[t][i], within(1e-6 * Math.max(1, Math.abs(path[t][i]))));
      }
    }
  }

  @Test
  void everyOptimizerHasGoldenNumbers() {
    Set<String> seen = new TreeSet<>();
    GOLDEN.get("constant").fieldNames().forEachRemaining(s -> seen.add(Spec.parse(s).name()));
    Set<String> all = new TreeSet<>(Solvers.names());
    assertThat(all).hasSize(14).contains("l-bfgs"); // l-bfgs is Breeze's: see LbfgsTrainerTest
    all.remove("l-bfgs");
    assertThat(seen).isEqualTo(all);
  }

  @Test
  void gdIsSparksNameOfSgd() {
    assertThat(Solvers.parse("gd")).isEqualTo(new Sgd());
  }

  /** In floats r - m² may round to less than 0 where the gradient hardly changes. */
  @ParameterizedTest
  @MethodSource("backends")
  void centeredRmsPropCopesWithAConstantGradient(String name) {
    centeredRmsPropCopesWithAConstantGradient(Backends.get(name));
  }

  /** Likewise on another backend. */
  public static void centeredRmsPropCopesWithAConstantGradient(Backend backend) {
    Optimizer optimizer = (Optimizer) Solvers.parse("rmsprop(centered=true)");
    Buffer w = backend.allocate(100);
    Buffer g = backend.allocate(100);
    float[] values = new float[100];
    for (int i = 0; i < 100; i++) {
      values[i] = 0.1f * (i + 1);
    }
    backend.upload(values, 0, g, 0, 100);
    Buffer[] slots = {backend.allocate(100), backend.allocate(100)};
    for (int t = 1; t <= 500; t++) {
      backend.update(optimizer, 100, w, g, 1, slots, 1e-12, t);
    }
    backend.download(w, 0, values, 0, 100);
    for (float value : values) {
      assertThat(value).isFinite();
    }
  }

  @Test
  void specsAreRoundTrips() {
    for (String name : Solvers.names()) {
      Solver solver = Solvers.parse(name);
      assertThat(Solvers.parse(solver.spec())).isEqualTo(solver);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "adamm                | unknown solver 'adamm'; known are sgd, momentum",
        "adamm                | did you mean 'adam'?",
        "adam(beta1=1)        | beta1 of adam(beta1=1) must be in [0, 1), got 1.0",
        "adam(beta=0.9)       | adam has no argument 'beta'; it takes beta1, beta2, epsilon",
        "rmsprop(epsilon=0)   | epsilon of rmsprop(epsilon=0) must be a finite number > 0, got 0.0",
        "rmsprop(centered=1)  | centered must be one of false, true, got '1'",
        "adamw(weightDecay=-1) | weightDecay of adamw(weightDecay=-1) must be a finite number >= 0, got -1.0",
        "nadam(momentumDecay=-1) | momentumDecay of nadam(momentumDecay=-1) must be a finite number >= 0",
        "lion(beta2=1)        | beta2 of lion(beta2=1) must be in [0, 1), got 1.0",
        "adadelta(rho=1)      | rho of adadelta(rho=1) must be in [0, 1), got 1.0",
        "momentum(-0.5)       | momentum of momentum(-0.5) must be in [0, 1), got -0.5",
        "l-bfgs(memory=0)     | memory of l-bfgs must be at least 1, got 0",
        "l-bfgs(memory=1.5)   | memory must be a whole number, got 1.5"
      })
  void badSpecsSayWhatIsWrong(String spec, String message) {
    assertThatThrownBy(() -> Solvers.parse(spec))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @FunctionalInterface
  private interface Check {
    void run(String spec, IntToDoubleFunction rate, double[][] path);
  }

  private static void forEveryGolden(Check check) {
    GOLDEN
        .get("constant")
        .properties()
        .forEach(e -> check.run(e.getKey(), t -> RATE, Golden.table(e.getValue())));
    GOLDEN
        .get("invsqrt")
        .properties()
        .forEach(
            e -> check.run(e.getKey(), t -> RATE / Math.sqrt(t + 1), Golden.table(e.getValue())));
  }

  private static float[] floats(double[] values, double scale) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) (values[i] * scale);
    }
    return floats;
  }
}
