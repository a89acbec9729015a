package org.sparkmlp.optim;

/**
 * Limited-memory BFGS on the full-batch loss, in double precision (Liu and Nocedal 1989; Breeze's
 * implementation, with its strong Wolfe line search).
 *
 * @param memory pairs of vectors kept, m &gt; 0
 */
public record Lbfgs(int memory) implements Solver {
  @Override
  public String spec() {
    return "l-bfgs(memory=" + memory + ")";
  }
}
