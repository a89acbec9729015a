package org.sparkmlp.train;

import org.sparkmlp.backend.LossSums;

/** What the shards of one round add up to. */
public final class RoundResult implements Mergeable<RoundResult> {
  private static final long serialVersionUID = 1;

  private static final int LOSS = 0;
  private static final int WEIGHT = 1;
  private static final int CORRECT = 2;
  private static final int SCALE = 3;

  private ExactSum vector = ExactSum.empty();
  private ExactSum scalars = ExactSum.empty();
  private long rows;
  private long bytes;
  private long nanos;
  private int divergedStep = Integer.MAX_VALUE;

  /** The sum over no shards. */
  RoundResult() {}

  /**
   * One shard's result.
   *
   * @param vector its part of the aggregated vector, empty if the round has none
   * @param scale what the vector is weighted with
   * @param rows rows it has gone through
   * @param bytes size of the vector as it travels
   * @param nanos time spent
   */
  RoundResult(ExactSum vector, LossSums sums, double scale, long rows, long bytes, long nanos) {
    this.vector = vector;
    this.scalars =
        ExactSum.of(new double[] {sums.loss, sums.weight, sums.correct, scale}, 1, 2, 3, 4);
    this.rows = rows;
    this.bytes = bytes;
    this.nanos = nanos;
  }

  /** Notes the step of the epoch in which the loss of a shard ceased to be finite. */
  RoundResult diverged(int step) {
    divergedStep = step;
    return this;
  }

  @Override
  public RoundResult merge(RoundResult other) {
    vector = vector.merge(other.vector);
    scalars = scalars.merge(other.scalars);
    rows += other.rows;
    bytes += other.bytes;
    nanos = Math.max(nanos, other.nanos);
    divergedStep = Math.min(divergedStep, other.divergedStep);
    return this;
  }

  @Override
  public RoundResult mergeInTask(RoundResult other) {
    long both = nanos + other.nanos;
    RoundResult sum = merge(other);
    sum.nanos = both;
    return sum;
  }

  @Override
  public RoundResult finish() {
    vector = vector.finish();
    return this;
  }

  ExactSum vector() {
    return vector;
  }

  /** Σ weight · loss. */
  double loss() {
    return scalar(LOSS);
  }

  /** Σ weight. */
  double weight() {
    return scalar(WEIGHT);
  }

  /** Σ weight over rows whose class was predicted right. */
  double correct() {
    return scalar(CORRECT);
  }

  /** Σ of what the vectors were weighted with. */
  double scale() {
    return scalar(SCALE);
  }

  private double scalar(int which) {
    double[] totals = new double[4];
    if (!scalars.isEmpty()) {
      scalars.total(totals);
    }
    return totals[which];
  }

  long rows() {
    return rows;
  }

  long bytes() {
    return bytes;
  }

  /** Compute time of the slowest task. */
  long nanos() {
    return nanos;
  }

  /**
   * The first step of the epoch at which a shard's loss wasn't finite, or {@link
   * Integer#MAX_VALUE}.
   */
  int divergedStep() {
    return divergedStep;
  }
}
