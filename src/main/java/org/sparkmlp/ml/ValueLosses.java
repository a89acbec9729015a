package org.sparkmlp.ml;

import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.Params;
import org.sparkmlp.function.BinaryCrossEntropy;
import org.sparkmlp.function.Hinge;
import org.sparkmlp.function.Loss;
import org.sparkmlp.function.Losses;
import org.sparkmlp.function.SoftmaxCrossEntropy;
import org.sparkmlp.util.Check;

/** The losses of regression, and whether labels are standardized for them. */
final class ValueLosses {
  private ValueLosses() {}

  static Loss parse(String spec) {
    return spec.equals(MLPParams.AUTO) ? Losses.MEAN_SQUARED_ERROR : Losses.parse(spec);
  }

  /**
   * Whether labels are standardized: if they are to be, and the loss predicts the logits as they
   * are. (Of a loss that predicts e^z the labels are a scale already, which has a 0.)
   */
  static boolean standardizes(MLPParams p, BooleanParam standardizeLabel) {
    return (Boolean) p.getOrDefault(standardizeLabel) && predictsLogits(parse(p.getLoss()));
  }

  private static boolean predictsLogits(Loss loss) {
    double[] z = {-1.5};
    double[] predicted = new double[1];
    loss.link(z, predicted);
    return predicted[0] == z[0];
  }

  private static boolean isForClasses(Loss loss) {
    return loss instanceof SoftmaxCrossEntropy
        || loss instanceof BinaryCrossEntropy
        || loss instanceof Hinge;
  }

  /** Checks what params say of the loss, without data. */
  static void check(MLPParams p, BooleanParam standardizeLabel) {
    String spec = p.getLoss();
    Check.that(
        !isForClasses(parse(spec)),
        "loss = %s is for classes, not for the values of regression; for these there are %s",
        spec,
        String.join(
            ", ", Losses.names().stream().filter(name -> !isForClasses(parse(name))).toList()));
    Check.that(
        !((Params) p).isSet(standardizeLabel)
            || !(Boolean) p.getOrDefault(standardizeLabel)
            || predictsLogits(parse(spec)),
        "standardizeLabel is set, but loss = %s can't have standardized labels, since what it predicts isn't the network's"
            + " output itself (e^z is never below 0); unset it or take another loss",
        spec);
  }

  /** The param, which Spark finds by a method of its owner. */
  static BooleanParam standardizeLabel(Params owner) {
    BooleanParam param =
        new BooleanParam(
            owner,
            "standardizeLabel",
            "whether labels are standardized for training, to mean 0 and deviation 1 over the training rows, and"
                + " predictions mapped back; losses, and their arguments such as a delta, are then in deviations. Has no"
                + " meaning for losses that predict e^z, and isn't to be set for them");
    owner.setDefault(param, true);
    return param;
  }
}
