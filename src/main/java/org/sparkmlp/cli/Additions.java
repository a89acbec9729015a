package org.sparkmlp.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.sparkmlp.train.ExactSum;
import org.sparkmlp.util.CounterRandom;

/**
 * Sums of the same vectors in one thread, exact and plain: how long an addition takes, and how many
 * results there are over random orders and groupings.
 */
final class Additions {
  private static final int ORDERS = 10;
  private static final int MOST_GROUPS = 8;

  /** Numbers that leave one input. */
  private static final int SLICE = 1000;

  /** Numbers go down to 2^-32 of the largest, as those of gradients do. */
  private static final int MAGNITUDES = 32;

  private final List<float[]> vectors = new ArrayList<>();
  private final int length;

  /** A kind of sum. Zero is made anew for each sum; the vectors aren't changed. */
  private interface Kind<S> {
    S zero();

    S add(S sum, float[] vector);

    S merge(S a, S b);

    double[] total(S sum);
  }

  Additions(int count, int length) {
    this.length = length;
    for (int v = 0; v < count; v++) {
      int key = CounterRandom.hash(1, 0, v, 0, 0);
      float[] vector = new float[length];
      for (int i = 0; i < length; i++) {
        int hash = CounterRandom.element(key, i);
        int exponent = -CounterRandom.below(CounterRandom.element(hash, 0), MAGNITUDES);
        vector[i] = Math.scalb(CounterRandom.uniform(hash) - 0.5f, exponent);
      }
      vectors.add(vector);
    }
  }

  /** Returns the table and adds to the JSON. */
  String measure(int repeats, ArrayNode json) {
    Table table = new Table("sum", "ms a million numbers", "results of " + ORDERS + " orders");
    measure("exact", new Exact(length), repeats, table, json);
    measure("float", new Floats(length), repeats, table, json);
    measure("double", new Doubles(length), repeats, table, json);
    return String.format(
        Locale.ROOT,
        "Sums of %d vectors of %,d floats in one thread:%n%s%n",
        vectors.size(),
        length,
        table);
  }

  private <S> void measure(String name, Kind<S> kind, int repeats, Table table, ArrayNode json) {
    sum(kind, vectors); // warm
    List<Double> seconds = new ArrayList<>();
    for (int i = 0; i < repeats; i++) {
      seconds.add(BenchmarkOutput.seconds(() -> kind.total(sum(kind, vectors))));
    }
    double each = BenchmarkOutput.median(seconds) / vectors.size() / length;
    int results = results(kind);
    table.add(name, String.format(Locale.ROOT, "%.2f", 1e9 * each), "" + results);
    json.addObject()
        .put("sum", name)
        .put("millisecondsPerMillion", 1e9 * each)
        .put("orders", ORDERS)
        .put("results", results);
  }

  private static <S> S sum(Kind<S> kind, List<float[]> vectors) {
    S sum = kind.zero();
    for (float[] vector : vectors) {
      sum = kind.add(sum, vector);
    }
    return sum;
  }

  /** Different totals over all orders. */
  private <S> int results(Kind<S> kind) {
    List<double[]> distinct = new ArrayList<>();
    for (int order = 0; order < ORDERS; order++) {
      double[] total = kind.total(inGroups(kind, new Random(order)));
      if (distinct.stream().noneMatch(other -> Arrays.equals(other, total))) {
        distinct.add(total);
      }
    }
    return distinct.size();
  }

  /** In random order, in groups of random sizes that are merged in random pairs. */
  private <S> S inGroups(Kind<S> kind, Random random) {
    List<float[]> order = new ArrayList<>(vectors);
    Collections.shuffle(order, random);
    int most = Math.min(MOST_GROUPS, order.size());
    List<Integer> cuts = new ArrayList<>(List.of(0, order.size()));
    for (int group = 1; group < most; group++) {
      cuts.add(random.nextInt(order.size()));
    }
    Collections.sort(cuts);
    List<S> sums = new ArrayList<>();
    for (int c = 1; c < cuts.size(); c++) {
      sums.add(sum(kind, order.subList(cuts.get(c - 1), cuts.get(c))));
    }
    while (sums.size() > 1) {
      S one = sums.remove(random.nextInt(sums.size()));
      S other = sums.remove(random.nextInt(sums.size()));
      sums.add(kind.merge(one, other));
    }
    return sums.get(0);
  }

  /** As rounds of training add. */
  private static final class Exact implements Kind<ExactSum> {
    private final int length;
    private final int[] slices;

    Exact(int length) {
      this.length = length;
      this.slices = new int[(length + SLICE - 1) / SLICE];
      Arrays.setAll(slices, s -> Math.min(length, (s + 1) * SLICE));
    }

    @Override
    public ExactSum zero() {
      return ExactSum.empty();
    }

    @Override
    public ExactSum add(ExactSum sum, float[] vector) {
      return sum.merge(ExactSum.of(vector, 1, slices));
    }

    @Override
    public ExactSum merge(ExactSum a, ExactSum b) {
      return a.merge(b);
    }

    @Override
    public double[] total(ExactSum sum) {
      double[] total = new double[length];
      sum.total(total);
      return total;
    }
  }

  /** Floats in a float accumulator. */
  private record Floats(int length) implements Kind<FloatSum> {
    @Override
    public FloatSum zero() {
      return new FloatSum(new float[length]);
    }

    @Override
    public FloatSum add(FloatSum sum, float[] vector) {
      return sum.merge(new FloatSum(vector));
    }

    @Override
    public FloatSum merge(FloatSum a, FloatSum b) {
      return a.merge(b);
    }

    @Override
    public double[] total(FloatSum sum) {
      double[] total = new double[length];
      for (int i = 0; i < length; i++) {
        total[i] = sum.values()[i];
      }
      return total;
    }
  }

  /** Floats in an accumulator of doubles. */
  private record Doubles(int length) implements Kind<double[]> {
    @Override
    public double[] zero() {
      return new double[length];
    }

    @Override
    public double[] add(double[] sum, float[] vector) {
      for (int i = 0; i < length; i++) {
        sum[i] += vector[i];
      }
      return sum;
    }

    @Override
    public double[] merge(double[] a, double[] b) {
      for (int i = 0; i < length; i++) {
        a[i] += b[i];
      }
      return a;
    }

    @Override
    public double[] total(double[] sum) {
      return sum;
    }
  }
}
