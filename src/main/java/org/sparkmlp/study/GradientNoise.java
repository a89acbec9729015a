package org.sparkmlp.study;

import java.util.stream.IntStream;
import org.sparkmlp.util.CounterRandom;

/**
 * How far the gradient of a mini-batch is from that of all rows: the mean of |g_B - g|² over the
 * batches B of shuffled epochs, the variance of a mini-batch gradient, summed over weights.
 *
 * <p>Batches of b of N rows, drawn without replacement, have (N - b) / (N - 1) of σ²/b, where σ² is
 * the variance of the gradient of single rows (W. G. Cochran, Sampling Techniques, 1977, theorem
 * 2.2).
 */
final class GradientNoise {
  private static final int PURPOSE = 0x6e6f6973;

  private final RowPass pass;
  private final float[] full;
  private final int[] all;

  /** Noise at those weights. */
  GradientNoise(RowPass pass, float[] weights) {
    this.pass = pass;
    this.all = IntStream.range(0, pass.rows()).toArray();
    this.full = new float[weights.length];
    pass.setWeights(weights);
    pass.differentiate(all, 0, all.length);
    pass.getGradient(full);
  }

  /** |g|², g the gradient of the mean loss over all rows. */
  double fullSquare() {
    double sum = 0;
    for (float g : full) {
      double mean = g / (double) all.length;
      sum += mean * mean;
    }
    return sum;
  }

  /** σ² of single rows. */
  double ofRows() {
    return of(1, all);
  }

  /**
   * The variance for batches of some size.
   *
   * @param draws shuffled epochs
   */
  double of(int batchSize, int draws, long seed) {
    double sum = 0;
    for (int draw = 0; draw < draws; draw++) {
      sum += of(batchSize, shuffled(seed, batchSize, draw)) / draws;
    }
    return sum;
  }

  /** What it is by theory. */
  static double expected(double ofRows, int batchSize, int rows) {
    return ofRows / batchSize * (rows - batchSize) / (rows - 1);
  }

  /** Batches are cut as in training; those of an epoch that isn't a multiple differ by a row. */
  private double of(int batchSize, int[] order) {
    int n = order.length;
    int batches = (n + batchSize - 1) / batchSize;
    float[] gradient = new float[full.length];
    double sum = 0;
    for (int k = 0; k < batches; k++) {
      int from = (int) ((long) n * k / batches);
      int to = (int) ((long) n * (k + 1) / batches);
      pass.differentiate(order, from, to);
      pass.getGradient(gradient);
      for (int i = 0; i < gradient.length; i++) {
        double difference = gradient[i] / (double) (to - from) - full[i] / (double) n;
        sum += difference * difference;
      }
    }
    return sum / batches;
  }

  private int[] shuffled(long seed, int batchSize, int draw) {
    int[] order = all.clone();
    int key = CounterRandom.hash(seed, PURPOSE, batchSize, draw, 0);
    for (int i = order.length - 1; i > 0; i--) {
      int j = CounterRandom.below(CounterRandom.element(key, i), i + 1);
      int other = order[i];
      order[i] = order[j];
      order[j] = other;
    }
    return order;
  }
}
