package org.sparkmlp.search;

import org.apache.commons.math3.distribution.TDistribution;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.Sample;

/**
 * Whether two cells differ by more than chance, from their metrics on the same k folds: the
 * corrected resampled t-test.
 *
 * <p>With the differences d_1 ... d_k, their mean m and their sample variance s², t = m / √((1/k +
 * n_test/n_train) s²) has about k - 1 degrees of freedom; with folds n_test/n_train = 1/(k - 1).
 * The second term makes up for training sets that overlap, without which t is far too large. (C.
 * Nadeau, Y. Bengio, Inference for the Generalization Error, Machine Learning 52, 2003; R. R.
 * Bouckaert, E. Frank, PAKDD 2004.) p is two-sided, and not corrected for the number of cells
 * compared.
 *
 * @param difference m
 * @param standardError √((1/k + 1/(k - 1)) s²)
 * @param pValue chance of such a difference, or a larger one, between equals
 */
public record PairedTest(double difference, double standardError, double pValue) {
  /** Cells whose p is below this are told apart. */
  public static final double LEVEL = 0.05;

  /** Compares metrics of the same folds, at least two, all finite. */
  public static PairedTest of(double[] a, double[] b) {
    Check.that(
        a.length == b.length && a.length >= 2,
        "two cells can be compared over the same folds, at least 2; got %d and %d",
        a.length,
        b.length);
    int k = a.length;
    double[] differences = new double[k];
    for (int i = 0; i < k; i++) {
      differences[i] = a[i] - b[i];
    }
    double mean = Sample.mean(differences);
    double error = Sample.deviation(differences) * Math.sqrt(1.0 / k + 1.0 / (k - 1));
    double p;
    if (error > 0) {
      p = 2 * new TDistribution(null, k - 1).cumulativeProbability(-Math.abs(mean / error));
    } else {
      p = mean == 0 ? 1 : 0;
    }
    return new PairedTest(mean, error, p);
  }

  public boolean distinguishable() {
    return pValue < LEVEL;
  }
}
