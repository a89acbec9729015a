package org.sparkmlp.backend;

import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Loss;
import org.sparkmlp.optim.Optimizer;

/**
 * The operations that training and prediction are made of, in float, on buffers that only their
 * backend can look into.
 *
 * <p>Matrices are row-major and lie at an offset in a buffer; element (i, j) of a matrix with
 * leading dimension ld is at {@code offset + i * ld + j}. An instance may be used by many threads
 * at once; a buffer by one.
 */
public interface Backend {
  /** Numbers on the device of the backend that made it. */
  interface Buffer {
    int length();
  }

  /** Rows of which few numbers aren't 0, on the device of the backend that made them. */
  interface SparseRows {}

  /** The name by which users choose it. */
  String name();

  /** Name, library and how it is called, for logs and records. */
  String description();

  /** A new buffer of zeros. */
  Buffer allocate(int length);

  /** A new buffer of these numbers. */
  default Buffer copyOf(float[] values) {
    Buffer buffer = allocate(values.length);
    upload(values, 0, buffer, 0, values.length);
    return buffer;
  }

  /** Gives back what {@link #allocate} made, where that isn't left to the garbage collector. */
  default void free(Buffer... buffers) {}

  void upload(float[] from, int fromOffset, Buffer to, int toOffset, int length);

  void download(Buffer from, int fromOffset, float[] to, int toOffset, int length);

  void fill(Buffer buffer, int offset, int length, float value);

  /**
   * C = alpha op(A) op(B) + beta C, where op(A) is m x k, op(B) is k x n and op transposes if told
   * so. With beta = 0, C is overwritten, whatever it held.
   */
  void gemm(
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
      int ldc);

  /**
   * Whether it has {@link #sparseGemm} and the upload for it. Without, networks spread the sparse
   * rows of one batch after the other over dense ones.
   */
  default boolean sparse() {
    return false;
  }

  /**
   * Uploads sparse rows: row i has the numbers {@code values[k]} at the columns {@code indices[k]},
   * rising, for k from {@code starts[i]} to {@code starts[i + 1]} - 1.
   *
   * @param reuse what an earlier upload returned, to be overwritten, or null
   * @param starts of rows + 1 numbers at least; the arrays must not change while the result is used
   */
  default SparseRows upload(
      SparseRows reuse, int rows, int columns, int[] starts, int[] indices, float[] values) {
    throw new UnsupportedOperationException(name() + " has no sparse rows");
  }

  /**
   * C = op(A) B + beta C, where A is sparse, rows x columns as uploaded, op transposes if told so,
   * C has n columns and B as well. With beta = 0, C is overwritten, whatever it held.
   */
  default void sparseGemm(
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
    throw new UnsupportedOperationException(name() + " has no sparse products");
  }

  /**
   * A = f(Z): both are rows x columns and lie alike, in one buffer or in two; what lies between
   * rows stays as it is.
   */
  void activate(Activation f, int rows, int columns, Buffer z, Buffer a, int offset, int ld);

  /**
   * The way back through an activation: D = D ⊙ f'(Z, A), where A = f(Z) and D is the gradient by
   * A. All are rows x columns and lie alike; what lies between rows stays as it is.
   *
   * @param z not looked at, and may be null, unless {@link Activation#needsInput}
   */
  void activationGradient(
      Activation f, int rows, int columns, Buffer z, Buffer a, Buffer d, int offset, int ld);

  /**
   * The largest of the pieces of every unit: a_ij = max_k z_(i, k columns + j).
   *
   * @param z rows x (pieces * columns) at offset 0: all first pieces, then all second ones, ...
   * @param a rows x columns at offset 0, with leading dimension {@code lda}
   */
  void largest(int pieces, int rows, int columns, Buffer z, Buffer a, int lda);

  /**
   * The way back through {@link #largest}: E is D at the largest piece of each unit, the first of
   * equals, and 0 at the others.
   *
   * @param d the gradient by A, laid out like A; lost
   * @param e receives the gradient by Z, laid out like Z
   */
  void largestGradient(
      int pieces, int rows, int columns, Buffer z, Buffer a, Buffer d, int lda, Buffer e);

  /**
   * Adds the losses of a batch to {@code sums} and, unless {@code gradient} is null, writes the
   * gradient of the batch's weighted loss sum by the logits there: row i is weight_i · dl/dz.
   *
   * @param classTargets whether {@code targets} has a class index a row, else {@code columns}
   *     values a row
   * @param logits rows x columns at offset 0
   * @param weights one number a row
   */
  void loss(
      Loss loss,
      boolean classTargets,
      int rows,
      int columns,
      Buffer logits,
      Buffer targets,
      Buffer weights,
      Buffer gradient,
      LossSums sums);

  /** X = X ⊙ X, of its first {@code length} numbers. */
  void square(int length, Buffer x);

  /** G = G + scale · S ⊙ (W − A): a pull from W to A, each number as hard as S says. */
  void pull(int length, Buffer w, Buffer a, Buffer s, float scale, Buffer g);

  /**
   * One optimizer step on {@code length} weights.
   *
   * @param gradientScale what to multiply the gradient with: 1 / (weight sum of the batch)
   * @param slots the optimizer's slots, a buffer each of {@code length} numbers
   * @param rate the learning rate of this step
   * @param step its number, from 1
   */
  void update(
      Optimizer optimizer,
      int length,
      Buffer weights,
      Buffer gradient,
      float gradientScale,
      Buffer[] slots,
      double rate,
      long step);

  /** X = factor X. */
  void scale(float factor, Buffer x, int offset, int length);

  /** The gradient of an elastic net: G = G + l1 sign(W) + l2 W with sign(0) = 0; both lie alike. */
  void penalize(float l1, float l2, Buffer weights, Buffer gradient, int offset, int length);

  /** X = max(-bound, min(bound, X)). */
  void clip(float bound, Buffer x, int offset, int length);

  /** Σ x², in double, in an order that depends on the length alone. */
  double sumOfSquares(Buffer x, int offset, int length);

  /**
   * Shrinks the columns of a matrix, rows x columns without gaps, whose Euclidean norm is above
   * {@code most} to that norm. Those whose squares leave the floats become NaN, which training
   * takes for what it is, divergence.
   *
   * @param room for {@code columns} numbers
   */
  void limitColumnNorms(int rows, int columns, Buffer matrix, int offset, float most, Buffer room);

  /**
   * Dropout: makes a mask, rows x columns, and multiplies by it: OUT = X ⊙ MASK. Element (i, j) of
   * the mask is what {@link DropoutMask} says of keys[i] and j. All three matrices lie alike; what
   * lies between rows stays as it is.
   *
   * @param rate in [0, 1)
   * @param keys one a row
   * @param out may be {@code x}
   */
  void dropout(
      double rate,
      int[] keys,
      int rows,
      int columns,
      Buffer x,
      Buffer mask,
      Buffer out,
      int offset,
      int ld);

  /** X = X ⊙ Y, both rows x columns and alike; what lies between rows stays as it is. */
  void multiply(int rows, int columns, Buffer x, Buffer y, int offset, int ld);
}
