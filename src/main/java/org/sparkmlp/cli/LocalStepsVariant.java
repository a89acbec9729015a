package org.sparkmlp.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.sparkmlp.ml.MLPClassifier;
import org.sparkmlp.train.AutoLocalSteps;
import org.sparkmlp.train.Averaging;

/**
 * A way to train with local steps.
 *
 * @param localSteps H
 * @param name of H: the number, and whether it is a round an epoch or what auto chooses
 * @param auto whether it is what auto chooses
 * @param outerMomentum from round to round
 * @param reset whether slots begin every round at 0
 */
record LocalStepsVariant(
    int localSteps, String name, boolean auto, double outerMomentum, boolean reset) {
  /** MLPClassifier's. */
  private static final double DEFAULT_MOMENTUM = new MLPClassifier().getOuterMomentum();

  /**
   * Each H once, from small to large, with all that can be done at an aggregation.
   *
   * @param given H, those that are more than an epoch cut to one
   * @param momenta of rounds, beside none and the default
   * @param stepsPerEpoch updates of a shard
   */
  static List<LocalStepsVariant> all(
      int[] given, double[] momenta, int stepsPerEpoch, AutoLocalSteps.Choice choice) {
    double[] outer =
        DoubleStream.concat(DoubleStream.of(0, DEFAULT_MOMENTUM), DoubleStream.of(momenta))
            .distinct()
            .toArray();
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
          for (double momentum : outer) {
            for (boolean reset : new boolean[] {false, true}) {
              if (steps > 1 || (momentum == 0 && !reset)) {
                variants.add(new LocalStepsVariant(steps, steps + name, auto, momentum, reset));
              }
            }
          }
        });
    return variants;
  }

  /** Whether MLPClassifier can be told to train so. */
  boolean plain() {
    return !reset;
  }

  /** Whether MLPClassifier trains so when it isn't told how. */
  boolean product() {
    return auto && !reset && (localSteps == 1 || outerMomentum == DEFAULT_MOMENTUM);
  }

  String outerName() {
    return localSteps == 1 ? "" : "" + outerMomentum;
  }

  String slotsName() {
    return localSteps == 1 ? "" : reset ? "reset" : "averaged";
  }

  /** What becomes of slots at aggregations. */
  Averaging averaging() {
    return reset ? new SlotReset() : Averaging.MEAN;
  }

  @Override
  public String toString() {
    return name
        + (outerMomentum > 0 ? ", outer momentum " + outerMomentum : "")
        + (reset ? ", slots reset" : "");
  }
}
