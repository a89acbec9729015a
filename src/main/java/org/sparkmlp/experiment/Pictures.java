package org.sparkmlp.experiment;

import java.util.Arrays;

/**
 * Vectors of features as square grey pictures, row by row.
 *
 * @param side width and height
 * @param rows vectors of side² numbers
 * @param low the number that is drawn as 0
 * @param high the number that is drawn as 255
 */
record Pictures(int side, double[][] rows, double low, double high) {
  private static final int LEAST = 8;
  private static final int MOST = 64;

  /** The largest pictures have so many. */
  static final int PIXELS = MOST * MOST;

  /** Neighbours in a picture are less far apart than this share of what distant pixels are. */
  private static final double SMOOTH = 0.6;

  /**
   * Null if the vectors aren't pictures.
   *
   * @param isImage whether they surely are, if their length is a square
   */
  static Pictures of(double[][] rows, boolean isImage) {
    int length = rows.length == 0 ? 0 : rows[0].length;
    int side = (int) Math.round(Math.sqrt(length));
    if (side * side != length || side < LEAST || side > MOST || !(isImage || smooth(rows, side))) {
      return null;
    }
    double low = Arrays.stream(rows).flatMapToDouble(Arrays::stream).min().orElse(0);
    double high = Arrays.stream(rows).flatMapToDouble(Arrays::stream).max().orElse(1);
    return new Pictures(side, rows, low, high);
  }

  /** Whether numbers beside and below each other are more alike than numbers half a side apart. */
  private static boolean smooth(double[][] rows, int side) {
    double near = 0;
    double far = 0;
    for (double[] row : rows) {
      for (int y = 0; y < side; y++) {
        for (int x = 0; x < side; x++) {
          double own = row[y * side + x];
          near += Math.abs(own - row[y * side + (x + 1) % side]);
          near += Math.abs(own - row[(y + 1) % side * side + x]);
          far += Math.abs(own - row[y * side + (x + side / 2) % side]);
          far += Math.abs(own - row[(y + side / 2) % side * side + x]);
        }
      }
    }
    return near < SMOOTH * far;
  }

  /** A picture, one byte a pixel. */
  byte[] bytes(int index) {
    byte[] bytes = new byte[side * side];
    double range = high > low ? high - low : 1;
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.round(255 * (rows[index][i] - low) / range);
    }
    return bytes;
  }
}
