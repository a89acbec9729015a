package org.sparkmlp.schedule;

import java.io.Serializable;

/**
 * Lowers the learning rate when the loss no longer falls, as PyTorch's ReduceLROnPlateau does: an
 * epoch is better if its loss is below best - threshold |best|; after more than {@code patience}
 * epochs in a row that aren't, the rate is multiplied by {@code factor}, and the next {@code
 * cooldown} epochs aren't counted. Only the rule is here: the trainer keeps its state.
 *
 * @param factor in (0, 1)
 * @param patience epochs, &gt;= 0
 * @param threshold in [0, 1)
 * @param cooldown epochs, &gt;= 0
 * @param minFactor the rate stays at least this times η, in [0, 1]
 * @param begins epochs at the beginning of training that the rule doesn't see
 */
public record Plateau(
    double factor, int patience, double threshold, int cooldown, double minFactor, double begins)
    implements Serializable {

  Plateau beginningAt(double time) {
    return new Plateau(factor, patience, threshold, cooldown, minFactor, time);
  }
}
