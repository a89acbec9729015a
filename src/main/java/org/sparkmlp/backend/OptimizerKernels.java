package org.sparkmlp.backend;

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

/**
 * Optimizer steps on {@code float[]}: one vectorized loop for each known rule, whose formula is in
 * its class, and {@link Optimizer#update} element by element for a user's. Slot j of weight i is
 * {@code slots[j][i]}; were all slots in one array, the JIT couldn't tell its parts apart and
 * wouldn't vectorize (measured: 8 times slower).
 */
final class OptimizerKernels {
  private OptimizerKernels() {}

  static void run(
      Optimizer optimizer,
      int n,
      float[] w,
      float[] g,
      float scale,
      float[][] slots,
      double rate,
      long step) {
    double[] c = optimizer.coefficients(rate, step);
    float rate0 = (float) c[0];
    if (optimizer instanceof Sgd) {
      sgd(n, w, g, scale, rate0);
    } else if (optimizer instanceof Momentum rule) {
      momentum(n, w, g, scale, slots[0], rate0, (float) rule.momentum());
    } else if (optimizer instanceof Nesterov rule) {
      nesterov(n, w, g, scale, slots[0], rate0, (float) rule.momentum());
    } else if (optimizer instanceof AdaGrad rule) {
      rms(n, w, g, scale, slots[0], rate0, 1, 1, (float) rule.epsilon());
    } else if (optimizer instanceof AdaDelta rule) {
      adaDelta(n, w, g, scale, slots[0], slots[1], rate0, rule);
    } else if (optimizer instanceof RmsProp rule && rule.centered()) {
      centered(n, w, g, scale, slots[0], slots[1], rate0, rule);
    } else if (optimizer instanceof RmsProp rule) {
      float rho = (float) rule.rho();
      rms(n, w, g, scale, slots[0], rate0, rho, (float) (1 - rule.rho()), (float) rule.epsilon());
    } else if (optimizer instanceof Adam rule) {
      float b1 = (float) rule.beta1();
      float b2 = (float) rule.beta2();
      float a1 = (float) (1 - rule.beta1());
      float a2 = (float) (1 - rule.beta2());
      adam(n, w, g, scale, slots, rate0, b1, a1, b2, a2, (float) c[1], (float) rule.epsilon());
    } else if (optimizer instanceof AmsGrad rule) {
      amsGrad(n, w, g, scale, slots, c, rule);
    } else if (optimizer instanceof AdamW rule) {
      adamW(n, w, g, scale, slots[0], slots[1], c, rule);
    } else if (optimizer instanceof AdaMax rule) {
      adaMax(n, w, g, scale, slots[0], slots[1], rate0, rule);
    } else if (optimizer instanceof NAdam rule) {
      nAdam(n, w, g, scale, slots[0], slots[1], c, rule);
    } else if (optimizer instanceof Lion rule) {
      lion(n, w, g, scale, slots[0], c, rule);
    } else if (optimizer instanceof RAdam rule) {
      float b1 = (float) rule.beta1();
      float b2 = (float) rule.beta2();
      float a1 = (float) (1 - rule.beta1());
      float a2 = (float) (1 - rule.beta2());
      radam(n, w, g, scale, slots, rate0, b1, a1, b2, a2, (float) c[1], (float) rule.epsilon());
    } else {
      generic(optimizer, n, w, g, scale, slots, c);
    }
  }

  private static void sgd(int n, float[] w, float[] g, float scale, float rate) {
    for (int i = 0; i < n; i++) {
      w[i] -= rate * (g[i] * scale);
    }
  }

  private static void momentum(
      int n, float[] w, float[] g, float scale, float[] v, float rate, float momentum) {
    for (int i = 0; i < n; i++) {
      float next = momentum * v[i] - rate * (g[i] * scale);
      v[i] = next;
      w[i] += next;
    }
  }

  private static void nesterov(
      int n, float[] w, float[] g, float scale, float[] v, float rate, float momentum) {
    for (int i = 0; i < n; i++) {
      float push = rate * (g[i] * scale);
      float next = momentum * v[i] - push;
      v[i] = next;
      w[i] += momentum * next - push;
    }
  }

  /**
   * r = keep r + add g², w -= rate g / (√r + ε): AdaGrad with keep = add = 1, RMSprop with ρ and 1
   * - ρ.
   */
  private static void rms(
      int n,
      float[] w,
      float[] g,
      float scale,
      float[] r,
      float rate,
      float keep,
      float add,
      float epsilon) {
    for (int i = 0; i < n; i++) {
      float gradient = g[i] * scale;
      float next = keep * r[i] + add * (gradient * gradient);
      r[i] = next;
      w[i] -= rate * gradient / ((float) Math.sqrt(next) + epsilon);
    }
  }

  private static void adaDelta(
      int n, float[] w, float[] g, float scale, float[] rs, float[] ss, float rate, AdaDelta rule) {
    float keep = (float) rule.rho();
    float add = (float) (1 - rule.rho());
    float epsilon = (float) rule.epsilon();
    for (int i = 0; i < n; i++) {
      float gradient = g[i] * scale;
      float r = keep * rs[i] + add * (gradient * gradient);
      float d = (float) Math.sqrt(ss[i] + epsilon) / (float) Math.sqrt(r + epsilon) * gradient;
      rs[i] = r;
      ss[i] = keep * ss[i] + add * (d * d);
      w[i] -= rate * d;
    }
  }

  private static void centered(
      int n, float[] w, float[] g, float scale, float[] rs, float[] ms, float rate, RmsProp rule) {
    float keep = (float) rule.rho();
    float add = (float) (1 - rule.rho());
    float epsilon = (float) rule.epsilon();
    for (int i = 0; i < n; i++) {
      float gradient = g[i] * scale;
      float r = keep * rs[i] + add * (gradient * gradient);
      float m = keep * ms[i] + add * gradient;
      rs[i] = r;
      ms[i] = m;
      w[i] -= rate * gradient / ((float) Math.sqrt(Math.max(0, r - m * m)) + epsilon);
    }
  }

  private static void amsGrad(
      int n, float[] w, float[] g, float scale, float[][] slots, double[] c, AmsGrad rule) {
    float b1 = (float) rule.beta1();
    float a1 = (float) (1 - rule.beta1());
    float b2 = (float) rule.beta2();
    float a2 = (float) (1 - rule.beta2());
    float rate = (float) c[0];
    float correction = (float) c[1];
    float epsilon = (float) rule.epsilon();
    float[] ms = slots[0];
    float[] vs = slots[1];
    float[] us = slots[2];
    for (int i = 0; i < n; i++) {
      float gradient = g[i] * scale;
      float m = b1 * ms[i] + a1 * gradient;
      float v = b2 * vs[i] + a2 * (gradient * gradient);
      float u = Math.max(us[i], v);
      ms[i] = m;
      vs[i] = v;
      us[i] = u;
      w[i] -= rate * m / ((float) Math.sqrt(u) * correction + epsilon);
    }
  }

  private static void adamW(
      int n, float[] w, float[] g, float scale, float[] ms, float[] vs, double[] c, AdamW rule) {
    float b1 = (float) rule.beta1();
    float a1 = (float) (1 - rule.beta1());
    float b2 = (float) rule.beta2();
    float a2 = (float) (1 - rule.beta2());
    float rate = (float) c[0];
    float correction = (float) c[1];
    float keep = (float) c[2];
    float epsilon = (float) rule.epsilon();
    for (int i = 0; i < n; i++) {
      float gradient = g[i] * scale;
      float m = b1 * ms[i] + a1 * gradient;
      float v = b2 * vs[i] + a2 * (gradient * gradient);
      ms[i] = m;
      vs[i] = v;
      w[i] = keep * w[i] - rate * m / ((float) Math.sqrt(v) * correction + epsilon);
    }
  }

  private static void adaMax(
      int n, float[] w, float[] g, float scale, float[] ms, float[] us, float rate, AdaMax rule) {
    float b1 = (float) rule.beta1();
    float a1 = (float) (1 - rule.beta1());
    float b2 = (float) rule.beta2();
    float epsilon = (float) rule.epsilon();
    for (int i = 0; i < n; i++) {
      float gradient = g[i] * scale;
      float m = b1 * ms[i] + a1 * gradient;
      float u = Math.max(b2 * us[i], Math.abs(gradient) + epsilon);
      ms[i] = m;
      us[i] = u;
      w[i] -= rate * m / u;
    }
  }

  private static void nAdam(
      int n, float[] w, float[] g, float scale, float[] ms, float[] vs, double[] c, NAdam rule) {
    float b1 = (float) rule.beta1();
    float a1 = (float) (1 - rule.beta1());
    float b2 = (float) rule.beta2();
    float a2 = (float) (1 - rule.beta2());
    float ofGradient = (float) c[0];
    float ofMoment = (float) c[1];
    float correction = (float) c[2];
    float epsilon = (float) rule.epsilon();
    for (int i = 0; i < n; i++) {
      float gradient = g[i] * scale;
      float m = b1 * ms[i] + a1 * gradient;
      float v = b2 * vs[i] + a2 * (gradient * gradient);
      ms[i] = m;
      vs[i] = v;
      w[i] -=
          (ofGradient * gradient + ofMoment * m) / ((float) Math.sqrt(v) * correction + epsilon);
    }
  }

  private static void lion(
      int n, float[] w, float[] g, float scale, float[] ms, double[] c, Lion rule) {
    float b1 = (float) rule.beta1();
    float a1 = (float) (1 - rule.beta1());
    float b2 = (float) rule.beta2();
    float a2 = (float) (1 - rule.beta2());
    float rate = (float) c[0];
    float keep = (float) c[1];
    for (int i = 0; i < n; i++) {
      float gradient = g[i] * scale;
      float direction = FloatMath.sign(b1 * ms[i] + a1 * gradient);
      ms[i] = b2 * ms[i] + a2 * gradient;
      w[i] = keep * w[i] - rate * direction;
    }
  }

  private static void adam(
      int n,
      float[] w,
      float[] g,
      float scale,
      float[][] slots,
      float rate,
      float b1,
      float a1,
      float b2,
      float a2,
      float correction,
      float epsilon) {
    float[] ms = slots[0];
    float[] vs = slots[1];
    for (int i = 0; i < n; i++) {
      float gradient = g[i] * scale;
      float m = b1 * ms[i] + a1 * gradient;
      float v = b2 * vs[i] + a2 * (gradient * gradient);
      ms[i] = m;
      vs[i] = v;
      w[i] -= rate * m / ((float) Math.sqrt(v) * correction + epsilon);
    }
  }

  private static void radam(
      int n,
      float[] w,
      float[] g,
      float scale,
      float[][] slots,
      float rate,
      float b1,
      float a1,
      float b2,
      float a2,
      float rectifier,
      float epsilon) {
    float[] ms = slots[0];
    float[] vs = slots[1];
    // not adaptive yet: a denominator of 1
    float top = rectifier > 0 ? rate * rectifier : rate;
    float root = rectifier > 0 ? 1 : 0;
    float rest = rectifier > 0 ? epsilon : 1;
    for (int i = 0; i < n; i++) {
      float gradient = g[i] * scale;
      float m = b1 * ms[i] + a1 * gradient;
      float v = b2 * vs[i] + a2 * (gradient * gradient);
      ms[i] = m;
      vs[i] = v;
      w[i] -= top * m / (root * (float) Math.sqrt(v) + rest);
    }
  }

  private static void generic(
      Optimizer optimizer, int n, float[] w, float[] g, float scale, float[][] slots, double[] c) {
    double[] s = new double[optimizer.slots().size()];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < s.length; j++) {
        s[j] = slots[j][i];
      }
      w[i] = (float) optimizer.update(w[i], g[i] * scale, s, c);
      for (int j = 0; j < s.length; j++) {
        slots[j][i] = (float) s[j];
      }
    }
  }
}
