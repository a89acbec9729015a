package org.sparkmlp.train;

import java.util.List;

/**
 * Whether training ends before its last epoch because it no longer improves.
 *
 * <p>Where there are validation rows and {@code patience} is more than 0, {@code metric} of them
 * judges, and training returns the weights after the best epoch. Otherwise the training loss does,
 * and the last weights are returned.
 *
 * @param patience epochs in a row without an improvement by more than {@code tol} that end
 *     training; 0: 10 for the training loss if tol is more than 0, else no number does
 * @param metric of validation rows, also where it doesn't end training
 */
public record EarlyStopping(int patience, ValidationMetric metric) {
  /** Validation rows are told of, by their loss, and change nothing. */
  public static final EarlyStopping OFF = new EarlyStopping(0, ValidationMetric.LOSS);

  /** What of it the weights depend on, in lines of text. */
  List<String> description() {
    return List.of("patience " + patience, "validationMetric " + metric.spec());
  }

  boolean keepsBest(DataLayout layout) {
    return patience > 0 && layout.validationRows() > 0;
  }
}
