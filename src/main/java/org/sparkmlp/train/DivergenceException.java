package org.sparkmlp.train;

/** The loss ceased to be a finite number; no model comes of such a run. */
public final class DivergenceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  DivergenceException(String message) {
    super(message);
  }
}
