package org.sparkmlp.util;

import java.io.Serializable;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * Sums of many doubles each, that don't depend on the order in which they are added: whole numbers,
 * written with long digits.
 *
 * <p>A term is cut, exactly, into digits to base 2^24 that lie at fixed places. A sum keeps the
 * digits at the {@value #DIGITS} highest places that its largest term has met, as sums of their
 * own, and drops what lies below: which digits a term has depends on the term alone, and which of
 * them are kept on the largest term alone. So the error of each term is below 2^-120 of the largest
 * one, and the same in any order. (The idea of the exact sums of gradients, which take vectors;
 * here a term is one number.) 2^37 terms can't overflow a digit.
 */
public final class BigSums implements Serializable {
  private static final long serialVersionUID = 1;

  private static final int WIDTH = 24;
  private static final long MASK = (1L << WIDTH) - 1;
  private static final int DIGITS = 6;
  private static final int EMPTY = Integer.MIN_VALUE;

  /** The highest place of each sum. */
  private final int[] tops;

  /** The digit at place {@code tops[i] - d} of sum i is number i * DIGITS + d. */
  private final long[] digits;

  /** {@code n} sums, all 0. */
  public BigSums(int n) {
    tops = new int[n];
    Arrays.fill(tops, EMPTY);
    digits = new long[Math.multiplyExact(n, DIGITS)];
  }

  /** Adds a finite number to sum {@code i}. */
  public void add(int i, double x) {
    if (x == 0) {
      return;
    }
    long bits = Double.doubleToRawLongBits(x);
    int exponent = (int) (bits >>> 52) & 0x7FF;
    Check.that(exponent != 0x7FF, "%s can't be added up", x);
    long rest = bits & ((1L << 52) - 1);
    if (exponent > 0) {
      rest |= 1L << 52;
    }
    int power = Math.max(1, exponent) - 1075; // |x| = rest · 2^power
    int place = Math.floorDiv(power, WIDTH);
    int shift = power - WIDTH * place;
    long digit0 = (rest << shift) & MASK;
    rest >>>= WIDTH - shift;
    long digit1 = rest & MASK;
    rest >>>= WIDTH;
    long digit2 = rest & MASK;
    long digit3 = rest >>> WIDTH;
    raise(i, place + (digit3 != 0 ? 3 : digit2 != 0 ? 2 : digit1 != 0 ? 1 : 0));
    int sign = x < 0 ? -1 : 1;
    put(i, place, sign * digit0);
    put(i, place + 1, sign * digit1);
    put(i, place + 2, sign * digit2);
    put(i, place + 3, sign * digit3);
  }

  /** Adds the exact product of two numbers, but for what is below 2^-1074. */
  public void addProduct(int i, double x, double y) {
    double product = x * y;
    add(i, product);
    add(i, Math.fma(x, y, -product));
  }

  /** Adds sums of as many numbers. */
  public void add(BigSums other) {
    for (int i = 0; i < tops.length; i++) {
      if (other.tops[i] != EMPTY) {
        raise(i, other.tops[i]);
        for (int d = 0; d < DIGITS; d++) {
          put(i, other.tops[i] - d, other.digits[i * DIGITS + d]);
        }
      }
    }
  }

  private void put(int i, int place, long digit) {
    int d = tops[i] - place;
    if (digit != 0 && d < DIGITS) {
      digits[i * DIGITS + d] += digit;
    }
  }

  /** Makes room for a digit at a higher place, dropping those at the lowest. */
  private void raise(int i, int top) {
    if (top <= tops[i]) {
      return;
    }
    if (tops[i] != EMPTY) {
      int by = Math.min(DIGITS, top - tops[i]);
      int at = i * DIGITS;
      System.arraycopy(digits, at, digits, at + by, DIGITS - by);
      Arrays.fill(digits, at, at + by, 0);
    }
    tops[i] = top;
  }

  /** Sum {@code i}, rounded to a double. */
  public double value(int i) {
    return Math.scalb(wholes(i).doubleValue(), exponent(i));
  }

  /** Sum {@code i} is {@code wholes(i) · 2^exponent(i)}. */
  public BigInteger wholes(int i) {
    BigInteger sum = BigInteger.ZERO;
    for (int d = 0; d < DIGITS; d++) {
      sum = sum.shiftLeft(WIDTH).add(BigInteger.valueOf(digits[i * DIGITS + d]));
    }
    return sum;
  }

  /** See {@link #wholes}. */
  public int exponent(int i) {
    return tops[i] == EMPTY ? 0 : WIDTH * (tops[i] - DIGITS + 1);
  }
}
