package org.sparkmlp.nn;

import java.util.Arrays;
import org.sparkmlp.backend.Backend;
import org.sparkmlp.backend.Backend.Buffer;
import org.sparkmlp.backend.LossSums;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.optim.Optimizer;

/**
 * A network in float on a backend, with all the room it needs: weights, gradient, optimizer slots
 * and the values of one batch. Nothing is allocated after construction. For one thread at a time.
 *
 * <p>Forward, for a batch of n rows: A_0 = X (n x inputs), A_l = f(A_(l-1) W_l + 1 b_l'). Backward,
 * with D_l the gradient of the weighted loss sum by the sums of layer l: dW_l = A_(l-1)' D_l, db_l
 * = column sums of D_l, D_(l-1) = (D_l W_l') ⊙ f'(A_(l-1)). Gradients are sums over rows, never
 * means.
 *
 * <p>In the flat vector a layer's biases follow its weights, as one more row of them. So the values
 * of each layer but the last have one more column, of ones, and the products with weights add the
 * biases, or sum their gradient, without a pass of their own: [A 1] [W; b] and [A 1]' D.
 */
public final class Network {
  private final Topology topology;
  private final Backend backend;
  private final int capacity;
  private final Buffer weights;
  private final Buffer gradient;
  private Buffer[] slots = {};
  private Buffer anchor;
  private Buffer strengths;

  /** A_l for l = 0 .. depth, capacity x units, and the column of ones. */
  private final Buffer[] outputs;

  /** D_l for l = 1 .. depth, laid out likewise; that column isn't used. */
  private final Buffer[] deltas;

  private final Buffer targets;
  private final Buffer rowWeights;

  /**
   * @param capacity most rows of a batch
   */
  public Network(Topology topology, Backend backend, int capacity) {
    this(topology, backend, capacity, true);
  }

  /** A network that can only {@link #predict}, with no room for gradients. */
  public static Network forPrediction(Topology topology, Backend backend, int capacity) {
    return new Network(topology, backend, capacity, false);
  }

  private Network(Topology topology, Backend backend, int capacity, boolean training) {
    this.topology = topology;
    this.backend = backend;
    this.capacity = capacity;
    this.weights = backend.allocate(topology.size());
    this.gradient = backend.allocate(training ? topology.size() : 0);
    this.outputs = new Buffer[topology.depth() + 1];
    this.deltas = new Buffer[topology.depth() + 1];
    for (int l = 0; l <= topology.depth(); l++) {
      outputs[l] = backend.allocate(capacity * stride(l));
      deltas[l] = backend.allocate(training && l > 0 ? capacity * stride(l) : 0);
      backend.fill(outputs[l], 0, outputs[l].length(), 1);
    }
    this.targets = backend.allocate(capacity * (topology.classTargets() ? 1 : topology.outputs()));
    this.rowWeights = backend.allocate(capacity);
  }

  /** From one row of a layer's values to the next. */
  private int stride(int l) {
    return l < topology.depth() ? topology.units(l) + 1 : topology.units(l);
  }

  public Topology topology() {
    return topology;
  }

  public int capacity() {
    return capacity;
  }

  /** Takes the flat vector of weights, which is copied. */
  public void setWeights(float[] flat) {
    backend.upload(flat, 0, weights, 0, topology.size());
  }

  /** Copies the weights to {@code flat}. */
  public void getWeights(float[] flat) {
    backend.download(weights, 0, flat, 0, topology.size());
  }

  /** Takes the optimizer's slots, one after the other, each as long as the weights; copied. */
  public void setSlots(float[] flat) {
    int size = topology.size();
    if (slots.length != flat.length / size) {
      slots = new Buffer[flat.length / size];
      Arrays.setAll(slots, j -> backend.allocate(size));
    }
    for (int j = 0; j < slots.length; j++) {
      backend.upload(flat, j * size, slots[j], 0, size);
    }
  }

  /** Copies the slots to {@code flat} from {@code offset} on. */
  public void getSlots(float[] flat, int offset) {
    int size = topology.size();
    for (int j = 0; j < slots.length; j++) {
      backend.download(slots[j], 0, flat, offset + j * size, size);
    }
  }

  /**
   * Takes what {@link #pull} pulls to, and how hard, both as long as the weights; copied. Room for
   * them is made at the first call.
   */
  public void setAnchor(float[] flat, float[] strengthOfEach) {
    int size = topology.size();
    if (anchor == null) {
      anchor = backend.allocate(size);
      strengths = backend.allocate(size);
    }
    backend.upload(flat, 0, anchor, 0, size);
    backend.upload(strengthOfEach, 0, strengths, 0, size);
  }

  /** Adds {@code scale} · strengths ⊙ (weights − anchor) to the gradient. */
  public void pull(double scale) {
    backend.pull(topology.size(), weights, anchor, strengths, (float) scale, gradient);
  }

  /** Copies the gradient to {@code flat}. */
  public void getGradient(float[] flat) {
    backend.download(gradient, 0, flat, 0, topology.size());
  }

  /** Puts a row into place {@code i} of the batch. */
  public void load(int i, PackedBlock block, int row) {
    int columns = topology.inputs();
    backend.upload(block.features(), row * columns, outputs[0], i * stride(0), columns);
    int width = topology.classTargets() ? 1 : topology.outputs();
    backend.upload(block.targets(), row * width, targets, i * width, width);
    backend.upload(block.weights(), row, rowWeights, i, 1);
  }

  /** Puts features alone into place {@code i} of the batch, for {@link #predict}. */
  public void load(int i, float[] features) {
    backend.upload(features, 0, outputs[0], i * stride(0), topology.inputs());
  }

  /**
   * Writes the logits of the first {@code rows} rows of the batch, rows x outputs, to {@code
   * logits}.
   */
  public void predict(int rows, float[] logits) {
    forward(rows);
    backend.download(outputs[topology.depth()], 0, logits, 0, rows * topology.outputs());
  }

  /** Adds the losses of the batch to {@code sums}. */
  public void evaluate(int rows, LossSums sums) {
    forward(rows);
    loss(rows, null, sums);
  }

  /**
   * Computes the gradient of the batch's weighted loss sum and adds its losses to {@code sums}.
   *
   * @param accumulate whether to add to the gradient that is there
   */
  public void differentiate(int rows, boolean accumulate, LossSums sums) {
    forward(rows);
    loss(rows, deltas[topology.depth()], sums);
    backward(rows, accumulate);
  }

  /**
   * Updates the weights by the gradient.
   *
   * @param scale what to multiply the gradient with: 1 / (weight sum of the batch)
   * @param rate learning rate
   * @param step number of the update, from 1
   */
  public void update(Optimizer optimizer, double scale, double rate, long step) {
    backend.update(optimizer, topology.size(), weights, gradient, (float) scale, slots, rate, step);
  }

  /**
   * Computes, in place of the gradient, the sum of the squared gradients of single rows, Σ_i w_i
   * (dl_i/dθ)²: a row's gradient by W_l is the outer product of its values and its deltas, so that
   * of all rows it is (A_(l-1) ⊙ A_(l-1))' (D_l ⊙ D_l), and exact. The batch must be loaded anew
   * for whatever comes next.
   *
   * @return Σ_i w_i
   */
  public double squareGradients(int rows) {
    float[] weightsOfRows = new float[rows];
    backend.download(rowWeights, 0, weightsOfRows, 0, rows);
    double sum = 0;
    for (int i = 0; i < rows; i++) {
      sum += weightsOfRows[i];
      weightsOfRows[i] = (float) Math.sqrt(weightsOfRows[i]); // deltas have it as a factor
    }
    backend.upload(weightsOfRows, 0, rowWeights, 0, rows);
    differentiate(rows, false, new LossSums());
    for (int l = 1; l <= topology.depth(); l++) {
      backend.square(rows * stride(l - 1), outputs[l - 1]);
      backend.square(rows * stride(l), deltas[l]);
      weightGradient(l, rows, false);
    }
    return sum;
  }

  private void forward(int rows) {
    for (int l = 1; l <= topology.depth(); l++) {
      int in = topology.units(l - 1);
      int out = topology.units(l);
      backend.gemm(
          false,
          false,
          rows,
          out,
          in + 1,
          1,
          outputs[l - 1],
          0,
          stride(l - 1),
          weights,
          topology.weightsOffset(l),
          out,
          0,
          outputs[l],
          0,
          stride(l));
      backend.activate(topology.activation(l), rows, out, outputs[l], 0, stride(l));
    }
  }

  private void loss(int rows, Buffer into, LossSums sums) {
    backend.loss(
        topology.loss(),
        topology.classTargets(),
        rows,
        topology.outputs(),
        outputs[topology.depth()],
        targets,
        rowWeights,
        into,
        sums);
  }

  private void backward(int rows, boolean accumulate) {
    for (int l = topology.depth(); l >= 1; l--) {
      int in = topology.units(l - 1);
      int out = topology.units(l);
      backend.activationGradient(
          topology.activation(l), rows, out, outputs[l], deltas[l], 0, stride(l));
      weightGradient(l, rows, accumulate);
      if (l > 1) {
        backend.gemm(
            false,
            true,
            rows,
            in,
            out,
            1,
            deltas[l],
            0,
            stride(l),
            weights,
            topology.weightsOffset(l),
            out,
            0,
            deltas[l - 1],
            0,
            stride(l - 1));
      }
    }
  }

  /** [A_(l-1) 1]' D_l. */
  private void weightGradient(int l, int rows, boolean accumulate) {
    int out = topology.units(l);
    backend.gemm(
        true,
        false,
        topology.units(l - 1) + 1,
        out,
        rows,
        1,
        outputs[l - 1],
        0,
        stride(l - 1),
        deltas[l],
        0,
        stride(l),
        accumulate ? 1 : 0,
        gradient,
        topology.weightsOffset(l),
        out);
  }
}
