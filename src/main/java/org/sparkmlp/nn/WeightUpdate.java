package org.sparkmlp.nn;

import org.sparkmlp.backend.Backend;
import org.sparkmlp.backend.Backend.Buffer;
import org.sparkmlp.backend.DeviceBackend;
import org.sparkmlp.nn.Topology.Slice;
import org.sparkmlp.optim.Optimizer;

/**
 * One update of the weights by the gradient of a batch, wherever it is made: by a shard on its own
 * rows, or by the driver for the batch of all shards. In this order:
 *
 * <ol>
 *   <li>the gradient of the batch's loss sum becomes that of the objective: of the mean loss and
 *       the penalties, among them what holds weights to earlier ones;
 *   <li>its numbers are clipped to ±gradientClipValue, then its length to gradientClipNorm;
 *   <li>weights decay: w = (1 - η weightDecay) w, with the learning rate η of this update;
 *   <li>the optimizer moves weights and biases;
 *   <li>the weights into each unit are shrunk to a length of maxNorm where they are longer.
 * </ol>
 *
 * <p>What is off costs nothing. For one thread at a time, since it has room of its own.
 */
public final class WeightUpdate implements AutoCloseable {
  private final Backend backend;
  private final Optimizer optimizer;
  private final Regularization regularization;
  private final int size;

  /** The parts of the flat vector that aren't biases. */
  private final Slice[] matrices;

  private final Buffer norms;

  /** What weights are held to and how hard, each as long as the weights; null: to nothing. */
  private Buffer anchor;

  private Buffer strengths;

  /** Update on buffers of that backend. */
  public WeightUpdate(
      Topology topology, Backend backend, Optimizer optimizer, Regularization regularization) {
    this.backend = backend;
    this.optimizer = optimizer;
    this.regularization = regularization;
    this.size = topology.size();
    this.matrices =
        topology.slices().stream().filter(slice -> !slice.isBias()).toArray(Slice[]::new);
    int widest = 0;
    for (Slice matrix : matrices) {
      widest = Math.max(widest, matrix.columns());
    }
    this.norms = backend.allocate(regularization.maxNorm() > 0 ? widest : 0);
  }

  /**
   * Has every update pull the weights towards others: strengths ⊙ (weights − anchor) is added to
   * the gradient of the mean loss. Both are copied.
   */
  public void holdTo(float[] otherWeights, float[] strengthOfEach) {
    anchor = backend.copyOf(otherWeights);
    strengths = backend.copyOf(strengthOfEach);
  }

  /**
   * Makes the update.
   *
   * @param gradient of the batch's loss sum; overwritten
   * @param weight weight sum of the batch
   * @param slots the optimizer's
   * @param rate η
   * @param step number of the update, from 1
   */
  public void apply(
      Buffer weights, Buffer gradient, double weight, Buffer[] slots, double rate, long step) {
    float gradientScale = (float) (1 / weight);
    if (anchor != null) {
      backend.pull(size, weights, anchor, strengths, (float) weight, gradient);
    }
    if (changesGradient()) {
      differentiateObjective(weights, gradient, gradientScale);
      gradientScale = clip(gradient);
    }
    if (regularization.weightDecay() > 0) {
      float kept = (float) (1 - rate * regularization.weightDecay());
      for (Slice matrix : matrices) {
        backend.scale(kept, weights, matrix.offset(), matrix.length());
      }
    }
    backend.update(optimizer, size, weights, gradient, gradientScale, slots, rate, step);
    limitNorms(weights);
  }

  /** Gives its room back. */
  @Override
  public void close() {
    backend.free(norms, anchor, strengths);
  }

  private boolean changesGradient() {
    return regularization.regParam() > 0
        || regularization.gradientClipNorm() > 0
        || regularization.gradientClipValue() > 0;
  }

  /** Makes the gradient of a loss sum that of the mean loss and the penalty of the weights. */
  private void differentiateObjective(Buffer weights, Buffer gradient, float scale) {
    backend.scale(scale, gradient, 0, size);
    if (regularization.regParam() > 0) {
      float l1 = (float) regularization.l1();
      float l2 = (float) regularization.l2();
      for (Slice matrix : matrices) {
        backend.penalize(l1, l2, weights, gradient, matrix.offset(), matrix.length());
      }
    }
  }

  /** Clips the numbers of the gradient; returns what to multiply it with to clip its length. */
  private float clip(Buffer gradient) {
    if (regularization.gradientClipValue() > 0) {
      backend.clip((float) regularization.gradientClipValue(), gradient, 0, size);
    }
    if (regularization.gradientClipNorm() > 0 && backend instanceof DeviceBackend device) {
      device.limitNorm((float) regularization.gradientClipNorm(), gradient, 0, size);
    } else if (regularization.gradientClipNorm() > 0) {
      double norm = Math.sqrt(backend.sumOfSquares(gradient, 0, size));
      if (norm > regularization.gradientClipNorm()) {
        return (float) (regularization.gradientClipNorm() / norm);
      }
    }
    return 1;
  }

  /** Shrinks the weights into each unit to maxNorm where they are longer. */
  public void limitNorms(Buffer weights) {
    if (regularization.maxNorm() > 0) {
      float most = (float) regularization.maxNorm();
      for (Slice matrix : matrices) {
        backend.limitColumnNorms(
            matrix.rows(), matrix.columns(), weights, matrix.offset(), most, norms);
      }
    }
  }
}
