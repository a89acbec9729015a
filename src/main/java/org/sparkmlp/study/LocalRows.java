package org.sparkmlp.study;

import java.util.ArrayList;
import java.util.List;
import org.sparkmlp.data.BlockPacker;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.data.RowKey;
import org.sparkmlp.data.Sharding;
import org.sparkmlp.train.LocalObjective;

/**
 * Rows that are packed into one shard of this JVM.
 *
 * @param features of each row, all of the same length
 * @param targets of each row: its class or its value
 * @param held whether each row is a validation row
 */
record LocalRows(List<float[]> features, List<Float> targets, List<Boolean> held) {
  private static final int BLOCK = 256;

  LocalRows() {
    this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
  }

  void add(float[] row, float target, boolean isHeld) {
    features.add(row);
    targets.add(target);
    held.add(isHeld);
  }

  LocalObjective objective() {
    int columns = features.get(0).length;
    long validation = held.stream().filter(is -> is).count();
    Sharding sharding = Sharding.of(1, columns, features.size() - validation, validation);
    List<byte[]> keys = new ArrayList<>();
    for (int i = 0; i < features.size(); i++) {
      float[] target = {targets.get(i)};
      keys.add(RowKey.encode(features.get(i), columns, target, 1, held.get(i), sharding));
    }
    keys.sort(RowKey::compare);
    List<PackedBlock> blocks = new ArrayList<>();
    new BlockPacker(keys.iterator(), 1, BLOCK).forEachRemaining(blocks::add);
    return new LocalObjective(blocks, columns, 1);
  }
}
