package org.sparkmlp.data;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.sparkmlp.util.Check;

/**
 * Reads the IDX format of MNIST and its kin: a magic number (two zero bytes, a type code, the
 * number of dimensions), the dimensions as big-endian ints, then the values. Only unsigned bytes
 * (code 8) are read.
 *
 * <p>http://yann.lecun.com/exdb/mnist/, "the IDX file format".
 */
public final class IdxReader {
  /** The values of a file as items of equal size: of an image file, one image an item. */
  public record Items(int count, int size, byte[] values) {
    /** Value {@code j} of item {@code i}, 0 to 255. */
    public int get(int i, int j) {
      return values[i * size + j] & 0xFF;
    }
  }

  private IdxReader() {}

  /**
   * Reads a whole file; the caller closes (and unzips) the stream. {@code name} is for messages.
   */
  public static Items read(InputStream stream, String name) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    try {
      int magic = in.readInt();
      Check.that(
          (magic & 0xFFFFFF00) == 0x0800,
          "%s is not an IDX file of unsigned bytes: it begins with 0x%08x, not with 0x000008nn",
          name,
          magic);
      int dimensions = magic & 0xFF;
      Check.that(dimensions > 0, "%s: an IDX file needs at least one dimension", name);
      int count = in.readInt();
      long size = 1;
      for (int i = 1; i < dimensions; i++) {
        size *= in.readInt();
      }
      Check.that(
          count >= 0 && size > 0 && count * size < Integer.MAX_VALUE - 8,
          "%s: %d items of %d values don't fit into memory",
          name,
          count,
          size);
      byte[] values = new byte[(int) (count * size)];
      in.readFully(values);
      return new Items(count, (int) size, values);
    } catch (EOFException e) {
      throw new IllegalArgumentException(
          name + " is cut short: it holds fewer values than its header says", e);
    }
  }
}
