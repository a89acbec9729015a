package org.sparkmlp.nn;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.sparkmlp.backend.DoubleGemm;
import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Loss;

/**
 * The network in double precision, written to be read: the definition that the fast path is tested
 * against, the gradient check that users can call, and the objective of L-BFGS.
 *
 * <p>Notation as in {@link Network}. Matrices are EJML's; products go through a {@link DoubleGemm},
 * EJML's own unless a faster one is given.
 */
public final class ReferenceNetwork {
  /** EJML's own product, for which no offsets or strides are needed here. */
  private static final DoubleGemm EJML =
      (ta, tb, m, n, k, alpha, a, ao, lda, b, bo, ldb, beta, c, co, ldc) -> {
        DMatrixRMaj left = DMatrixRMaj.wrap(ta ? k : m, ta ? m : k, a);
        DMatrixRMaj right = DMatrixRMaj.wrap(tb ? n : k, tb ? k : n, b);
        DMatrixRMaj out = DMatrixRMaj.wrap(m, n, c);
        if (ta) {
          CommonOps_DDRM.multTransA(left, right, out);
        } else if (tb) {
          CommonOps_DDRM.multTransB(left, right, out);
        } else {
          CommonOps_DDRM.mult(left, right, out);
        }
      };

  private final Topology topology;
  private final DoubleGemm gemm;

  public ReferenceNetwork(Topology topology) {
    this(topology, EJML);
  }

  public ReferenceNetwork(Topology topology, DoubleGemm gemm) {
    this.topology = topology;
    this.gemm = gemm;
  }

  /** The logits of a batch: rows x outputs. */
  public DMatrixRMaj logits(double[] weights, DMatrixRMaj features) {
    return forward(weights, features).outputs[topology.depth()];
  }

  /**
   * The weighted loss sum of a batch, Σ weight_i l_i, and, unless {@code gradient} is null, its
   * gradient, which is added to {@code gradient}.
   *
   * @param weights the flat vector of {@link Topology}
   * @param features rows x inputs
   * @param targets rows x outputs; for class labels one-hot, with a single output the label itself
   * @param rowWeights one number a row
   */
  public double loss(
      double[] weights,
      DMatrixRMaj features,
      DMatrixRMaj targets,
      double[] rowWeights,
      double[] gradient) {
    Values values = forward(weights, features);
    DMatrixRMaj delta = new DMatrixRMaj(features.numRows, topology.outputs());
    double sum = loss(values.outputs[topology.depth()], targets, rowWeights, delta);
    if (gradient != null) {
      backward(weights, values, delta, gradient);
    }
    return sum;
  }

  /** Z_l, rows x sums, and A_l, rows x units, of layer l; A_0 are the features. */
  private record Values(DMatrixRMaj[] sums, DMatrixRMaj[] outputs) {}

  private Values forward(double[] weights, DMatrixRMaj features) {
    int depth = topology.depth();
    Values values = new Values(new DMatrixRMaj[depth + 1], new DMatrixRMaj[depth + 1]);
    values.outputs[0] = features;
    for (int l = 1; l <= depth; l++) {
      DMatrixRMaj z = product(false, values.outputs[l - 1], false, matrix(weights, l));
      int bias = topology.biasOffset(l);
      for (int i = 0; i < z.numRows; i++) {
        for (int j = 0; j < z.numCols; j++) {
          z.add(i, j, weights[bias + j]);
        }
      }
      values.sums[l] = z;
      values.outputs[l] = outputs(topology.activation(l), z, topology.units(l));
    }
    return values;
  }

  /** f(Z), of several pieces of a unit the largest. */
  private static DMatrixRMaj outputs(Activation f, DMatrixRMaj z, int units) {
    DMatrixRMaj a = new DMatrixRMaj(z.numRows, units);
    for (int i = 0; i < a.numRows; i++) {
      for (int j = 0; j < units; j++) {
        a.set(i, j, f.value(z.get(i, largestPiece(f, z, i, j, units))));
      }
    }
    return a;
  }

  /** The column of Z that decides the output of a unit: of its first largest f(z). */
  private static int largestPiece(Activation f, DMatrixRMaj z, int row, int unit, int units) {
    int largest = unit;
    for (int k = 1; k < f.pieces(); k++) {
      int column = k * units + unit;
      if (f.value(z.get(row, column)) > f.value(z.get(row, largest))) {
        largest = column;
      }
    }
    return largest;
  }

  /** Writes row i of the gradient by the logits, weight_i dl/dz, into {@code delta}. */
  private double loss(
      DMatrixRMaj logits, DMatrixRMaj targets, double[] rowWeights, DMatrixRMaj delta) {
    Loss loss = topology.loss();
    int k = topology.outputs();
    double[] rowGradient = new double[k];
    double sum = 0;
    for (int i = 0; i < logits.numRows; i++) {
      double[] z = Arrays.copyOfRange(logits.data, i * k, (i + 1) * k);
      double[] y = Arrays.copyOfRange(targets.data, i * k, (i + 1) * k);
      sum += rowWeights[i] * loss.value(z, y);
      loss.gradient(z, y, rowGradient);
      for (int j = 0; j < k; j++) {
        delta.set(i, j, rowWeights[i] * rowGradient[j]);
      }
    }
    return sum;
  }

  private void backward(
      double[] weights, Values values, DMatrixRMaj outputGradient, double[] gradient) {
    DMatrixRMaj byOutputs = outputGradient;
    for (int l = topology.depth(); l >= 1; l--) {
      DMatrixRMaj delta =
          sumGradient(topology.activation(l), values.sums[l], values.outputs[l], byOutputs);
      DMatrixRMaj weightGradient = product(true, values.outputs[l - 1], false, delta);
      add(
          weightGradient.data,
          weightGradient.getNumElements(),
          gradient,
          topology.weightsOffset(l));
      for (int i = 0; i < delta.numRows; i++) {
        for (int j = 0; j < delta.numCols; j++) {
          gradient[topology.biasOffset(l) + j] += delta.get(i, j);
        }
      }
      if (l > 1) {
        byOutputs = product(false, delta, true, matrix(weights, l));
      }
    }
  }

  /** From the gradient by A to that by Z; what isn't the largest piece of its unit gets none. */
  private static DMatrixRMaj sumGradient(
      Activation f, DMatrixRMaj z, DMatrixRMaj a, DMatrixRMaj byOutputs) {
    DMatrixRMaj delta = new DMatrixRMaj(z.numRows, z.numCols);
    for (int i = 0; i < a.numRows; i++) {
      for (int j = 0; j < a.numCols; j++) {
        int column = largestPiece(f, z, i, j, a.numCols);
        double input = f.needsInput() ? z.get(i, column) : Double.NaN;
        delta.set(i, column, byOutputs.get(i, j) * f.derivative(input, a.get(i, j)));
      }
    }
    return delta;
  }

  private static void add(double[] from, int length, double[] to, int offset) {
    for (int i = 0; i < length; i++) {
      to[offset + i] += from[i];
    }
  }

  /** W_l, inputs x sums, copied out of the flat vector. */
  private DMatrixRMaj matrix(double[] weights, int l) {
    int from = topology.weightsOffset(l);
    int in = topology.units(l - 1);
    int out = topology.sums(l);
    return DMatrixRMaj.wrap(in, out, Arrays.copyOfRange(weights, from, from + in * out));
  }

  private DMatrixRMaj product(
      boolean transposeA, DMatrixRMaj a, boolean transposeB, DMatrixRMaj b) {
    int m = transposeA ? a.numCols : a.numRows;
    int k = transposeA ? a.numRows : a.numCols;
    int n = transposeB ? b.numRows : b.numCols;
    DMatrixRMaj c = new DMatrixRMaj(m, n);
    gemm.dgemm(
        transposeA,
        transposeB,
        m,
        n,
        k,
        1,
        a.data,
        0,
        a.numCols,
        b.data,
        0,
        b.numCols,
        0,
        c.data,
        0,
        n);
    return c;
  }
}
