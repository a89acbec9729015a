package org.sparkmlp.cli;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.sparkmlp.train.DataLayout;
import org.sparkmlp.train.Mergeable;
import org.sparkmlp.train.Objective;
import org.sparkmlp.train.Program;
import org.sparkmlp.train.TrainingListener;

/**
 * Hands rounds on, and notes of each of them, from the call of the trainer until it has made its
 * update, how long it took and what the driver allocated.
 */
final class RoundMeter implements Objective, TrainingListener {
  private final Objective objective;
  private final DriverAllocation allocation;
  private final List<Double> seconds = new ArrayList<>();
  private final List<Double> allocated = new ArrayList<>();
  private long start;
  private long bytesBefore;

  RoundMeter(Objective objective, DriverAllocation allocation) {
    this.objective = objective;
    this.allocation = allocation;
  }

  @Override
  public DataLayout layout() {
    return objective.layout();
  }

  @Override
  public <S extends Serializable, R extends Mergeable<R>> R round(Program<S, R> program, S state) {
    bytesBefore = allocation.bytes();
    start = System.nanoTime();
    return objective.round(program, state);
  }

  @Override
  public void onRound(double epoch, int epochs, double loss, long rows) {
    seconds.add((System.nanoTime() - start) / 1e9);
    allocated.add((double) (allocation.bytes() - bytesBefore));
  }

  /** Of each round. */
  List<Double> seconds() {
    return seconds;
  }

  /** Bytes, of each round. */
  List<Double> allocated() {
    return allocated;
  }
}
