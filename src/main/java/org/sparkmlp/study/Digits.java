package org.sparkmlp.study;

import java.util.ArrayList;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.sparkmlp.experiment.Datasets;
import org.sparkmlp.train.LocalObjective;

/**
 * The handwritten digits inside the jar, pixels scaled to 0..1; every fifth row is held out for
 * testing.
 */
final class Digits {
  static final int INPUTS = 64;
  static final int CLASSES = 10;
  private static final int FOLDS = 5;
  private static final float WHITE = 16;

  private final List<float[]> features = new ArrayList<>();
  private final List<Integer> labels = new ArrayList<>();

  Digits() {
    for (double[] row : Datasets.digitRows()) {
      float[] pixels = new float[INPUTS];
      for (int j = 0; j < INPUTS; j++) {
        pixels[j] = (float) row[j] / WHITE;
      }
      features.add(pixels);
      labels.add((int) row[INPUTS]);
    }
  }

  /** Whether a row is for testing. */
  static boolean held(int row) {
    return row % FOLDS == 0;
  }

  /** In one shard; the test rows are those that training knows as validation rows. */
  LocalObjective objective() {
    return training().objective(test());
  }

  /** All rows, in the order of the file. */
  ClassRows all() {
    return new ClassRows(features, labels);
  }

  /** The rows that aren't held out. */
  ClassRows training() {
    return all().where(row -> !held(row));
  }

  /** Every fifth row. */
  ClassRows test() {
    return all().where(Digits::held);
  }

  /** Some training rows as a matrix: rows x inputs. */
  DMatrixRMaj pixels(int rows) {
    DMatrixRMaj matrix = new DMatrixRMaj(rows, INPUTS);
    List<Integer> some = training(rows);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < INPUTS; j++) {
        matrix.set(i, j, features.get(some.get(i))[j]);
      }
    }
    return matrix;
  }

  /** The classes of the same rows, one-hot: rows x classes. */
  DMatrixRMaj classes(int rows) {
    DMatrixRMaj matrix = new DMatrixRMaj(rows, CLASSES);
    List<Integer> some = training(rows);
    for (int i = 0; i < rows; i++) {
      matrix.set(i, labels.get(some.get(i)), 1);
    }
    return matrix;
  }

  private List<Integer> training(int rows) {
    List<Integer> some = new ArrayList<>();
    for (int i = 0; some.size() < rows; i++) {
      if (!held(i)) {
        some.add(i);
      }
    }
    return some;
  }

  /** How many rows {@link #pixels} can give. */
  static int trainingRows() {
    int all = Datasets.digitRows().size();
    return all - (all + FOLDS - 1) / FOLDS;
  }
}
