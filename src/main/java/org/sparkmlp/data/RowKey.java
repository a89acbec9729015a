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
 * 9   hash        XXH64 (seed 0) of targets, weight and all features as floats, big endian
 * 17  form        0 dense, 1 sparse
 * 18  targets     K floats, little endian
 *     weight      float, little endian
 *     features    dense: floats, little endian
 *                 sparse: int columns, big endian; ints, big endian, where numbers other than 0
 *                 are; floats, little endian, what they are
 * </pre>
 *
 * <p>K, the width, isn't in it: all rows of a DataFrame have the same, and whoever reads one says
 * it.
 *
 * <p>A row has the same hash in both forms, and so the same place: as if it were dense.
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
  private static final int FORM = 17;
  private static final int TARGETS = 18;

  private RowKey() {}

  /**
   * Packs a dense row into the shard and chunk that its content belongs to.
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
    return encode(FeatureRow.of(features, columns), targets, weight, validation, sharding);
  }

  /** Packs a row into the shard and chunk that its content belongs to. */
  public static byte[] encode(
      FeatureRow features, float[] targets, float weight, boolean validation, Sharding sharding) {
    int count = features.count();
    int at = features(targets.length);
    byte[] key = new byte[features.sparse() ? at + 4 + 8 * count : at + 4 * count];
    for (int k = 0; k < targets.length; k++) {
      FLOAT.set(key, TARGETS + 4 * k, targets[k]);
    }
    FLOAT.set(key, at - 4, weight);
    if (features.sparse()) {
      key[FORM] = 1;
      INT.set(key, at, features.columns());
      for (int k = 0; k < count; k++) {
        INT.set(key, at + 4 + 4 * k, features.indices()[k]);
      }
    }
    ByteBuffer.wrap(key, key.length - 4 * count, 4 * count)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .put(features.values(), 0, count);
    long hash =
        features.sparse()
            ? hashAsDense(key, at, features)
            : XXH64.hash(key, TARGETS, key.length - TARGETS, 0);
    LONG.set(key, HASH, hash);
    key[ROLE] = (byte) (validation ? 1 : 0);
    return place(key, sharding.shard(hash), sharding.chunk(hash, validation));
  }

  /** Spreads the row's numbers over zeros, and takes them away again. */
  private static long hashAsDense(byte[] key, int at, FeatureRow features) {
    int first = at - TARGETS; // targets and weight
    int length = first + 4 * features.columns();
    byte[] room = features.room(length);
    System.arraycopy(key, TARGETS, room, 0, first);
    for (int k = 0; k < features.count(); k++) {
      FLOAT.set(room, first + 4 * features.indices()[k], features.values()[k]);
    }
    long hash = XXH64.hash(room, 0, length, 0);
    for (int k = 0; k < features.count(); k++) {
      FLOAT.set(room, first + 4 * features.indices()[k], 0f);
    }
    return hash;
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

  public static float weight(byte[] key, int width) {
    return (float) FLOAT.get(key, features(width) - 4);
  }

  /** Where what is said of the features begins, after {@code width} targets and the weight. */
  private static int features(int width) {
    return TARGETS + 4 * width + 4;
  }

  public static int columns(byte[] key, int width) {
    int at = features(width);
    return sparse(key) ? (int) INT.get(key, at) : (key.length - at) / 4;
  }

  public static boolean sparse(byte[] key) {
    return key[FORM] == 1;
  }

  /** Numbers that are stored: all columns of a dense row. */
  public static int count(byte[] key, int width) {
    return sparse(key) ? (key.length - features(width) - 4) / 8 : columns(key, width);
  }

  /** Copies the stored numbers to {@code into} from {@code offset} on. */
  public static void values(byte[] key, int width, float[] into, int offset) {
    int count = count(key, width);
    ByteBuffer.wrap(key, key.length - 4 * count, 4 * count)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(into, offset, count);
  }

  /** Copies the places of the numbers of a sparse row to {@code into} from {@code offset} on. */
  public static void indices(byte[] key, int width, int[] into, int offset) {
    int count = count(key, width);
    ByteBuffer.wrap(key, features(width) + 4, 4 * count).asIntBuffer().get(into, offset, count);
  }
}
