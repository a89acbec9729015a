package org.sparkmlp.backend;

/** Sparse rows where the CPU can see them: the arrays of whoever has uploaded them. */
final class HostSparseRows implements Backend.SparseRows {
  int rows;
  int columns;
  int[] starts;
  int[] indices;
  float[] values;

  private float[][] room = new float[5][0];

  /** Five arrays of {@code n} numbers at least, whatever they hold. */
  float[][] room(int n) {
    if (room[0].length < n) {
      room = new float[5][n];
    }
    return room;
  }
}
