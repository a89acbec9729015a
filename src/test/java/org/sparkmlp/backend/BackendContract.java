package org.sparkmlp.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkmlp.Seeds;
import org.sparkmlp.backend.Backend.Buffer;
import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Elu;
import org.sparkmlp.function.Huber;
import org.sparkmlp.function.LeakyRelu;
import org.sparkmlp.function.Loss;
import org.sparkmlp.function.Losses;
import org.sparkmlp.function.SoftmaxCrossEntropy;
import org.sparkmlp.util.CounterRandom;

/** What every backend must do, against plain double loops and the formulas of {@code function}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackendContract {
  static final int[] SIZES = {1, 2, 3, 7, 16, 33, 65};

  /** Those that are held to it. */
  protected abstract Stream<Backend> backends();

  protected static Buffer upload(Backend backend, float[] values) {
    Buffer buffer = backend.allocate(values.length);
    backend.upload(values, 0, buffer, 0, values.length);
    return buffer;
  }

  protected static float[] download(Backend backend, Buffer buffer) {
    float[] values = new float[buffer.length()];
    backend.download(buffer, 0, values, 0, values.length);
    return values;
  }

  @ParameterizedTest
  @MethodSource("backends")
  protected void gemmOfAllShapesTransposesOffsetsAndStrides(Backend backend) {
    Random random = Seeds.random("gemm on " + backend.description());
    int checked = 0;
    for (int m : SIZES) {
      for (int n : SIZES) {
        for (int k : SIZES) {
          boolean ta = random.nextBoolean();
          boolean tb = random.nextBoolean();
          float beta = random.nextInt(3) * 0.5f;
          gemm(backend, random, ta, tb, m, n, k, 1.5f, beta, random.nextInt(4), random.nextInt(3));
          checked++;
        }
      }
    }
    for (int i = 0; i < 4; i++) {
      gemm(backend, random, i % 2 == 1, i / 2 == 1, 5, 6, 7, 1, 0, 2, 1);
    }
    assertThat(checked).isEqualTo(343);
  }

  @ParameterizedTest
  @MethodSource("backends")
  protected void squaresAndPulls(Backend backend) {
    Random random = Seeds.random("squares and pulls on " + backend.description());
    float[] x = Seeds.floats(random, 37);
    Buffer squared = upload(backend, x);
    backend.square(30, squared);
    float[] w = Seeds.floats(random, 37);
    float[] a = Seeds.floats(random, 37);
    float[] s = Seeds.floats(random, 37);
    Buffer g = upload(backend, x);
    backend.pull(30, upload(backend, w), upload(backend, a), upload(backend, s), 2.5f, g);
    for (int i = 0; i < 37; i++) {
      assertThat(download(backend, squared)[i]).isEqualTo(i < 30 ? x[i] * x[i] : x[i]);
      double pulled = x[i] + (i < 30 ? 2.5 * s[i] * (w[i] - a[i]) : 0);
      assertThat((double) download(backend, g)[i]).isCloseTo(pulled, within(1e-5));
    }
  }

  private static void gemm(
      Backend backend,
      Random random,
      boolean ta,
      boolean tb,
      int m,
      int n,
      int k,
      float alpha,
      float beta,
      int offset,
      int pad) {
    int lda = (ta ? m : k) + pad;
    int ldb = (tb ? k : n) + pad;
    int ldc = n + pad;
    float[] a = Seeds.floats(random, offset + (ta ? k : m) * lda);
    float[] b = Seeds.floats(random, offset + (tb ? n : k) * ldb);
    float[] c = Seeds.floats(random, offset + m * ldc);
    float[] before = c.clone();
    if (beta == 0) {
      for (int i = 0; i < m; i++) { // must be overwritten, not multiplied by 0
        Arrays.fill(c, offset + i * ldc, offset + i * ldc + n, Float.NaN);
      }
    }
    Buffer cc = upload(backend, c);
    backend.gemm(
        ta,
        tb,
        m,
        n,
        k,
        alpha,
        upload(backend, a),
        offset,
        lda,
        upload(backend, b),
        offset,
        ldb,
        beta,
        cc,
        offset,
        ldc);
    float[] out = download(backend, cc);
    for (int i = 0; i < c.length; i++) {
      int row = (i - offset) / ldc;
      int column = (i - offset) % ldc;
      if (i < offset || column >= n) {
        assertThat(out[i]).as("outside of C").isEqualTo(before[i]);
        continue;
      }
      double sum = 0;
      for (int p = 0; p < k; p++) {
        double x = a[offset + (ta ? p * lda + row : row * lda + p)];
        double y = b[offset + (tb ? column * ldb + p : p * ldb + column)];
        sum += x * y;
      }
      double expected = alpha * sum + (beta == 0 ? 0 : beta * before[i]);
      assertThat((double) out[i])
          .as("m=%d n=%d k=%d ta=%s tb=%s beta=%s at (%d,%d)", m, n, k, ta, tb, beta, row, column)
          .isCloseTo(expected, within(2e-6 * (k + 1)));
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  protected void gemmOfNothing(Backend backend) {
    Buffer c = upload(backend, new float[] {Float.NaN, 2, 3, 4});
    Buffer empty = backend.allocate(0);
    backend.gemm(
        false, false, 0, 2, 2, 1, empty, 0, 2, upload(backend, new float[4]), 0, 2, 0, c, 0, 2);
    assertThat(download(backend, c)).containsExactly(Float.NaN, 2, 3, 4);
    backend.gemm(false, false, 2, 2, 0, 1, empty, 0, 1, empty, 0, 2, 0, c, 0, 2);
    assertThat(download(backend, c)).containsExactly(0, 0, 0, 0);
  }

  @ParameterizedTest
  @MethodSource("backends")
  protected void sparseGemmOfAllShapesOffsetsAndStrides(Backend backend) {
    assertThat(backend.sparse()).isTrue();
    Random random = Seeds.random("sparse gemm on " + backend.description());
    Backend.SparseRows reused = null;
    for (int trial = 0; trial < 200; trial++) {
      int rows = SIZES[random.nextInt(SIZES.length)];
      int columns = SIZES[random.nextInt(SIZES.length)];
      int n = SIZES[random.nextInt(SIZES.length)];
      double density = random.nextDouble();
      int[] starts = new int[rows + 1 + random.nextInt(2)];
      int[] indices = new int[rows * columns];
      float[] values = Seeds.floats(random, rows * columns);
      float[] dense = new float[rows * columns];
      int count = 0;
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          if (random.nextDouble() < density) {
            dense[i * columns + j] = values[count];
            indices[count++] = j;
          }
        }
        starts[i + 1] = count;
      }
      boolean transpose = random.nextBoolean();
      float beta = random.nextInt(3) * 0.5f;
      int offset = random.nextInt(4);
      int pad = random.nextInt(3);
      int ld = n + pad;
      int m = transpose ? columns : rows;
      int k = transpose ? rows : columns;
      float[] b = Seeds.floats(random, offset + k * ld);
      float[] c = Seeds.floats(random, offset + m * ld);
      float[] before = c.clone();
      for (int i = 0; i < m && beta == 0; i++) { // must be overwritten, not multiplied by 0
        Arrays.fill(c, offset + i * ld, offset + i * ld + n, Float.NaN);
      }
      Buffer cc = upload(backend, c);
      reused = backend.upload(reused, rows, columns, starts, indices, values);
      backend.sparseGemm(
          transpose, n, reused, upload(backend, b), offset, ld, beta, cc, offset, ld);
      float[] out = download(backend, cc);
      for (int at = 0; at < c.length; at++) {
        int i = (at - offset) / ld;
        int j = (at - offset) % ld;
        if (at < offset || j >= n) {
          assertThat(out[at]).as("outside of C").isEqualTo(before[at]);
          continue;
        }
        double sum = beta == 0 ? 0 : beta * before[at];
        for (int p = 0; p < k; p++) {
          double x = transpose ? dense[p * columns + i] : dense[i * columns + p];
          sum += x * b[offset + p * ld + j];
        }
        assertThat((double) out[at])
            .as("%dx%d n=%d transpose=%s beta=%s", rows, columns, n, transpose, beta)
            .isCloseTo(sum, within(2e-6 * (k + 1)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  protected void activationsForwardAndBack(Backend backend) {
    Random random = Seeds.random("activations on " + backend.description());
    Stream<Activation> known = Activations.names().stream().map(Activations::parse);
    Stream<Activation> others =
        Stream.of(
            new LeakyRelu(0),
            new LeakyRelu(0.3),
            new Elu(0.5),
            new Elu(2),
            new Square(false),
            new Square(true));
    Stream.concat(known, others).forEach(f -> activation(backend, f, random));
  }

  @ParameterizedTest
  @MethodSource("backends")
  protected void theLargestPieceGetsTheGradientAndOfEqualsTheFirst(Backend backend) {
    // two rows of two units of three pieces: all first pieces, then all second, then all third
    Buffer z = upload(backend, new float[] {1, 5, 3, 5, 2, 5, -1, -2, -3, -4, -1, -1});
    Buffer a = upload(backend, new float[] {9, 9, 7, 9, 9, 7});
    backend.largest(3, 2, 2, z, a, 3);
    assertThat(download(backend, a)).containsExactly(3, 5, 7, -1, -1, 7);
    Buffer d = upload(backend, new float[] {10, 20, 7, 30, 40, 7});
    Buffer e = upload(backend, new float[12]);
    backend.largestGradient(3, 2, 2, z, a, d, 3, e);
    assertThat(download(backend, e)).containsExactly(0, 20, 10, 0, 0, 0, 30, 0, 0, 0, 0, 40);
  }

  private static void activation(Backend backend, Activation f, Random random) {
    int rows = 5;
    int columns = 37;
    int ld = 40;
    int offset = 3;
    float[] z = Seeds.floats(random, offset + rows * ld);
    for (int i = 0; i < z.length; i++) {
      z[i] *= 4;
    }
    z[offset] = 90;
    z[offset + 1] = -90;
    z[offset + 2] = Float.MIN_VALUE;
    z[offset + 3] = 0;
    Buffer in = upload(backend, z);
    Buffer a = upload(backend, z);
    backend.activate(f, rows, columns, in, a, offset, ld);
    float[] out = download(backend, a);
    assertThat(download(backend, in)).as("the input stays").containsExactly(z);
    Buffer inPlace = upload(backend, z);
    backend.activate(f, rows, columns, inPlace, inPlace, offset, ld);
    assertThat(download(backend, inPlace)).containsExactly(out);
    float[] d = Seeds.floats(random, z.length);
    Buffer delta = upload(backend, d);
    backend.activationGradient(f, rows, columns, f.needsInput() ? in : null, a, delta, offset, ld);
    float[] deltaOut = download(backend, delta);
    for (int i = 0; i < z.length; i++) {
      if (i < offset || (i - offset) % ld >= columns) {
        assertThat(out[i]).as("outside of the matrix").isEqualTo(z[i]);
        assertThat(deltaOut[i]).as("outside of the matrix").isEqualTo(d[i]);
        continue;
      }
      double value = f.value(z[i]);
      double got = out[i];
      assertThat(got)
          .as("%s of %s", f.spec(), z[i])
          .isCloseTo(value, within(1e-6 * Math.max(1, Math.abs(value))));
      double expected = d[i] * f.derivative(f.needsInput() ? z[i] : Double.NaN, got);
      assertThat((double) deltaOut[i])
          .as("gradient of %s at %s", f.spec(), z[i])
          .isCloseTo(expected, within(1e-6 * Math.max(1, Math.abs(expected))));
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  protected void lossesOfClassesAndValues(Backend backend) {
    Random random = Seeds.random("losses on " + backend.description());
    for (Loss loss : losses()) {
      for (int columns : new int[] {1, 2, 10}) {
        loss(backend, loss, false, columns, random);
        if (loss.forClasses() && (columns > 1 || !(loss instanceof SoftmaxCrossEntropy))) {
          loss(backend, loss, true, columns, random);
        }
      }
    }
  }

  private static List<Loss> losses() {
    Stream<Loss> others = Stream.of(new SoftmaxCrossEntropy(0.2), new Huber(0.1));
    return Stream.concat(Losses.names().stream().map(Losses::parse), others).toList();
  }

  protected static void loss(
      Backend backend, Loss loss, boolean classes, int columns, Random random) {
    int rows = 9;
    float[] z = Seeds.floats(random, rows * columns);
    // e^100 is no float, so it must not be asked for where it isn't the result
    boolean isResult = Set.of("poisson", "gamma").contains(loss.spec());
    z[0] = isResult ? 20 : 100;
    z[columns] = isResult ? -20 : -100;
    float[] targets = new float[classes ? rows : rows * columns];
    float[] weights = new float[rows];
    double[][] y = new double[rows][columns];
    double expectedCorrect = 0;
    for (int i = 0; i < rows; i++) {
      weights[i] = 0.25f * (1 + random.nextInt(8));
      if (classes) {
        int label = random.nextInt(Math.max(2, columns));
        targets[i] = label;
        y[i][columns == 1 ? 0 : label] = columns == 1 ? label : 1;
        expectedCorrect += predicted(z, i, columns) == label ? weights[i] : 0;
      } else {
        for (int k = 0; k < columns; k++) {
          targets[i * columns + k] = random.nextFloat() / columns;
        }
        if (loss instanceof SoftmaxCrossEntropy) { // a distribution
          targets[i * columns] = 1;
          for (int k = 1; k < columns; k++) {
            targets[i * columns] -= targets[i * columns + k];
          }
        }
        for (int k = 0; k < columns; k++) {
          y[i][k] = targets[i * columns + k];
        }
      }
    }
    LossSums sums = new LossSums();
    Buffer gradient = backend.allocate(rows * columns);
    Buffer logits = upload(backend, z);
    Buffer t = upload(backend, targets);
    Buffer w = upload(backend, weights);
    backend.loss(loss, classes, rows, columns, logits, t, w, gradient, sums);
    float[] g = download(backend, gradient);
    double expected = 0;
    double totalWeight = 0;
    double[] rowGradient = new double[columns];
    for (int i = 0; i < rows; i++) {
      double[] row = new double[columns];
      for (int k = 0; k < columns; k++) {
        row[k] = z[i * columns + k];
      }
      expected += weights[i] * loss.value(row, y[i]);
      totalWeight += weights[i];
      loss.gradient(row, y[i], rowGradient);
      for (int k = 0; k < columns; k++) {
        assertThat((double) g[i * columns + k])
            .as("%s classes=%s columns=%d", loss.spec(), classes, columns)
            .isCloseTo(
                weights[i] * rowGradient[k], within(1e-6 * Math.max(1, Math.abs(rowGradient[k]))));
      }
    }
    assertThat(sums.loss)
        .as(loss.spec())
        .isCloseTo(expected, within(2e-6 * Math.abs(expected) + 1e-6));
    assertThat(sums.weight).isEqualTo(totalWeight);
    assertThat(sums.correct).isEqualTo(expectedCorrect);
    LossSums again = new LossSums();
    backend.loss(loss, classes, rows, columns, logits, t, w, null, again);
    assertThat(again.loss).isEqualTo(sums.loss);
  }

  private static int predicted(float[] z, int row, int columns) {
    if (columns == 1) {
      return z[row] > 0 ? 1 : 0;
    }
    int best = 0;
    for (int k = 1; k < columns; k++) {
      best = z[row * columns + k] > z[row * columns + best] ? k : best;
    }
    return best;
  }

  @ParameterizedTest
  @MethodSource("backends")
  protected void aLossThatNoBackendKnowsRunsByItsDefinition(Backend backend) {
    Loss mine =
        new Loss() {
          @Override
          public String spec() {
            return "mine";
          }

          @Override
          public double value(double[] z, double[] y) {
            return Losses.MEAN_SQUARED_ERROR.value(z, y);
          }

          @Override
          public void gradient(double[] z, double[] y, double[] gradient) {
            Losses.MEAN_SQUARED_ERROR.gradient(z, y, gradient);
          }

          @Override
          public void link(double[] z, double[] out) {
            Losses.MEAN_SQUARED_ERROR.link(z, out);
          }
        };
    loss(backend, mine, true, 3, new Random(1));
    loss(backend, mine, false, 3, new Random(1));
  }

  @ParameterizedTest
  @MethodSource("backends")
  protected void penaltiesAndBoundsOfGradients(Backend backend) {
    Random random = Seeds.random("regularization on " + backend.description());
    for (int n : new int[] {0, 1, 2, 3, 4, 37, 1000}) {
      int offset = random.nextInt(4);
      float[] w = Seeds.floats(random, offset + n + 2);
      float[] g = Seeds.floats(random, w.length);
      if (n > 2) {
        w[offset] = 0;
        w[offset + 1] = -0f;
        w[offset + 2] = -Float.MIN_VALUE;
      }
      Buffer scaled = upload(backend, g);
      backend.scale(0.3f, scaled, offset, n);
      Buffer clipped = upload(backend, g);
      backend.clip(0.2f, clipped, offset, n);
      Buffer ridge = upload(backend, g);
      backend.penalize(0, 0.7f, upload(backend, w), ridge, offset, n);
      Buffer net = upload(backend, g);
      backend.penalize(0.4f, 0.7f, upload(backend, w), net, offset, n);
      double squares = 0;
      for (int i = 0; i < g.length; i++) {
        boolean inside = i >= offset && i < offset + n;
        float value = g[i];
        squares += inside ? (double) value * value : 0;
        assertThat(download(backend, scaled)[i]).isEqualTo(inside ? 0.3f * value : value);
        assertThat(download(backend, clipped)[i])
            .isEqualTo(inside ? Math.max(-0.2f, Math.min(0.2f, value)) : value);
        double l2 = inside ? 0.7 * w[i] : 0;
        double l1 = inside ? 0.4 * Math.signum(w[i]) : 0;
        assertThat((double) download(backend, ridge)[i]).isCloseTo(value + l2, within(1e-6));
        assertThat((double) download(backend, net)[i]).isCloseTo(value + l1 + l2, within(1e-6));
      }
      assertThat(backend.sumOfSquares(upload(backend, g), offset, n))
          .isCloseTo(squares, within(1e-12 * (1 + squares)));
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  protected void longColumnsAreCutToTheirBound(Backend backend) {
    Random random = Seeds.random("column norms on " + backend.description());
    for (int rows : new int[] {1, 5, 40}) {
      int columns = 19;
      float[] w = Seeds.floats(random, 2 + rows * columns + 3);
      Buffer buffer = upload(backend, w);
      float most = 0.3f * (float) Math.sqrt(rows);
      backend.limitColumnNorms(rows, columns, buffer, 2, most, backend.allocate(columns + 1));
      float[] out = download(backend, buffer);
      assertThat(out[0]).isEqualTo(w[0]);
      assertThat(out[out.length - 1]).isEqualTo(w[w.length - 1]);
      for (int j = 0; j < columns; j++) {
        double squares = 0;
        for (int i = 0; i < rows; i++) {
          squares += Math.pow(w[2 + i * columns + j], 2);
        }
        double factor = Math.min(1, most / Math.sqrt(squares));
        for (int i = 0; i < rows; i++) {
          int at = 2 + i * columns + j;
          assertThat((double) out[at])
              .isCloseTo(factor * w[at], within(factor == 1 ? 0 : 1e-6 * Math.abs(w[at])));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  protected void dropoutIsAFunctionOfKeyAndColumn(Backend backend) {
    Random random = Seeds.random("dropout on " + backend.description());
    int rows = 7;
    int columns = 45;
    int ld = 48;
    int offset = 2;
    for (double rate : new double[] {0, 0.25, 0.5, 0.9, 1 - 1e-12}) {
      int[] keys = random.ints(rows).toArray();
      float[] x = Seeds.floats(random, offset + rows * ld);
      float[] unused = Seeds.floats(random, x.length);
      Buffer mask = upload(backend, unused);
      Buffer out = upload(backend, unused);
      backend.dropout(rate, keys, rows, columns, upload(backend, x), mask, out, offset, ld);
      Buffer inPlace = upload(backend, x);
      backend.dropout(rate, keys, rows, columns, inPlace, mask, inPlace, offset, ld);
      Buffer multiplied = upload(backend, x);
      backend.multiply(rows, columns, multiplied, mask, offset, ld);
      double dropped = Math.min(0x1p24 - 1, Math.rint(rate * 0x1p24)) / 0x1p24;
      for (int i = 0; i < x.length; i++) {
        int column = (i - offset) % ld;
        if (i < offset || column >= columns) {
          assertThat(download(backend, mask)[i]).isEqualTo(unused[i]);
          assertThat(download(backend, out)[i]).isEqualTo(unused[i]);
          assertThat(download(backend, inPlace)[i]).isEqualTo(x[i]);
          assertThat(download(backend, multiplied)[i]).isEqualTo(x[i]);
          continue;
        }
        int hash = CounterRandom.element(keys[(i - offset) / ld], column);
        float kept = CounterRandom.uniform(hash) < dropped ? 0 : (float) (1 / (1 - dropped));
        assertThat(download(backend, mask)[i]).isEqualTo(kept);
        assertThat(download(backend, out)[i]).isEqualTo(x[i] * kept);
        assertThat(download(backend, inPlace)[i]).isEqualTo(x[i] * kept);
        assertThat(download(backend, multiplied)[i]).isEqualTo(x[i] * kept);
      }
    }
  }

  /** f(z) = z², its derivative from the input, or from the output: 2 √a (for z &gt; 0). */
  private record Square(boolean needsInput) implements Activation {
    @Override
    public String spec() {
      return "square";
    }

    @Override
    public double value(double z) {
      return z * z;
    }

    @Override
    public double derivative(double z, double a) {
      assertThat(Double.isNaN(z)).isEqualTo(!needsInput);
      return needsInput ? 2 * z : 2 * Math.sqrt(a);
    }
  }
}
