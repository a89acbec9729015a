package org.sparkmlp.cuda;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkmlp.backend.LossSums;
import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Loss;
import org.sparkmlp.optim.Optimizer;

/**
 * Formulas that no kernel knows, a user's own: by their definitions, on numbers that were fetched
 * from the device and go back to it. Right, and slow.
 */
final class HostFormulas {
  private static final Logger LOG = LoggerFactory.getLogger(HostFormulas.class);
  private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

  private HostFormulas() {}

  private static void say(String kind, String spec) {
    if (SAID.add(kind + spec)) {
      LOG.warn(
          "{} '{}' is unknown to the GPU's kernels: its numbers go to the CPU and back in every step, which may cost"
              + " more than the GPU gains",
          kind,
          spec);
    }
  }

  /** A = f(Z), in place of A; both lie alike. */
  static void activate(Activation f, int rows, int columns, float[] z, float[] a, int ld) {
    say("activation", f.spec());
    for (int i = 0; i < rows; i++) {
      for (int at = i * ld; at < i * ld + columns; at++) {
        a[at] = (float) f.value(z[at]);
      }
    }
  }

  /** D = D ⊙ f'(Z, A). */
  static void activationGradient(
      Activation f, int rows, int columns, float[] z, float[] a, float[] d, int ld) {
    boolean input = f.needsInput();
    for (int i = 0; i < rows; i++) {
      for (int at = i * ld; at < i * ld + columns; at++) {
        d[at] *= (float) f.derivative(input ? z[at] : Double.NaN, a[at]);
      }
    }
  }

  /**
   * The losses of a batch, as {@link org.sparkmlp.backend.Backend#loss} says.
   *
   * @param gradient receives the gradient; may be null
   */
  static LossSums loss(
      Loss loss,
      boolean classes,
      int rows,
      int columns,
      float[] z,
      float[] targets,
      float[] weights,
      float[] gradient) {
    say("loss", loss.spec());
    LossSums sums = new LossSums();
    double[] logits = new double[columns];
    double[] y = new double[columns];
    double[] slope = new double[columns];
    for (int i = 0; i < rows; i++) {
      int label = classes ? (int) targets[i] : -1;
      int best = 0;
      for (int k = 0; k < columns; k++) {
        logits[k] = z[i * columns + k];
        y[k] = label < 0 ? targets[i * columns + k] : columns == 1 ? label : label == k ? 1 : 0;
        best = logits[k] > logits[best] ? k : best;
      }
      int predicted = columns > 1 ? best : logits[0] > 0 ? 1 : 0;
      if (gradient != null) {
        loss.gradient(logits, y, slope);
        for (int k = 0; k < columns; k++) {
          gradient[i * columns + k] = (float) (weights[i] * slope[k]);
        }
      }
      sums.loss += weights[i] * loss.value(logits, y);
      sums.weight += weights[i];
      sums.correct += classes && predicted == label ? weights[i] : 0;
    }
    return sums;
  }

  /** One step of an optimizer, in place. */
  static void update(
      Optimizer optimizer,
      float[] w,
      float[] g,
      float scale,
      float[][] slots,
      double rate,
      long step) {
    say("solver", optimizer.spec());
    double[] c = optimizer.coefficients(rate, step);
    double[] s = new double[slots.length];
    for (int i = 0; i < w.length; i++) {
      int weight = i;
      Arrays.setAll(s, j -> slots[j][weight]);
      w[i] = (float) optimizer.update(w[i], g[i] * scale, s, c);
      for (int j = 0; j < s.length; j++) {
        slots[j][i] = (float) s[j];
      }
    }
  }
}
