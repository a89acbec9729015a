package org.sparkmlp.data;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import net.jpountz.xxhash.XXHash64;
import net.jpountz.xxhash.XXHashFactory;

/**
 * A row as one byte array that sorts, as unsigned bytes, into its place: shard, then role, then
 * chunk, then hash, then content. So the order of rows depends on the rows alone, not on how they
 * arrived.
 *
 * <pre>
 * 0   shard       int, big endian
 * 4   role        0 training, 1 validation
 * 5   chunk       int, big endian
 * 9   hash        XXH64 (seed 0) of everything from 17 on, big endian
 * 17  targets     K floats, little endian
 *     weight      float, little endian
 *     features    floats, little endian
 * </pre>
 *
 * <p>K isn't in it: all rows of a DataFrame have the same, and whoever reads one says it.
 *
 * <p>Shard and chunk follow from the hash by a {@link Sharding}, or are chosen.
 */
public final class RowKey {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
  private static final XXHash64 XXH64 = XXHashFactory.fastestJavaInstance().hash64();

  private static final int ROLE = 4;
  private static final int CHUNK = 5;
  private static final int HASH = 9;
  private static final int TARGETS = 17;

  private RowKey() {}

  /**
   * Packs a row into the shard and chunk that its content belongs to.
   *
   * @param features the first {@code columns} numbers are used; not kept
   * @param targets all are used; not kept
   */
  public static byte[] encode(
      float[] features,
      int columns,
      float[] targets,
      float weight,
      boolean validation,
      Sharding sharding) {
    int at = features(targets.length);
    byte[] key = new byte[at + 4 * columns];
    for (int k = 0; k < targets.length; k++) {
      FLOAT.set(key, TARGETS + 4 * k, targets[k]);
    }
    FLOAT.set(key, weight(targets.length), weight);
    ByteBuffer.wrap(key, at, 4 * columns)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .put(features, 0, columns);
    long hash = XXH64.hash(key, TARGETS, key.length - TARGETS, 0);
    LONG.set(key, HASH, hash);
    key[ROLE] = (byte) (validation ? 1 : 0);
    return place(key, sharding.shard(hash), sharding.chunk(hash, validation));
  }

  /** Puts a packed row into a shard and chunk, in place. */
  public static byte[] place(byte[] key, int shard, int chunk) {
    INT.set(key, 0, shard);
    INT.set(key, CHUNK, chunk);
    return key;
  }

  /** The order of rows within and across shards. */
  public static int compare(byte[] a, byte[] b) {
    return Arrays.compareUnsigned(a, b);
  }

  public static int shard(byte[] key) {
    return (int) INT.get(key, 0);
  }

  public static boolean validation(byte[] key) {
    return key[ROLE] == 1;
  }

  public static int chunk(byte[] key) {
    return (int) INT.get(key, CHUNK);
  }

  /** Copies the {@code width} targets to {@code into} from {@code offset} on. */
  public static void targets(byte[] key, int width, float[] into, int offset) {
    for (int k = 0; k < width; k++) {
      into[offset + k] = (float) FLOAT.get(key, TARGETS + 4 * k);
    }
  }

  /** The weight of a row of {@code width} targets. */
  public static float weight(byte[] key, int width) {
    return (float) FLOAT.get(key, weight(width));
  }

  /** Copies the features to {@code into} from {@code offset} on. */
  public static void features(byte[] key, int width, float[] into, int offset) {
    int at = features(width);
    ByteBuffer.wrap(key, at, key.length - at)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(into, offset, columns(key, width));
  }

  /** Features of a row of {@code width} targets. */
  public static int columns(byte[] key, int width) {
    return (key.length - features(width)) / 4;
  }

  /** Where the weight lies. */
  private static int weight(int width) {
    return TARGETS + 4 * width;
  }

  /** Where the features begin. */
  private static int features(int width) {
    return weight(width) + 4;
  }
}
