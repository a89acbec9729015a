package org.sparkmlp.backend;

/** Sparse rows where the CPU can see them: the arrays of whoever has uploaded them. */
final class HostSparseRows implements Backend.SparseRows {
  int rows;
  int columns;
  int[] starts;
  int[] indices;
  float[] values;
}
