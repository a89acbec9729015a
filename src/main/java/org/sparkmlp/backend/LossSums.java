package org.sparkmlp.backend;

/** Sums over rows, weighted: what becomes loss and accuracy once it is divided, on the driver. */
public final class LossSums {
  /** Σ weight · l. */
  public double loss;

  /** Σ weight. */
  public double weight;

  /** Σ weight over the rows whose class was predicted right. */
  public double correct;

  public void add(LossSums other) {
    loss += other.loss;
    weight += other.weight;
    correct += other.correct;
  }

  public void clear() {
    loss = 0;
    weight = 0;
    correct = 0;
  }
}
