package org.sparkmlp.cuda;

import static jcuda.driver.JCudaDriver.cuMemsetD32Async;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamDestroy;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.backend.DeviceBackend;
import org.sparkmlp.backend.DropoutMask;
import org.sparkmlp.backend.LossSums;
import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Loss;
import org.sparkmlp.optim.Optimizer;

/**
 * One thread's way to use a GPU: a stream, on which all work is done in order, and what belongs to
 * it. Calls return before their work is done, but those that bring numbers to the host.
 *
 * <p>Products are cuBLAS's in plain float, or, where there is no cuBLAS 12, a kernel of our own.
 * Everything else is a kernel each, whose sums have an order of their own: the same calls give the
 * same bits on the same kind of GPU.
 */
final class CudaBackend implements DeviceBackend {
  /** Threads that make a sum of squares, a constant, so that the sum depends on numbers alone. */
  private static final int SUMMANDS = 4096;

  private static final int BLOCK = 256;

  /** See kernels.cu. */
  private static final int TILE = 64;

  private final Gpu gpu;
  private final CUstream stream = new CUstream();
  private final Launcher launcher;

  /** All that is allocated and not freed yet. */
  private final Set<Address> allocated = Collections.newSetFromMap(new IdentityHashMap<>());

  private boolean hasStream;
  private Staging staging;

  /** Null where there is no cuBLAS 12. */
  private Blas blas;

  /** Room for sums in double: {@value #SUMMANDS} parts and their sum. */
  private Address doubles;

  /** Room for three doubles a row. */
  private Address losses;

  private int lossRows;

  /** Room for whole numbers. */
  private CudaBuffer ints;

  /** A batch of rows that aren't kept here, as they were sent. */
  private CudaBuffer batch;

  private boolean closed;

  CudaBackend(int ordinal) {
    this(ordinal, Detection.get().noCublas().isEmpty());
  }

  CudaBackend(int ordinal, boolean cublas) {
    this.gpu = Gpu.open(ordinal);
    this.launcher = new Launcher(gpu, stream);
    boolean done = false;
    try {
      gpu.attach();
      gpu.check("cuStreamCreate", cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
      hasStream = true;
      staging = new Staging(gpu, stream);
      blas = cublas ? new Blas(stream) : null;
      doubles = reserve(8L * (SUMMANDS + 1));
      done = true;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  @Override
  public String name() {
    return Backends.CUDA;
  }

  @Override
  public String description() {
    return "cuda (GPU "
        + gpu.ordinal()
        + ", products by "
        + (blas == null ? "a kernel of our own" : "cuBLAS")
        + ")";
  }

  @Override
  public String toString() {
    return description();
  }

  @Override
  public void attach() {
    gpu.attach();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    gpu.attachToFree();
    if (hasStream) {
      cuStreamSynchronize(stream); // fails on a device that is lost, where nothing runs any more
    }
    if (blas != null) {
      blas.close();
    }
    allocated.forEach(gpu::free);
    allocated.clear();
    if (staging != null) {
      staging.close();
    }
    if (hasStream) {
      cuStreamDestroy(stream);
    }
    gpu.release();
  }

  // --- memory ---

  private Address reserve(long bytes) {
    Address address = gpu.allocate(bytes);
    allocated.add(address);
    return address;
  }

  private void giveUp(Address address) {
    if (allocated.remove(address)) {
      gpu.free(address); // which waits for work that uses it
    }
  }

  @Override
  public Buffer allocate(int length) {
    CudaBuffer buffer = raw(length);
    fill(buffer, 0, length, 0);
    return buffer;
  }

  private CudaBuffer raw(int length) {
    return new CudaBuffer(reserve(4L * length), length);
  }

  @Override
  public void free(Buffer... buffers) {
    for (Buffer buffer : buffers) {
      if (buffer != null) {
        giveUp(cuda(buffer).address());
      }
    }
  }

  private static CudaBuffer cuda(Buffer buffer) {
    return (CudaBuffer) buffer;
  }

  private static CUdeviceptr at(Buffer buffer, int offset) {
    return cuda(buffer).address().withByteOffset(4L * offset);
  }

  @Override
  public void upload(float[] from, int fromOffset, Buffer to, int toOffset, int length) {
    staging.begin(cuda(to).address(), 4L * toOffset);
    staging.put(from, fromOffset, length);
    staging.end();
  }

  @Override
  public void download(Buffer from, int fromOffset, float[] to, int toOffset, int length) {
    staging.download(cuda(from).address(), 4L * fromOffset, to, toOffset, length);
  }

  private float[] fetch(Buffer from, int offset, int length) {
    float[] numbers = new float[length];
    download(from, offset, numbers, 0, length);
    return numbers;
  }

  @Override
  public void fill(Buffer buffer, int offset, int length, float value) {
    if (length > 0) {
      gpu.check(
          "cuMemsetD32Async",
          cuMemsetD32Async(at(buffer, offset), Float.floatToRawIntBits(value), length, stream));
    }
  }

  /** Sends whole numbers to room that holds them until the next call. */
  private CudaBuffer send(int[] numbers, int length) {
    if (ints == null || ints.length() < length) {
      if (ints != null) {
        giveUp(ints.address());
      }
      ints = raw(2 * length);
    }
    sendTo(ints, numbers, length);
    return ints;
  }

  private void sendTo(CudaBuffer there, int[] numbers, int length) {
    staging.begin(there.address(), 0);
    staging.put(numbers, 0, length);
    staging.end();
  }

  // --- products ---

  @Override
  public void gemm(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      float alpha,
      Buffer a,
      int aOffset,
      int lda,
      Buffer b,
      int bOffset,
      int ldb,
      float beta,
      Buffer c,
      int cOffset,
      int ldc) {
    if (m == 0 || n == 0) {
      return;
    }
    if (k == 0) {
      scaleMatrix(m, n, beta, c, cOffset, ldc);
    } else if (blas != null) {
      blas.gemm(
          transposeA,
          transposeB,
          m,
          n,
          k,
          alpha,
          at(a, aOffset),
          lda,
          at(b, bOffset),
          ldb,
          beta,
          at(c, cOffset),
          ldc);
    } else {
      launcher
          .kernel("sgemm")
          .with(transposeA ? 1 : 0)
          .with(transposeB ? 1 : 0)
          .with(m)
          .with(n)
          .with(k)
          .with(alpha)
          .with(cuda(a), aOffset)
          .with(lda)
          .with(cuda(b), bOffset)
          .with(ldb)
          .with(beta)
          .with(cuda(c), cOffset)
          .with(ldc)
          .blocks((n + TILE - 1) / TILE, (m + TILE - 1) / TILE, BLOCK);
    }
  }

  private void scaleMatrix(int m, int n, float beta, Buffer c, int offset, int ldc) {
    launcher
        .kernel("scaleMatrix")
        .with(m)
        .with(n)
        .with(beta)
        .with(cuda(c), offset)
        .with(ldc)
        .over((long) m * n);
  }

  @Override
  public boolean sparse() {
    return true;
  }

  @Override
  public SparseRows upload(
      SparseRows reuse, int rows, int columns, int[] starts, int[] indices, float[] values) {
    SparseUpload to = reuse == null ? new SparseUpload() : (SparseUpload) reuse;
    to.fill(rows, columns, starts, indices, values);
    to.intsThere = grown(to.intsThere, to.intCount());
    sendTo(to.intsThere, to.ints, to.intCount());
    to.valuesThere = grown(to.valuesThere, to.valueCount());
    upload(to.values, 0, to.valuesThere, 0, to.valueCount());
    return to;
  }

  private CudaBuffer grown(CudaBuffer buffer, int length) {
    if (buffer != null && buffer.length() >= length) {
      return buffer;
    }
    free(buffer);
    return raw(2 * length);
  }

  @Override
  public void sparseGemm(
      boolean transpose,
      int n,
      SparseRows a,
      Buffer b,
      int bOffset,
      int ldb,
      float beta,
      Buffer c,
      int cOffset,
      int ldc) {
    SparseUpload sparse = (SparseUpload) a;
    if (beta != 1) {
      scaleMatrix(transpose ? sparse.columns : sparse.rows, n, beta, c, cOffset, ldc);
    }
    CudaBuffer numbers = sparse.intsThere;
    if (transpose) {
      launcher
          .kernel("sparseColumns")
          .with(sparse.used)
          .with(n)
          .with(numbers, sparse.usedAt())
          .with(numbers, sparse.usedStartsAt())
          .with(numbers, sparse.rowsAt())
          .with(sparse.valuesThere, sparse.count);
    } else {
      launcher
          .kernel("sparseRows")
          .with(sparse.rows)
          .with(n)
          .with(numbers, 0)
          .with(numbers, sparse.columnsAt())
          .with(sparse.valuesThere, 0);
    }
    launcher
        .with(cuda(b), bOffset)
        .with(ldb)
        .with(cuda(c), cOffset)
        .with(ldc)
        .over((long) n * (transpose ? sparse.used : sparse.rows));
  }

  // --- activations ---

  @Override
  public void activate(
      Activation f, int rows, int columns, Buffer z, Buffer a, int offset, int ld) {
    Formulas.OfUnit known = Formulas.of(f);
    if (known == null) {
      int length = span(rows, columns, ld);
      float[] values = fetch(a, offset, length);
      HostFormulas.activate(f, rows, columns, fetch(z, offset, length), values, ld);
      upload(values, 0, a, offset, length);
    } else if (!known.isIdentity() || z != a) {
      launcher
          .kernel("activate")
          .with(known.id())
          .with(known.p())
          .with(known.q())
          .with(rows)
          .with(columns)
          .with(cuda(z), offset)
          .with(cuda(a), offset)
          .with(ld)
          .over((long) rows * columns);
    }
  }

  /** Numbers from the first of a matrix to its last. */
  private static int span(int rows, int columns, int ld) {
    return rows == 0 ? 0 : (rows - 1) * ld + columns;
  }

  @Override
  public void activationGradient(
      Activation f, int rows, int columns, Buffer z, Buffer a, Buffer d, int offset, int ld) {
    Formulas.OfUnit known = Formulas.of(f);
    if (known == null) {
      int length = span(rows, columns, ld);
      float[] deltas = fetch(d, offset, length);
      HostFormulas.activationGradient(
          f,
          rows,
          columns,
          z == null ? null : fetch(z, offset, length),
          fetch(a, offset, length),
          deltas,
          ld);
      upload(deltas, 0, d, offset, length);
    } else if (!known.isIdentity()) {
      launcher
          .kernel("activationGradient")
          .with(known.id())
          .with(known.p())
          .with(known.q())
          .with(rows)
          .with(columns)
          .with(z == null ? null : cuda(z), offset)
          .with(cuda(a), offset)
          .with(cuda(d), offset)
          .with(ld)
          .over((long) rows * columns);
    }
  }

  @Override
  public void largest(int pieces, int rows, int columns, Buffer z, Buffer a, int lda) {
    launcher
        .kernel("largest")
        .with(pieces)
        .with(rows)
        .with(columns)
        .with(cuda(z), 0)
        .with(cuda(a), 0)
        .with(lda)
        .over((long) rows * columns);
  }

  @Override
  public void largestGradient(
      int pieces, int rows, int columns, Buffer z, Buffer a, Buffer d, int lda, Buffer e) {
    launcher
        .kernel("largestGradient")
        .with(pieces)
        .with(rows)
        .with(columns)
        .with(cuda(z), 0)
        .with(cuda(a), 0)
        .with(cuda(d), 0)
        .with(lda)
        .with(cuda(e), 0)
        .over((long) rows * columns);
  }

  // --- losses ---

  /** Loss sums of steps: three doubles each. */
  private final class Table implements LossTable {
    final Address sums;
    final int steps;

    Table(int steps) {
      this.steps = steps;
      this.sums = reserve(24L * steps);
      clear(sums, 24L * steps);
    }

    @Override
    public void close() {
      giveUp(sums);
    }
  }

  private void clear(Address address, long bytes) {
    gpu.check("cuMemsetD32Async", cuMemsetD32Async(address, 0, bytes / 4, stream));
  }

  @Override
  public LossTable lossTable(int steps) {
    return new Table(steps);
  }

  @Override
  public void loss(
      Loss loss,
      boolean classTargets,
      int rows,
      int columns,
      Buffer logits,
      Buffer targets,
      Buffer weights,
      Buffer gradient,
      LossSums sums) {
    try (Table table = new Table(1)) {
      loss(loss, classTargets, rows, columns, logits, targets, weights, gradient, table, 0);
      sums.add(read(table)[0]);
    }
  }

  @Override
  public void loss(
      Loss loss,
      boolean classTargets,
      int rows,
      int columns,
      Buffer logits,
      Buffer targets,
      Buffer weights,
      Buffer gradient,
      LossTable table,
      int step) {
    Formulas.OfRow known = Formulas.of(loss);
    growLosses(rows);
    int triples = rows;
    if (known == null) {
      triples = 1;
      lossByHost(loss, classTargets, rows, columns, logits, targets, weights, gradient);
    } else {
      launcher
          .kernel("lossRows")
          .with(known.id())
          .with(known.p())
          .with(classTargets ? 1 : 0)
          .with(rows)
          .with(columns)
          .with(cuda(logits), 0)
          .with(cuda(targets), 0)
          .with(cuda(weights), 0)
          .with(gradient == null ? null : cuda(gradient), 0)
          .with(losses, 0)
          .over(rows);
    }
    launcher
        .kernel("addTriples")
        .with(triples)
        .with(losses, 0)
        .with(((Table) table).sums, 24L * step)
        .blocks(1, 1, 32);
  }

  private void growLosses(int rows) {
    if (lossRows < rows) {
      if (losses != null) {
        giveUp(losses);
      }
      losses = reserve(24L * rows);
      lossRows = rows;
    }
  }

  /** Puts the sums where the kernel puts those of the first row. */
  private void lossByHost(
      Loss loss,
      boolean classTargets,
      int rows,
      int columns,
      Buffer logits,
      Buffer targets,
      Buffer weights,
      Buffer gradient) {
    float[] slopes = gradient == null ? null : new float[rows * columns];
    LossSums sums =
        HostFormulas.loss(
            loss,
            classTargets,
            rows,
            columns,
            fetch(logits, 0, rows * columns),
            fetch(targets, 0, classTargets ? rows : rows * columns),
            fetch(weights, 0, rows),
            slopes);
    if (gradient != null) {
      upload(slopes, 0, gradient, 0, slopes.length);
    }
    double[] triple = {sums.loss, sums.weight, sums.correct};
    int[] halves = new int[6]; // in the order of bytes that GPUs and all hosts of CUDA have
    for (int i = 0; i < 3; i++) {
      long bits = Double.doubleToRawLongBits(triple[i]);
      halves[2 * i] = (int) bits;
      halves[2 * i + 1] = (int) (bits >>> 32);
    }
    staging.begin(losses, 0);
    staging.put(halves, 0, halves.length);
    staging.end();
  }

  @Override
  public LossSums[] read(LossTable table) {
    Table from = (Table) table;
    double[] numbers = new double[3 * from.steps];
    staging.download(from.sums, numbers);
    LossSums[] sums = new LossSums[from.steps];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = new LossSums();
      sums[i].loss = numbers[3 * i];
      sums[i].weight = numbers[3 * i + 1];
      sums[i].correct = numbers[3 * i + 2];
    }
    return sums;
  }

  // --- updates ---

  @Override
  public void update(
      Optimizer optimizer,
      int length,
      Buffer weights,
      Buffer gradient,
      float gradientScale,
      Buffer[] slots,
      double rate,
      long step) {
    Formulas.OfStep known = Formulas.of(optimizer, rate, step);
    if (known == null) {
      updateByHost(optimizer, length, weights, gradient, gradientScale, slots, rate, step);
      return;
    }
    launcher
        .kernel("optimize")
        .with(known.id())
        .with(length)
        .with(cuda(weights), 0)
        .with(cuda(gradient), 0)
        .with(gradientScale);
    for (int j = 0; j < 3; j++) {
      launcher.with(j < slots.length ? cuda(slots[j]) : null, 0);
    }
    launcher
        .with(known.rate())
        .with(known.b1())
        .with(known.a1())
        .with(known.b2())
        .with(known.a2())
        .with(known.epsilon())
        .with(known.x())
        .with(known.y())
        .over(length);
  }

  private void updateByHost(
      Optimizer optimizer,
      int length,
      Buffer weights,
      Buffer gradient,
      float gradientScale,
      Buffer[] slots,
      double rate,
      long step) {
    float[] w = fetch(weights, 0, length);
    float[][] s = new float[slots.length][];
    Arrays.setAll(s, j -> fetch(slots[j], 0, length));
    HostFormulas.update(optimizer, w, fetch(gradient, 0, length), gradientScale, s, rate, step);
    upload(w, 0, weights, 0, length);
    for (int j = 0; j < s.length; j++) {
      upload(s[j], 0, slots[j], 0, length);
    }
  }

  @Override
  public void square(int length, Buffer x) {
    launcher.kernel("square").with(length).with(cuda(x), 0).over(length);
  }

  @Override
  public void pull(int length, Buffer w, Buffer a, Buffer s, float scale, Buffer g) {
    launcher
        .kernel("pull")
        .with(length)
        .with(cuda(w), 0)
        .with(cuda(a), 0)
        .with(cuda(s), 0)
        .with(scale)
        .with(cuda(g), 0)
        .over(length);
  }

  @Override
  public void scale(float factor, Buffer x, int offset, int length) {
    launcher.kernel("scale").with(factor).with(cuda(x), offset).with(length).over(length);
  }

  @Override
  public void penalize(
      float l1, float l2, Buffer weights, Buffer gradient, int offset, int length) {
    launcher
        .kernel("penalize")
        .with(l1)
        .with(l2)
        .with(cuda(weights), offset)
        .with(cuda(gradient), offset)
        .with(length)
        .over(length);
  }

  @Override
  public void clip(float bound, Buffer x, int offset, int length) {
    launcher.kernel("clip").with(bound).with(cuda(x), offset).with(length).over(length);
  }

  @Override
  public double sumOfSquares(Buffer x, int offset, int length) {
    sumSquares(x, offset, length);
    double[] sum = new double[1];
    staging.download(doubles, sum);
    return sum[0];
  }

  /** Makes the sum the first of {@link #doubles}. */
  private void sumSquares(Buffer x, int offset, int length) {
    launcher
        .kernel("sumSquares")
        .with(cuda(x), offset)
        .with(length)
        .with(doubles, 8)
        .blocks(SUMMANDS / BLOCK, 1, BLOCK);
    launcher.kernel("addAll").with(doubles, 8).with(SUMMANDS).with(doubles, 0).blocks(1, 1, 32);
  }

  @Override
  public void limitNorm(float most, Buffer x, int offset, int length) {
    sumSquares(x, offset, length);
    launcher
        .kernel("shorten")
        .with(most)
        .with(doubles, 0)
        .with(cuda(x), offset)
        .with(length)
        .over(length);
  }

  @Override
  public void limitColumnNorms(
      int rows, int columns, Buffer matrix, int offset, float most, Buffer room) {
    launcher
        .kernel("limitColumnNorms")
        .with(rows)
        .with(columns)
        .with(cuda(matrix), offset)
        .with(most)
        .over(columns);
  }

  // --- dropout ---

  @Override
  public void dropout(
      double rate,
      int[] keys,
      int rows,
      int columns,
      Buffer x,
      Buffer mask,
      Buffer out,
      int offset,
      int ld) {
    dropout(rate, send(keys, rows), 0, 0, 0, 0, rows, columns, x, mask, out, offset, ld);
  }

  @Override
  public void dropout(
      double rate,
      Batches batches,
      int from,
      int layer,
      int rows,
      int columns,
      Buffer x,
      Buffer mask,
      Buffer out,
      int ld) {
    CudaRows.Sequence sequence = (CudaRows.Sequence) batches;
    dropout(
        rate,
        sequence.numbersThere,
        from,
        1,
        sequence.key,
        layer,
        rows,
        columns,
        x,
        mask,
        out,
        0,
        ld);
  }

  private void dropout(
      double rate,
      CudaBuffer keys,
      int keysOffset,
      int layered,
      int key,
      int layer,
      int rows,
      int columns,
      Buffer x,
      Buffer mask,
      Buffer out,
      int offset,
      int ld) {
    DropoutMask masks = new DropoutMask(rate);
    launcher
        .kernel("dropout")
        .with(masks.dropped())
        .with(masks.kept())
        .with(keys, keysOffset)
        .with(layered)
        .with(key)
        .with(layer)
        .with(rows)
        .with(columns)
        .with(cuda(x), offset)
        .with(cuda(mask), offset)
        .with(cuda(out), offset)
        .with(ld)
        .over((long) rows * columns);
  }

  @Override
  public void multiply(int rows, int columns, Buffer x, Buffer y, int offset, int ld) {
    launcher
        .kernel("multiply")
        .with(rows)
        .with(columns)
        .with(cuda(x), offset)
        .with(cuda(y), offset)
        .with(ld)
        .over((long) rows * columns);
  }

  // --- rows ---

  @Override
  public Rows rows(String name, RowReader reader) {
    return new CudaRows(gpu.rows(), gpu.rows().take(name, reader, staging), reader);
  }

  @Override
  public Batches batches(Rows rows, int[] numbers, int key) {
    CudaBuffer there = raw(numbers.length);
    sendTo(there, numbers, numbers.length);
    return new CudaRows.Sequence(
        (CudaRows) rows, numbers, there, key, () -> giveUp(there.address()));
  }

  @Override
  public double load(
      Batches batches, int from, int n, Buffer features, int ld, Buffer targets, Buffer weights) {
    CudaRows.Sequence sequence = (CudaRows.Sequence) batches;
    CudaRows rows = sequence.rows;
    Address records = rows.records();
    if (records == null) {
      batch = grown(batch, n * rows.length());
      records = batch.address();
      staging.begin(records, 0);
    }
    double weight = 0;
    for (int i = from; i < from + n; i++) {
      weight += rows.weight(sequence.numbers[i], staging);
    }
    if (!rows.resident()) {
      staging.end();
    }
    launcher
        .kernel("gather")
        .with(n)
        .with(rows.columns())
        .with(rows.width())
        .with(records, 0)
        .with(rows.resident() ? sequence.numbersThere : null, from)
        .with(cuda(features), 0)
        .with(ld)
        .with(cuda(targets), 0)
        .with(cuda(weights), 0)
        .over((long) n * rows.length());
    return weight;
  }
}
