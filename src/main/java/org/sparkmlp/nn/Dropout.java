package org.sparkmlp.nn;

import java.io.Serializable;
import java.util.List;

/**
 * Dropout (Srivastava et al. 2014), inverted: while training, every row goes without a random share
 * p of a layer's values, and the others count 1 / (1 - p) times, so that the sums that they enter
 * are the same in expectation. Prediction and evaluation use all values as they are.
 *
 * <p>Which values a row goes without is a function of (seed, epoch, row, layer, unit): see {@link
 * Network#differentiate(int, boolean, Dropout, int[], org.sparkmlp.backend.LossSums)}. A row is
 * visited once an epoch, so that its step adds nothing.
 *
 * @param input p of the inputs, in [0, 1)
 * @param hidden p of each hidden layer, first to last, in [0, 1)
 */
public record Dropout(double input, List<Double> hidden) implements Serializable {
  /** All values stay. */
  public static final Dropout NONE = new Dropout(0, List.of());

  public Dropout {
    hidden = List.copyOf(hidden);
  }

  /** p of the values of layer {@code l}, 0 being the inputs. */
  double rate(int l) {
    if (l == 0) {
      return input;
    }
    return l <= hidden.size() ? hidden.get(l - 1) : 0;
  }

  /** Whether nothing is dropped. */
  public boolean isOff() {
    for (int l = 0; l <= hidden.size(); l++) {
      if (rate(l) > 0) {
        return false;
      }
    }
    return true;
  }
}
