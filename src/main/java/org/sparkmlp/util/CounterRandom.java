package org.sparkmlp.util;

/**
 * Randomness without state: a 32-bit hash of (seed, purpose, where), so that the same number comes
 * out wherever, whenever and in whichever order it is asked for.
 *
 * <p>The mixer is Chris Wellons' "lowbias32" (public domain,
 * https://nullprogram.com/blog/2018/07/31/): a bijection of 32-bit integers with an avalanche bias
 * below 0.2 %.
 */
public final class CounterRandom {
  private CounterRandom() {}

  /** Hashes a 64-bit seed and up to four coordinates into 32 bits. */
  public static int hash(long seed, int purpose, int a, int b, int c) {
    int h = mix((int) seed ^ 0x9E3779B9);
    h = mix(h ^ (int) (seed >>> 32));
    h = mix(h + purpose);
    h = mix(h ^ a);
    h = mix(h + b);
    return mix(h ^ c);
  }

  /** The next hash of a chain: {@code key} from {@link #hash}, {@code counter} the element. */
  public static int element(int key, int counter) {
    return mix(key ^ mix(counter + 0x7F4A7C15));
  }

  /** A float uniform in [0, 1), from the upper 24 bits of a hash. */
  public static float uniform(int hash) {
    return (hash >>> 8) * 0x1p-24f;
  }

  /** A whole number uniform in [0, bound); the bias is below bound / 2^32. */
  public static int below(int hash, int bound) {
    return (int) ((Integer.toUnsignedLong(hash) * bound) >>> 32);
  }

  /** A standard normal number from two hashes (Box and Muller 1958). */
  public static double gaussian(int hash1, int hash2) {
    double u = ((hash1 >>> 8) + 0.5) * 0x1p-24;
    double v = (hash2 >>> 8) * 0x1p-24;
    return StrictMath.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(2 * Math.PI * v);
  }

  private static int mix(int x) {
    x ^= x >>> 16;
    x *= 0x7FEB352D;
    x ^= x >>> 15;
    x *= 0x846CA68B;
    x ^= x >>> 16;
    return x;
  }
}
