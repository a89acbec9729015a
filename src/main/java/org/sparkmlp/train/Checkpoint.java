package org.sparkmlp.train;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where training stands, as named sections of numbers: whatever it takes to go on as if nothing had
 * happened. Which sections there are is the business of the solver that writes and reads them; a
 * reader passes over those that it doesn't know.
 *
 * <p>As bytes: {@code SMCK}, then for each section its name (as DataOutput writes strings), a
 * letter for its type, the number of elements (int) and the elements, all big endian; an empty name
 * ends it.
 */
final class Checkpoint {
  private static final int MAGIC = 0x534d434b;
  private static final int CHUNK = 1 << 16;

  private final Map<String, Object> sections = new LinkedHashMap<>();

  Checkpoint put(String name, float[] values) {
    sections.put(name, values);
    return this;
  }

  Checkpoint put(String name, double[] values) {
    sections.put(name, values);
    return this;
  }

  Checkpoint put(String name, long... values) {
    sections.put(name, values);
    return this;
  }

  boolean has(String name) {
    return sections.containsKey(name);
  }

  float[] floats(String name) {
    return section(name, float[].class);
  }

  double[] doubles(String name) {
    return section(name, double[].class);
  }

  long[] longs(String name) {
    return section(name, long[].class);
  }

  private <T> T section(String name, Class<T> type) {
    Object values = sections.get(name);
    if (!type.isInstance(values)) {
      throw new IllegalStateException(
          "a checkpoint has no section '" + name + "' of " + type.getComponentType());
    }
    return type.cast(values);
  }

  void write(OutputStream stream) throws IOException {
    DataOutputStream out = new DataOutputStream(stream);
    out.writeInt(MAGIC);
    for (Map.Entry<String, Object> section : sections.entrySet()) {
      out.writeUTF(section.getKey());
      Object values = section.getValue();
      if (values instanceof float[] floats) {
        begin(out, 'f', floats.length);
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        for (int from = 0; from < floats.length; from += CHUNK / Float.BYTES) {
          int n = Math.min(CHUNK / Float.BYTES, floats.length - from);
          chunk.asFloatBuffer().put(floats, from, n);
          out.write(chunk.array(), 0, n * Float.BYTES);
        }
      } else if (values instanceof double[] doubles) {
        begin(out, 'd', doubles.length);
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        for (int from = 0; from < doubles.length; from += CHUNK / Double.BYTES) {
          int n = Math.min(CHUNK / Double.BYTES, doubles.length - from);
          chunk.asDoubleBuffer().put(doubles, from, n);
          out.write(chunk.array(), 0, n * Double.BYTES);
        }
      } else {
        long[] longs = (long[]) values;
        begin(out, 'l', longs.length);
        for (long value : longs) {
          out.writeLong(value);
        }
      }
    }
    out.writeUTF("");
    out.flush();
  }

  private static void begin(DataOutputStream out, char type, int length) throws IOException {
    out.writeByte(type);
    out.writeInt(length);
  }

  /** Reads what {@link #write} has written; the caller has checked that it is whole. */
  static Checkpoint read(InputStream stream) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    if (in.readInt() != MAGIC) {
      throw new IOException("it doesn't begin as a checkpoint does");
    }
    Checkpoint checkpoint = new Checkpoint();
    for (String name = in.readUTF(); !name.isEmpty(); name = in.readUTF()) {
      char type = (char) in.readByte();
      int length = in.readInt();
      switch (type) {
        case 'f' -> checkpoint.put(name, readFloats(in, length));
        case 'd' -> checkpoint.put(name, readDoubles(in, length));
        case 'l' -> {
          long[] longs = new long[length];
          for (int i = 0; i < length; i++) {
            longs[i] = in.readLong();
          }
          checkpoint.put(name, longs);
        }
        default -> throw new IOException("section '" + name + "' is of an unknown type " + type);
      }
    }
    return checkpoint;
  }

  private static float[] readFloats(DataInputStream in, int length) throws IOException {
    float[] floats = new float[length];
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    for (int from = 0; from < length; from += CHUNK / Float.BYTES) {
      int n = Math.min(CHUNK / Float.BYTES, length - from);
      in.readFully(chunk.array(), 0, n * Float.BYTES);
      chunk.asFloatBuffer().get(floats, from, n);
    }
    return floats;
  }

  private static double[] readDoubles(DataInputStream in, int length) throws IOException {
    double[] doubles = new double[length];
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    for (int from = 0; from < length; from += CHUNK / Double.BYTES) {
      int n = Math.min(CHUNK / Double.BYTES, length - from);
      in.readFully(chunk.array(), 0, n * Double.BYTES);
      chunk.asDoubleBuffer().get(doubles, from, n);
    }
    return doubles;
  }
}
