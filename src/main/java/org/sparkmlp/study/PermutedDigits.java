package org.sparkmlp.study;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.sparkmlp.experiment.Datasets;
import org.sparkmlp.train.LocalObjective;
import org.sparkmlp.util.CounterRandom;

/**
 * The handwritten digits inside the jar with their pixels in another order, scaled to 0..1; the
 * same rows are held out as of {@link Digits}.
 */
final class PermutedDigits {
  private static final int PURPOSE = 101;
  private static final int FOLDS = 5;
  private static final float WHITE = 16;

  private final List<float[]> features = new ArrayList<>();
  private final List<Integer> labels = new ArrayList<>();

  /** Pixel j of a row is pixel {@code order[j]} of the digit. */
  PermutedDigits(int[] order) {
    for (double[] row : Datasets.digitRows()) {
      float[] pixels = new float[Digits.INPUTS];
      for (int j = 0; j < pixels.length; j++) {
        pixels[j] = (float) row[order[j]] / WHITE;
      }
      features.add(pixels);
      labels.add((int) row[Digits.INPUTS]);
    }
  }

  /** The order that digits have. */
  static int[] usual() {
    return IntStream.range(0, Digits.INPUTS).toArray();
  }

  /** An order at random, for the task of that number (Fisher and Yates). */
  static int[] order(long seed, int task) {
    int key = CounterRandom.hash(seed, PURPOSE, task, 0, 0);
    int[] order = new int[Digits.INPUTS];
    for (int i = 0; i < order.length; i++) {
      int j = CounterRandom.below(CounterRandom.element(key, i), i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  private static boolean held(int row) {
    return row % FOLDS == 0;
  }

  /** All rows of several as those of one task. */
  static LocalObjective objective(List<PermutedDigits> several) {
    LocalRows rows = new LocalRows();
    for (PermutedDigits one : several) {
      for (int i = 0; i < one.features.size(); i++) {
        rows.add(one.features.get(i), one.labels.get(i), held(i));
      }
    }
    return rows.objective();
  }

  /** The rows held out. */
  TestRows test() {
    int[] rows = IntStream.range(0, features.size()).filter(PermutedDigits::held).toArray();
    DMatrixRMaj pixels = new DMatrixRMaj(rows.length, Digits.INPUTS);
    DMatrixRMaj classes = new DMatrixRMaj(rows.length, Digits.CLASSES);
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < Digits.INPUTS; j++) {
        pixels.set(i, j, features.get(rows[i])[j]);
      }
      classes.set(i, labels.get(rows[i]), 1);
    }
    return new TestRows(pixels, classes);
  }
}
