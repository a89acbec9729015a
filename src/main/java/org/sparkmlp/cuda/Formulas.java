package org.sparkmlp.cuda;

import org.sparkmlp.function.AbsoluteError;
import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.BinaryCrossEntropy;
import org.sparkmlp.function.Elu;
import org.sparkmlp.function.Gamma;
import org.sparkmlp.function.Hinge;
import org.sparkmlp.function.Huber;
import org.sparkmlp.function.LeakyRelu;
import org.sparkmlp.function.Loss;
import org.sparkmlp.function.Maxout;
import org.sparkmlp.function.MeanSquaredError;
import org.sparkmlp.function.Poisson;
import org.sparkmlp.function.Quantile;
import org.sparkmlp.function.SoftmaxCrossEntropy;
import org.sparkmlp.function.Tweedie;
import org.sparkmlp.optim.AdaDelta;
import org.sparkmlp.optim.AdaGrad;
import org.sparkmlp.optim.AdaMax;
import org.sparkmlp.optim.Adam;
import org.sparkmlp.optim.AdamW;
import org.sparkmlp.optim.AmsGrad;
import org.sparkmlp.optim.Lion;
import org.sparkmlp.optim.Momentum;
import org.sparkmlp.optim.NAdam;
import org.sparkmlp.optim.Nesterov;
import org.sparkmlp.optim.Optimizer;
import org.sparkmlp.optim.RAdam;
import org.sparkmlp.optim.RmsProp;
import org.sparkmlp.optim.Sgd;

/** What kernels.cu calls the formulas it knows: an id and their numbers. */
final class Formulas {
  private Formulas() {}

  /** An activation with up to two numbers. */
  record OfUnit(int id, float p, float q) {
    boolean isIdentity() {
      return id == 0;
    }
  }

  /** A loss with up to one number. */
  record OfRow(int id, double p) {}

  /** A rule with the numbers of a step, as {@code optimize} takes them. */
  record OfStep(
      int id,
      float rate,
      float b1,
      float a1,
      float b2,
      float a2,
      float epsilon,
      float x,
      float y) {}

  /** Null if no kernel knows it. */
  static OfUnit of(Activation f) {
    if (f == Activations.IDENTITY || f instanceof Maxout) {
      return new OfUnit(0, 0, 0);
    } else if (f == Activations.RELU) {
      return new OfUnit(1, 0, 0);
    } else if (f == Activations.TANH) {
      return new OfUnit(2, 0, 0);
    } else if (f == Activations.SIGMOID) {
      return new OfUnit(3, 0, 0);
    } else if (f instanceof LeakyRelu leaky) {
      return new OfUnit(4, (float) leaky.a(), 0);
    } else if (f instanceof Elu elu) {
      return new OfUnit(5, 1, (float) elu.alpha());
    } else if (f == Activations.SELU) {
      double lambda = Activations.SELU_LAMBDA;
      return new OfUnit(5, (float) lambda, (float) (lambda * Activations.SELU_ALPHA));
    } else if (f == Activations.GELU) {
      return new OfUnit(6, 0, 0);
    } else if (f == Activations.SILU) {
      return new OfUnit(7, 0, 0);
    } else if (f == Activations.SOFTPLUS) {
      return new OfUnit(8, 0, 0);
    } else if (f == Activations.SOFTSIGN) {
      return new OfUnit(9, 0, 0);
    } else if (f == Activations.HARDTANH) {
      return new OfUnit(10, 0, 0);
    }
    return null;
  }

  /** Null if no kernel knows it. */
  static OfRow of(Loss loss) {
    if (loss instanceof SoftmaxCrossEntropy softmax) {
      return new OfRow(0, softmax.labelSmoothing());
    } else if (loss instanceof BinaryCrossEntropy) {
      return new OfRow(1, 0);
    } else if (loss instanceof Hinge) {
      return new OfRow(2, 0);
    } else if (loss instanceof MeanSquaredError) {
      return new OfRow(3, 0);
    } else if (loss instanceof AbsoluteError) {
      return new OfRow(4, 0);
    } else if (loss instanceof Huber huber) {
      return new OfRow(5, huber.delta());
    } else if (loss instanceof Quantile quantile) {
      return new OfRow(6, quantile.tau());
    } else if (loss instanceof Poisson) {
      return new OfRow(7, 0);
    } else if (loss instanceof Gamma) {
      return new OfRow(8, 0);
    } else if (loss instanceof Tweedie tweedie) {
      return new OfRow(9, tweedie.p());
    }
    return null;
  }

  /** Null if no kernel knows it. */
  static OfStep of(Optimizer optimizer, double rate, long step) {
    double[] c = optimizer.coefficients(rate, step);
    if (optimizer instanceof Sgd) {
      return decaying(0, c[0], 0, 0, 0);
    } else if (optimizer instanceof Momentum rule) {
      return decaying(1, c[0], rule.momentum(), 0, 0);
    } else if (optimizer instanceof Nesterov rule) {
      return decaying(2, c[0], rule.momentum(), 0, 0);
    } else if (optimizer instanceof AdaGrad rule) {
      return new OfStep(3, (float) c[0], 1, 1, 0, 0, (float) rule.epsilon(), 0, 0);
    } else if (optimizer instanceof RmsProp rule) {
      return decaying(rule.centered() ? 4 : 3, c[0], rule.rho(), 0, rule.epsilon());
    } else if (optimizer instanceof AdaDelta rule) {
      return decaying(5, c[0], rule.rho(), 0, rule.epsilon());
    } else if (optimizer instanceof Adam rule) {
      return decaying(6, c[0], rule.beta1(), rule.beta2(), rule.epsilon(), c[1], 0);
    } else if (optimizer instanceof AmsGrad rule) {
      return decaying(7, c[0], rule.beta1(), rule.beta2(), rule.epsilon(), c[1], 0);
    } else if (optimizer instanceof AdamW rule) {
      return decaying(8, c[0], rule.beta1(), rule.beta2(), rule.epsilon(), c[1], c[2]);
    } else if (optimizer instanceof AdaMax rule) {
      return decaying(9, c[0], rule.beta1(), rule.beta2(), rule.epsilon());
    } else if (optimizer instanceof NAdam rule) {
      return decaying(10, c[1], rule.beta1(), rule.beta2(), rule.epsilon(), c[2], c[0]);
    } else if (optimizer instanceof Lion rule) {
      return decaying(11, c[0], rule.beta1(), rule.beta2(), 0, 0, c[1]);
    } else if (optimizer instanceof RAdam rule) {
      return decaying(12, c[0], rule.beta1(), rule.beta2(), rule.epsilon(), c[1], 0);
    }
    return null;
  }

  private static OfStep decaying(int id, double rate, double b1, double b2, double epsilon) {
    return decaying(id, rate, b1, b2, epsilon, 0, 0);
  }

  /** Of a mean that keeps b of itself, 1 - b is new. */
  private static OfStep decaying(
      int id, double rate, double b1, double b2, double epsilon, double x, double y) {
    return new OfStep(
        id,
        (float) rate,
        (float) b1,
        (float) (1 - b1),
        (float) b2,
        (float) (1 - b2),
        (float) epsilon,
        (float) x,
        (float) y);
  }
}
