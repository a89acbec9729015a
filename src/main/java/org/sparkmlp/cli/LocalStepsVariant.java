package org.sparkmlp.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.sparkmlp.train.AutoLocalSteps;
import org.sparkmlp.train.Averaging;

/**
 * A way to train with local steps.
 *
 * @param localSteps H
 * @param name of H: the number, and whether it is a round an epoch or what auto chooses
 * @param auto whether it is what auto chooses
 * @param outer whether rounds have Nesterov momentum
 * @param reset whether slots begin every round at 0
 */
record LocalStepsVariant(int localSteps, String name, boolean auto, boolean outer, boolean reset) {
  /**
   * Each H once, from small to large, with all that can be done at an aggregation.
   *
   * @param given H, those that are more than an epoch cut to one
   * @param stepsPerEpoch updates of a shard
   */
  static List<LocalStepsVariant> all(int[] given, int stepsPerEpoch, AutoLocalSteps.Choice choice) {
    int epoch = Math.max(2, stepsPerEpoch); // 1 would mean synchronous steps
    Map<Integer, String> names = new TreeMap<>();
    for (int steps : given) {
      names.put(Math.min(steps, epoch), "");
    }
    names.merge(epoch, " epoch", String::concat);
    names.merge(choice.localSteps(), " auto", String::concat);
    List<LocalStepsVariant> variants = new ArrayList<>();
    names.forEach(
        (steps, name) -> {
          boolean auto = steps == choice.localSteps();
          for (boolean outer : new boolean[] {false, true}) {
            for (boolean reset : new boolean[] {false, true}) {
              if (steps > 1 || (!outer && !reset)) {
                variants.add(new LocalStepsVariant(steps, steps + name, auto, outer, reset));
              }
            }
          }
        });
    return variants;
  }

  /** Whether MLPClassifier can be told to train so. */
  boolean plain() {
    return !outer && !reset;
  }

  /** Whether MLPClassifier trains so when it isn't told how. */
  boolean product() {
    return auto && plain();
  }

  String outerName() {
    return outer ? "nesterov" : "none";
  }

  String slotsName() {
    return localSteps == 1 ? "" : reset ? "reset" : "averaged";
  }

  /** What happens at aggregations, anew for a training. */
  Averaging averaging(double momentum, double rate) {
    Averaging averaging = outer ? new OuterNesterov(momentum, rate) : Averaging.MEAN;
    return reset ? new SlotReset(averaging) : averaging;
  }

  @Override
  public String toString() {
    return name + (outer ? ", nesterov" : "") + (reset ? ", slots reset" : "");
  }
}
