package org.sparkmlp.backend;

/** A device refused or failed. */
public class DeviceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean outOfMemory;

  public DeviceException(String message, boolean outOfMemory) {
    super(message);
    this.outOfMemory = outOfMemory;
  }

  /** Whether it had no room, so that something smaller might succeed. */
  public boolean outOfMemory() {
    return outOfMemory;
  }
}
