package org.sparkmlp.nn;

import java.util.Arrays;
import org.sparkmlp.backend.Backend;
import org.sparkmlp.backend.Backend.Buffer;
import org.sparkmlp.backend.DeviceBackend;
import org.sparkmlp.backend.LossSums;
import org.sparkmlp.data.FeatureRow;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.function.Activation;
import org.sparkmlp.util.CounterRandom;

/**
 * A network in float on a backend, with all the room it needs: weights, gradient, optimizer slots
 * and the values of one batch. Nothing is allocated after construction, but that the first batches
 * make room for their features and for dropout. For one thread at a time.
 *
 * <p>Forward, for a batch of n rows: A_0 = X (n x inputs), A_l = f(A_(l-1) W_l + 1 b_l'). Backward,
 * with D_l the gradient of the weighted loss sum by the sums of layer l: dW_l = A_(l-1)' D_l, db_l
 * = column sums of D_l, D_(l-1) = (D_l W_l') ⊙ f'(A_(l-1)). Gradients are sums over rows, never
 * means.
 *
 * <p>Where units have several pieces, F_l = f(A_(l-1) W_l + 1 b_l') has a column a piece, A_l the
 * largest of each unit, and the gradient goes back to that one. Else F_l is A_l itself.
 *
 * <p>In the flat vector a layer's biases follow its weights, as one more row of them. So the values
 * of each layer but the last have one more column, of ones, and the products with weights add the
 * biases, or sum their gradient, without a pass of their own: [A 1] [W; b] and [A 1]' D.
 *
 * <p>A batch of sparse rows stays sparse in the first layer, X W_1 and X' D_1 being sums of few
 * rows, if at most 1 / {@value #DENSE_SHARE} of its numbers are stored; it is spread over a dense
 * one otherwise, or if one of its rows is dense. So what is computed depends on the batch alone.
 *
 * <p>On a device a batch may also be loaded from rows that are there, its losses stay there, and
 * then no step has to wait for the host.
 */
public final class Network {
  /**
   * A dense product does a number so many times faster than a sparse one, about (measured on the
   * CPU: 10 with 784 inputs, 40 with 50,000, where the rows of W come from memory).
   */
  private static final int DENSE_SHARE = 32;

  private final Topology topology;
  private final Backend backend;
  private final int capacity;
  private final Buffer weights;
  private final Buffer gradient;
  private Buffer[] slots = {};

  /** A_l for l = 0 .. depth, capacity x units, and the column of ones. */
  private final Buffer[] outputs;

  /** D_l for l = 1 .. depth, laid out likewise; that column isn't used. */
  private final Buffer[] deltas;

  /**
   * Z_l of layers whose activation needs its input on the way back, laid out like F_l; else null.
   */
  private final Buffer[] inputs;

  /** F_l and its gradient, capacity x sums, of layers of several pieces; else null. */
  private final Buffer[] pieces;

  private final Buffer[] pieceDeltas;

  private final Buffer targets;
  private final Buffer rowWeights;

  private final SparseBatch sparse;

  /** The batch at hand, if its first layer is computed on sparse rows. */
  private Backend.SparseRows sparseRows;

  /** Of dropout, for l = 0 .. depth - 1, laid out like A_l; made when first needed. */
  private final Buffer[] masks;

  /** What the next layer sees of A_l under dropout, likewise; that of the inputs is A_0 itself. */
  private final Buffer[] thinned;

  /** Keys of the batch's rows for the layer at hand. */
  private final int[] layerKeys;

  /** Where the batch at hand was loaded from on the device, and at which row; else null. */
  private DeviceBackend.Batches loaded;

  private int loadedFrom;

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
    this.inputs = new Buffer[topology.depth() + 1];
    this.pieces = new Buffer[topology.depth() + 1];
    this.pieceDeltas = new Buffer[topology.depth() + 1];
    for (int l = 1; l <= topology.depth(); l++) {
      outputs[l] = backend.allocate(capacity * stride(l));
      deltas[l] = backend.allocate(training ? capacity * stride(l) : 0);
      backend.fill(outputs[l], 0, outputs[l].length(), 1);
    }
    for (int l = 1; l <= topology.depth(); l++) {
      if (isInPieces(l)) {
        pieces[l] = backend.allocate(capacity * topology.sums(l));
        pieceDeltas[l] = backend.allocate(training ? capacity * topology.sums(l) : 0);
      }
      if (training && topology.activation(l).needsInput()) {
        inputs[l] = backend.allocate(capacity * sumStride(l));
      }
    }
    this.targets = backend.allocate(capacity * (topology.classTargets() ? 1 : topology.outputs()));
    this.rowWeights = backend.allocate(capacity);
    this.sparse = new SparseBatch(topology.inputs());
    this.masks = new Buffer[topology.depth()];
    this.thinned = new Buffer[topology.depth()];
    this.layerKeys = new int[capacity];
  }

  /** A_0; made when the first dense row comes. */
  private Buffer features() {
    if (outputs[0] == null) {
      outputs[0] = backend.allocate(capacity * stride(0));
      backend.fill(outputs[0], 0, outputs[0].length(), 1);
    }
    return outputs[0];
  }

  /** From one row of a layer's values to the next. */
  private int stride(int l) {
    return l < topology.depth() ? topology.units(l) + 1 : topology.units(l);
  }

  private boolean isInPieces(int l) {
    return topology.activation(l).pieces() > 1;
  }

  /** From one row of F_l to the next. */
  private int sumStride(int l) {
    return isInPieces(l) ? topology.sums(l) : stride(l);
  }

  public Topology topology() {
    return topology;
  }

  public int capacity() {
    return capacity;
  }

  public Backend backend() {
    return backend;
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

  /** Copies the gradient to {@code flat}. */
  public void getGradient(float[] flat) {
    backend.download(gradient, 0, flat, 0, topology.size());
  }

  /** Puts a row into place {@code i} of the batch; a batch is loaded from 0 on. */
  public void load(int i, PackedBlock block, int row) {
    begin(i);
    if (block.sparse(row)) {
      int from = block.indexStart(row);
      sparse.add(i, block.count(row), block.indices(), from, block.features(), block.start(row));
    } else {
      int columns = topology.inputs();
      backend.upload(block.features(), block.start(row), features(), i * stride(0), columns);
    }
    int width = topology.classTargets() ? 1 : topology.outputs();
    backend.upload(block.targets(), row * width, targets, i * width, width);
    backend.upload(block.weights(), row, rowWeights, i, 1);
  }

  private void begin(int i) {
    if (i == 0) {
      sparse.clear();
      loaded = null;
    }
  }

  /**
   * Loads a whole batch on the device: {@code rows} rows of a sequence, from {@code from} on.
   *
   * @return the sum of their weights
   */
  public double load(DeviceBackend.Batches batches, int from, int rows) {
    begin(0);
    loaded = batches;
    loadedFrom = from;
    return device().load(batches, from, rows, features(), stride(0), targets, rowWeights);
  }

  private DeviceBackend device() {
    return (DeviceBackend) backend;
  }

  /**
   * Puts features alone into place {@code i} of the batch, for {@link #predict}; a batch is loaded
   * from 0 on.
   */
  public void load(int i, FeatureRow features) {
    begin(i);
    if (features.sparse()) {
      sparse.add(i, features.count(), features.indices(), 0, features.values(), 0);
    } else {
      backend.upload(features.values(), 0, features(), i * stride(0), topology.inputs());
    }
  }

  /**
   * Writes the logits of the first {@code rows} rows of the batch, rows x outputs, to {@code
   * logits}.
   */
  public void predict(int rows, float[] logits) {
    forward(rows, Dropout.NONE, null);
    logits(rows, logits);
  }

  /** Likewise of rows that have just been evaluated. */
  public void logits(int rows, float[] logits) {
    backend.download(outputs[topology.depth()], 0, logits, 0, rows * topology.outputs());
  }

  /**
   * Writes the values of layer {@code l} for the first {@code rows} rows of the batch that was
   * predicted last, rows x units, to {@code into}.
   */
  public void values(int l, int rows, float[] into) {
    int units = topology.units(l);
    for (int i = 0; i < rows; i++) {
      backend.download(outputs[l], i * stride(l), into, i * units, units);
    }
  }

  /** Adds the losses of the batch to {@code sums}, without dropout. */
  public void evaluate(int rows, LossSums sums) {
    forward(rows, Dropout.NONE, null);
    loss(rows, null, sums);
  }

  /** Likewise, but that they are added to those of a step in a table on the device. */
  public void evaluate(int rows, DeviceBackend.LossTable table, int step) {
    forward(rows, Dropout.NONE, null);
    loss(rows, null, table, step);
  }

  /**
   * Computes the gradient of the batch's weighted loss sum and adds its losses to {@code sums}.
   *
   * @param accumulate whether to add to the gradient that is there
   */
  public void differentiate(int rows, boolean accumulate, LossSums sums) {
    differentiate(rows, accumulate, Dropout.NONE, null, sums);
  }

  /**
   * The same of the network that is left by dropout, which is another for each row: row i goes
   * without unit j of layer l (0: the inputs) as a {@link org.sparkmlp.backend.DropoutMask} says of
   * the key {@code CounterRandom.element(keys[i], l)}. Dropout of the inputs overwrites those of
   * the batch.
   *
   * @param keys one a row; not used where dropout is off
   */
  public void differentiate(
      int rows, boolean accumulate, Dropout dropout, int[] keys, LossSums sums) {
    forward(rows, dropout, keys);
    loss(rows, deltas[topology.depth()], sums);
    backward(rows, accumulate, dropout);
  }

  /**
   * The same of a batch that was loaded on the device: its losses are added to those of a step in a
   * table there, and the keys of its rows are those of its sequence.
   */
  public void differentiate(
      int rows, boolean accumulate, Dropout dropout, DeviceBackend.LossTable table, int step) {
    forward(rows, dropout, null);
    loss(rows, deltas[topology.depth()], table, step);
    backward(rows, accumulate, dropout);
  }

  /** What layer l + 1 sees of layer l. */
  private Buffer seen(int l, Dropout dropout) {
    return l > 0 && dropout.rate(l) > 0 ? thinned[l] : outputs[l];
  }

  /** Dropout of layer l, if there is any. */
  private void thin(int l, int rows, Dropout dropout, int[] keys) {
    double rate = dropout.rate(l);
    if (rate == 0) {
      return;
    }
    if (masks[l] == null) {
      masks[l] = backend.allocate(capacity * stride(l));
      thinned[l] = l == 0 ? features() : backend.allocate(capacity * stride(l));
      if (l > 0) {
        backend.fill(thinned[l], 0, thinned[l].length(), 1);
      }
    }
    int units = topology.units(l);
    if (loaded != null) {
      device()
          .dropout(
              rate,
              loaded,
              loadedFrom,
              l,
              rows,
              units,
              outputs[l],
              masks[l],
              thinned[l],
              stride(l));
      return;
    }
    prepareKeys(l, rows, keys);
    backend.dropout(rate, layerKeys, rows, units, outputs[l], masks[l], thinned[l], 0, stride(l));
  }

  private void prepareKeys(int l, int rows, int[] keys) {
    for (int i = 0; i < rows; i++) {
      layerKeys[i] = CounterRandom.element(keys[i], l);
    }
  }

  /**
   * Updates the weights by the gradient, which is lost.
   *
   * @param weight weight sum of the batch
   * @param rate learning rate
   * @param step number of the update, from 1
   */
  public void update(WeightUpdate update, double weight, double rate, long step) {
    update.apply(weights, gradient, weight, slots, rate, step);
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
      Buffer delta = isInPieces(l) ? pieceDeltas[l] : deltas[l];
      backend.square(rows * sumStride(l), delta);
      if (l == 1 && sparseRows != null) {
        sparse.square();
        sparseRows = sparse.upload(backend);
      } else {
        backend.square(rows * stride(l - 1), outputs[l - 1]);
      }
      weightGradient(l, rows, outputs[l - 1], delta, false);
    }
    return sum;
  }

  private void forward(int rows, Dropout dropout, int[] keys) {
    prepareInputs(rows, dropout, keys);
    for (int l = 1; l <= topology.depth(); l++) {
      int in = topology.units(l - 1);
      int sums = topology.sums(l);
      Buffer f = isInPieces(l) ? pieces[l] : outputs[l];
      Buffer z = inputs[l] == null ? f : inputs[l];
      if (l == 1 && sparseRows != null) {
        backend.sparseGemm(false, sums, sparseRows, weights, 0, sums, 0, z, 0, sumStride(l));
      } else {
        backend.gemm(
            false,
            false,
            rows,
            sums,
            in + 1,
            1,
            seen(l - 1, dropout),
            0,
            stride(l - 1),
            weights,
            topology.weightsOffset(l),
            sums,
            0,
            z,
            0,
            sumStride(l));
      }
      Activation activation = topology.activation(l);
      backend.activate(activation, rows, sums, z, f, 0, sumStride(l));
      if (isInPieces(l)) {
        backend.largest(activation.pieces(), rows, topology.units(l), f, outputs[l], stride(l));
      }
      if (l < topology.depth()) {
        thin(l, rows, dropout, keys);
      }
    }
  }

  /**
   * Decides whether the batch stays sparse; if not, spreads what sparse rows it has. Dropout of the
   * inputs is the same either way.
   */
  private void prepareInputs(int rows, Dropout dropout, int[] keys) {
    sparseRows = null;
    if (sparse.rows() > 0
        && sparse.rows() == rows
        && backend.sparse()
        && (long) sparse.count() * DENSE_SHARE <= rows * (topology.inputs() + 1L)) {
      if (dropout.rate(0) > 0) {
        prepareKeys(0, rows, keys);
        sparse.thin(dropout.rate(0), layerKeys);
      }
      sparseRows = sparse.upload(backend);
      return;
    }
    if (sparse.rows() > 0) {
      sparse.spread(backend, features());
    }
    thin(0, rows, dropout, keys);
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

  private void loss(int rows, Buffer into, DeviceBackend.LossTable table, int step) {
    device()
        .loss(
            topology.loss(),
            topology.classTargets(),
            rows,
            topology.outputs(),
            outputs[topology.depth()],
            targets,
            rowWeights,
            into,
            table,
            step);
  }

  private void backward(int rows, boolean accumulate, Dropout dropout) {
    for (int l = topology.depth(); l >= 1; l--) {
      int in = topology.units(l - 1);
      int sums = topology.sums(l);
      Buffer delta = sumGradient(l, rows);
      weightGradient(l, rows, seen(l - 1, dropout), delta, accumulate);
      if (l > 1) {
        backend.gemm(
            false,
            true,
            rows,
            in,
            sums,
            1,
            delta,
            0,
            sumStride(l),
            weights,
            topology.weightsOffset(l),
            sums,
            0,
            deltas[l - 1],
            0,
            stride(l - 1));
        if (dropout.rate(l - 1) > 0) {
          backend.multiply(rows, in, deltas[l - 1], masks[l - 1], 0, stride(l - 1));
        }
      }
    }
  }

  /** [A_(l-1) 1]' times the gradient by the sums of layer l. */
  private void weightGradient(int l, int rows, Buffer values, Buffer delta, boolean accumulate) {
    int sums = topology.sums(l);
    float beta = accumulate ? 1 : 0;
    if (l == 1 && sparseRows != null) {
      backend.sparseGemm(true, sums, sparseRows, delta, 0, sumStride(l), beta, gradient, 0, sums);
      return;
    }
    backend.gemm(
        true,
        false,
        topology.units(l - 1) + 1,
        sums,
        rows,
        1,
        values,
        0,
        stride(l - 1),
        delta,
        0,
        sumStride(l),
        beta,
        gradient,
        topology.weightsOffset(l),
        sums);
  }

  /** From the gradient by the outputs of a layer to that by its sums. */
  private Buffer sumGradient(int l, int rows) {
    Activation activation = topology.activation(l);
    Buffer f = outputs[l];
    Buffer delta = deltas[l];
    if (isInPieces(l)) {
      f = pieces[l];
      delta = pieceDeltas[l];
      backend.largestGradient(
          activation.pieces(), rows, topology.units(l), f, outputs[l], deltas[l], stride(l), delta);
    }
    backend.activationGradient(
        activation, rows, topology.sums(l), inputs[l], f, delta, 0, sumStride(l));
    return delta;
  }
}
