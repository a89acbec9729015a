package org.sparkmlp.train;

/** The loss ceased to be a finite number; no model comes of such a run. */
public final class DivergenceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int update;

  DivergenceException(String message) {
    this(message, 0);
  }

  /**
   * @param update of the epoch at which it happened, from 1
   */
  DivergenceException(String message, int update) {
    super(message);
    this.update = update;
  }

  int update() {
    return update;
  }
}
