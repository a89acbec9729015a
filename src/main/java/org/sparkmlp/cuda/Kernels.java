package org.sparkmlp.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** The kernels that are shipped, compiled from src/main/cuda/kernels.cu. */
final class Kernels {
  private Kernels() {}

  /**
   * The PTX text, ended by 0, in a direct buffer: from an array the driver would compile it while
   * it holds off the garbage collector.
   */
  static ByteBuffer ptx() {
    try (InputStream in = Kernels.class.getResourceAsStream("kernels.ptx")) {
      byte[] text = in.readAllBytes();
      return ByteBuffer.allocateDirect(text.length + 1).put(text).put((byte) 0).flip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
