package org.sparkmlp.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.sparkmlp.data.BlockPacker;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.data.RowKey;
import org.sparkmlp.data.Sharding;

/** Rows for tests, and objectives made of them without Spark. */
final class Rows {
  final int columns;
  final List<float[]> features = new ArrayList<>();
  final List<Float> labels = new ArrayList<>();
  final List<Float> weights = new ArrayList<>();
  final List<Boolean> validation = new ArrayList<>();

  Rows(int columns) {
    this.columns = columns;
  }

  Rows add(float[] x, float label, float weight, boolean isValidation) {
    features.add(x);
    labels.add(label);
    weights.add(weight);
    validation.add(isValidation);
    return this;
  }

  Rows add(float[] x, float label) {
    return add(x, label, 1, false);
  }

  /** Gaussian clouds, one a class, around corners of a cube. */
  static Rows clouds(Random random, int n, int columns, int classes) {
    Rows rows = new Rows(columns);
    for (int i = 0; i < n; i++) {
      int label = i % classes;
      float[] x = new float[columns];
      for (int j = 0; j < columns; j++) {
        x[j] = (float) (random.nextGaussian() * 0.5 + ((label >> (j % 4)) & 1));
      }
      rows.add(x, label);
    }
    return rows;
  }

  LocalObjective objective(int numShards, int blockSize) {
    List<byte[]> keys = new ArrayList<>();
    long held = validation.stream().filter(v -> v).count();
    Sharding sharding = Sharding.of(numShards, columns, features.size() - held, held);
    for (int i = 0; i < features.size(); i++) {
      keys.add(
          RowKey.encode(
              features.get(i),
              columns,
              new float[] {labels.get(i)},
              weights.get(i),
              validation.get(i),
              sharding));
    }
    keys.sort(RowKey::compare);
    List<PackedBlock> blocks = new ArrayList<>();
    new BlockPacker(keys.iterator(), 1, blockSize).forEachRemaining(blocks::add);
    return new LocalObjective(blocks, columns, numShards);
  }
}
