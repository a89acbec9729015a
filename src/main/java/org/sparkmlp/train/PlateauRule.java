package org.sparkmlp.train;

import java.util.List;
import org.sparkmlp.schedule.Plateau;

/**
 * How far a {@link Plateau} has lowered the learning rate. The history of epochs is all its state,
 * so that a checkpoint has it too, and training that goes back to earlier weights goes back to
 * their rate.
 */
final class PlateauRule {
  private static final double ROUNDING = 1e-6; // of lengths given in updates

  private PlateauRule() {}

  /** The factor on the step size after some epochs. */
  static double factorAfter(List<EpochRecord> epochs, Plateau rule) {
    double factor = 1;
    double best = Double.MAX_VALUE;
    int without = 0;
    int cooling = 0;
    for (EpochRecord epoch : epochs) {
      if (epoch.epoch() - 1 < rule.begins() - ROUNDING) {
        continue;
      }
      double loss = Double.isNaN(epoch.validationLoss()) ? epoch.loss() : epoch.validationLoss();
      if (loss < best - rule.threshold() * Math.abs(best)) {
        best = loss;
        without = 0;
      } else {
        without++;
      }
      if (cooling > 0) {
        cooling--;
        without = 0;
      }
      if (without > rule.patience()) {
        factor = Math.max(factor * rule.factor(), rule.minFactor());
        cooling = rule.cooldown();
        without = 0;
      }
    }
    return factor;
  }
}
