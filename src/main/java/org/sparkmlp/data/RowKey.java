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
 * 9   hash        XXH64 (seed 0) of target, weight and all features as floats, big endian
 * 17  form        0 dense, 1 sparse
 * 18  target      float, little endian
 * 22  weight      float, little endian
 * 26  features    dense: floats, little endian
 *                 sparse: int columns, big endian; ints, big endian, where numbers other than 0
 *                 are; floats, little endian, what they are
 * </pre>
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
  private static final int TARGET = 18;
  private static final int WEIGHT = 22;
  private static final int FEATURES = 26;
  private static final int SPARSE = FEATURES + 4;

  private RowKey() {}

  /**
   * Packs a dense row into the shard and chunk that its content belongs to.
   *
   * @param features the first {@code columns} numbers are used; not kept
   */
  public static byte[] encode(
      float[] features,
      int columns,
      float target,
      float weight,
      boolean validation,
      Sharding sharding) {
    return encode(FeatureRow.of(features, columns), target, weight, validation, sharding);
  }

  /** Packs a row into the shard and chunk that its content belongs to. */
  public static byte[] encode(
      FeatureRow features, float target, float weight, boolean validation, Sharding sharding) {
    int count = features.count();
    byte[] key = new byte[features.sparse() ? SPARSE + 8 * count : FEATURES + 4 * count];
    FLOAT.set(key, TARGET, target);
    FLOAT.set(key, WEIGHT, weight);
    if (features.sparse()) {
      key[FORM] = 1;
      INT.set(key, FEATURES, features.columns());
      for (int k = 0; k < count; k++) {
        INT.set(key, SPARSE + 4 * k, features.indices()[k]);
      }
    }
    ByteBuffer.wrap(key, key.length - 4 * count, 4 * count)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .put(features.values(), 0, count);
    long hash =
        features.sparse()
            ? hashAsDense(key, features)
            : XXH64.hash(key, TARGET, key.length - TARGET, 0);
    LONG.set(key, HASH, hash);
    key[ROLE] = (byte) (validation ? 1 : 0);
    return place(key, sharding.shard(hash), sharding.chunk(hash, validation));
  }

  /** Spreads the row's numbers over zeros, and takes them away again. */
  private static long hashAsDense(byte[] key, FeatureRow features) {
    int first = FEATURES - TARGET; // target and weight
    int length = first + 4 * features.columns();
    byte[] room = features.room(length);
    System.arraycopy(key, TARGET, room, 0, first);
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

  public static float target(byte[] key) {
    return (float) FLOAT.get(key, TARGET);
  }

  public static float weight(byte[] key) {
    return (float) FLOAT.get(key, WEIGHT);
  }

  public static int columns(byte[] key) {
    return sparse(key) ? (int) INT.get(key, FEATURES) : (key.length - FEATURES) / 4;
  }

  public static boolean sparse(byte[] key) {
    return key[FORM] == 1;
  }

  /** Numbers that are stored: all columns of a dense row. */
  public static int count(byte[] key) {
    return sparse(key) ? (key.length - SPARSE) / 8 : columns(key);
  }

  /** Copies the stored numbers to {@code into} from {@code offset} on. */
  public static void values(byte[] key, float[] into, int offset) {
    int count = count(key);
    ByteBuffer.wrap(key, key.length - 4 * count, 4 * count)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(into, offset, count);
  }

  /** Copies the places of the numbers of a sparse row to {@code into} from {@code offset} on. */
  public static void indices(byte[] key, int[] into, int offset) {
    ByteBuffer.wrap(key, SPARSE, 4 * count(key)).asIntBuffer().get(into, offset, count(key));
  }
}
