package org.sparkmlp.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Seeds;

class ExactSumTest {
  /** Vectors whose elements spread over 60 orders of magnitude, in two slices. */
  private static List<float[]> vectors(Random random, int count, int length) {
    List<float[]> vectors = new ArrayList<>();
    for (int v = 0; v < count; v++) {
      float[] x = new float[length];
      double own = random.nextInt(30) - 15; // so that each vector has a largest element of its own
      for (int i = 0; i < length; i++) {
        x[i] = (float) (random.nextGaussian() * Math.pow(10, own + random.nextInt(30) - 15));
      }
      vectors.add(x);
    }
    return vectors;
  }

  private static ExactSum leaf(float[] x) {
    return ExactSum.of(x.clone(), 1, x.length / 3, x.length);
  }

  /**
   * Merges in a random order and a random grouping, through serialization now and then, as Spark
   * would.
   */
  private static double[] mergedAtRandom(List<float[]> vectors, Random random) throws Exception {
    List<ExactSum> parts = new ArrayList<>();
    vectors.forEach(x -> parts.add(leaf(x)));
    parts.add(ExactSum.empty());
    while (parts.size() > 1) {
      Collections.shuffle(parts, random);
      ExactSum a = parts.remove(parts.size() - 1);
      ExactSum b = parts.remove(parts.size() - 1);
      ExactSum sum = a.merge(b);
      parts.add(random.nextInt(8) == 0 ? copy(sum) : sum);
    }
    double[] total = new double[vectors.get(0).length];
    parts.get(0).total(total);
    return total;
  }

  private static ExactSum copy(ExactSum sum) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(sum);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (ExactSum) in.readObject();
    }
  }

  @Test
  void anyOrderAndGroupingGivesTheSameBitsWherePlainAdditionDoesNot() throws Exception {
    Random random = Seeds.random("order of exact sums");
    for (int trial = 0; trial < 20; trial++) {
      List<float[]> vectors = vectors(random, 2 + random.nextInt(40), 300);
      Set<String> exact = new HashSet<>();
      Set<String> plain = new HashSet<>();
      for (int order = 0; order < 10; order++) {
        exact.add(Arrays.toString(mergedAtRandom(vectors, random)));
        Collections.shuffle(vectors, random);
        plain.add(Arrays.toString(plainSum(vectors)));
      }
      assertThat(exact).as("exact sums of %d vectors", vectors.size()).hasSize(1);
      if (vectors.size() > 4) {
        assertThat(plain)
            .as("control: float sums of %d vectors", vectors.size())
            .hasSizeGreaterThan(1);
      }
    }
  }

  /** They aren't cut, so their order matters to a double where its last bits do. */
  @Test
  void aFewVectorsOfScalesOfTheirOwnInAnyOrderToo() {
    Random random = Seeds.random("order of a few vectors");
    Set<String> plain = new HashSet<>();
    for (int count = 2; count <= 4; count++) {
      Set<String> exact = new HashSet<>();
      List<float[]> vectors = vectors(random, count, 300);
      vectors.set(1, vectors.get(0).clone()); // alike but for its scale
      List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3).subList(0, count));
      plain.clear();
      for (int trial = 0; trial < 40; trial++) {
        ExactSum sum = ExactSum.empty();
        double[] added = new double[300];
        for (int v : order) {
          float scale = 3 + v;
          sum = sum.merge(ExactSum.of(vectors.get(v).clone(), scale, 100, 300));
          Arrays.setAll(added, i -> added[i] + vectors.get(v)[i] * (double) scale);
        }
        double[] total = new double[300];
        sum.total(total);
        exact.add(Arrays.toString(total));
        plain.add(Arrays.toString(added));
        Collections.shuffle(order, random);
      }
      assertThat(exact).as("sums of %d", count).hasSize(1);
    }
    assertThat(plain).as("control: plain sums of four").hasSizeGreaterThan(1);
  }

  @Test
  void aFewVectorsThatAreNotFiniteAreTold() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      ExactSum sum = ExactSum.of(new float[] {1, 2}, 1, 1, 2);
      sum = sum.merge(ExactSum.of(new float[] {3, bad}, 2, 1, 2));
      sum = sum.merge(ExactSum.of(new float[] {3, -bad}, 2, 1, 2));
      assertThat(sum.quotient(5, new float[2])).isFalse();
    }
  }

  private static float[] plainSum(List<float[]> vectors) {
    float[] sum = new float[vectors.get(0).length];
    for (float[] x : vectors) {
      for (int i = 0; i < x.length; i++) {
        sum[i] += x[i];
      }
    }
    return sum;
  }

  @Test
  void theErrorIsBelowTwoToTheMinus38OfTheLargestElementALeaf() throws Exception {
    Random random = Seeds.random("error of exact sums");
    for (int trial = 0; trial < 20; trial++) {
      List<float[]> vectors = vectors(random, 30, 60);
      double[] total = mergedAtRandom(vectors, random);
      for (int slice = 0; slice < 2; slice++) {
        int from = slice == 0 ? 0 : 20;
        int to = slice == 0 ? 20 : 60;
        double largest = 0;
        for (float[] x : vectors) {
          for (int i = from; i < to; i++) {
            largest = Math.max(largest, Math.abs(x[i]));
          }
        }
        for (int i = from; i < to; i++) {
          BigDecimal sum = BigDecimal.ZERO;
          for (float[] x : vectors) {
            sum = sum.add(new BigDecimal(x[i]));
          }
          double expected = sum.doubleValue();
          assertThat(total[i])
              .isCloseTo(expected, within(30 * largest * 0x1p-38 + 4 * Math.ulp(expected)));
        }
      }
    }
  }

  @Test
  void oneLeafComesBackAsItWas() {
    float[] x = {1.5f, -3e-20f, 0, Float.MIN_NORMAL, 7e12f};
    double[] total = new double[5];
    ExactSum.of(x.clone(), 1, 5).total(total);
    assertThat(total).containsExactly(1.5, -3e-20f, 0, Float.MIN_NORMAL, 7e12f);
    ExactSum.empty().merge(ExactSum.of(new float[] {1.5f, -3e-9f, 0.1f}, 3, 3)).total(total);
    assertThat(Arrays.copyOf(total, 3)).containsExactly(4.5, 3.0 * -3e-9f, 3.0 * 0.1f);
  }

  @Test
  void doublesKeepMoreThanFloats() {
    double[] total = new double[2];
    ExactSum.of(new double[] {1, 1e-15}, 2)
        .merge(ExactSum.of(new double[] {1, 1e-20}, 2))
        .total(total);
    assertThat(total[0]).isEqualTo(2);
    assertThat(total[1]).isCloseTo(1e-15 + 1e-20, within(0x1p-75));
  }

  @Test
  void extremesOfFloat() throws Exception {
    float[] big = {Float.MAX_VALUE, Float.MIN_VALUE, -Float.MAX_VALUE};
    float[] small = {Float.MIN_VALUE, Float.MIN_VALUE, 0};
    double[] total = new double[3];
    ExactSum.of(big, 1, 1, 2, 3).merge(ExactSum.of(small, 1, 1, 2, 3)).total(total);
    assertThat(total).containsExactly(Float.MAX_VALUE, 2.0 * Float.MIN_VALUE, -Float.MAX_VALUE);
  }

  @Test
  void whatIsNotFiniteIsNotHidden() {
    for (double bad :
        new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e300}) {
      double[] total = new double[2];
      ExactSum good = ExactSum.of(new double[] {1, 2}, 1, 2);
      good.merge(ExactSum.of(new double[] {3, bad}, 1, 2)).total(total);
      assertThat(total[0]).isNaN();
      assertThat(total[1]).isNaN();
    }
  }

  @Test
  void sumsOfOtherLengthsAreRefused() {
    assertThatThrownBy(() -> ExactSum.of(new double[1], 1).merge(ExactSum.of(new double[2], 2)))
        .hasMessage("sums of 1 and 2 numbers can't be merged");
  }

  @Test
  void nothingIsZero() {
    double[] total = {};
    ExactSum.empty().merge(ExactSum.empty()).total(total);
    assertThat(ExactSum.empty().isEmpty()).isTrue();
  }

  @Test
  void whatIsFinishedReadsTheSame() {
    Random random = Seeds.random("finished sums");
    for (boolean finite : new boolean[] {true, false}) {
      ExactSum sum = ExactSum.empty();
      assertThat(sum.finish().isEmpty()).isTrue();
      for (int leaf = 0; leaf < 5; leaf++) {
        float[] values = Seeds.floats(random, 100);
        if (!finite) {
          values[leaf] = Float.NaN;
        }
        sum = sum.merge(ExactSum.of(values, leaf + 0.5f, 30, 100));
        double[] total = new double[100];
        sum.total(total);
        double[] finished = new double[100];
        sum.finish().total(finished);
        assertThat(finished).isEqualTo(total);
      }
    }
  }
}
