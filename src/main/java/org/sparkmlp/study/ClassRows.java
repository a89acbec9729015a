package org.sparkmlp.study;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.sparkmlp.data.BlockPacker;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.data.RowKey;
import org.sparkmlp.data.Sharding;
import org.sparkmlp.nn.ReferenceNetwork;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.train.LocalObjective;
import org.sparkmlp.util.CounterRandom;

/**
 * Rows with a class each.
 *
 * @param features of each row, all as long
 * @param classes of each row, from 0
 */
record ClassRows(List<float[]> features, List<Integer> classes) {
  private static final int BLOCK = 256;

  /** Purpose of the random numbers that rows are put in order by. */
  private static final int ORDER = 201;

  /**
   * How well a network does on rows.
   *
   * @param loss mean over them, without penalty and dropout
   * @param accuracy share of them whose class has the largest logit
   */
  record Score(double loss, double accuracy) {}

  int count() {
    return classes.size();
  }

  /** Those whose number, from 0, is as asked for. */
  ClassRows where(IntPredicate number) {
    return at(IntStream.range(0, count()).filter(number).boxed().toList());
  }

  /** The same in an order that is random, but always the same for a seed. */
  ClassRows inOrder(long seed) {
    List<Integer> numbers = new ArrayList<>(IntStream.range(0, count()).boxed().toList());
    numbers.sort(
        Comparator.comparingInt((Integer i) -> CounterRandom.hash(seed, ORDER, i, 0, 0))
            .thenComparingInt(i -> i));
    return at(numbers);
  }

  private ClassRows at(List<Integer> numbers) {
    return new ClassRows(
        numbers.stream().map(features::get).toList(), numbers.stream().map(classes::get).toList());
  }

  /**
   * These in one shard, to train on.
   *
   * @param judged the rows that training knows as validation rows; there may be none
   */
  LocalObjective objective(ClassRows judged) {
    int inputs = features.get(0).length;
    Sharding sharding = Sharding.of(1, inputs, count(), judged.count());
    List<byte[]> keys = new ArrayList<>();
    addKeys(keys, false, sharding);
    judged.addKeys(keys, true, sharding);
    keys.sort(RowKey::compare);
    List<PackedBlock> blocks = new ArrayList<>();
    new BlockPacker(keys.iterator(), 1, BLOCK).forEachRemaining(blocks::add);
    return new LocalObjective(blocks, inputs, 1);
  }

  private void addKeys(List<byte[]> keys, boolean validation, Sharding sharding) {
    for (int i = 0; i < count(); i++) {
      float[] row = features.get(i);
      float[] label = {classes.get(i)};
      keys.add(RowKey.encode(row, row.length, label, 1, validation, sharding));
    }
  }

  /** What a network makes of these rows, in double. */
  Score score(Topology topology, float[] weights) {
    int outputs = topology.outputs();
    DMatrixRMaj inputs = new DMatrixRMaj(count(), topology.inputs());
    for (int i = 0; i < count(); i++) {
      for (int j = 0; j < topology.inputs(); j++) {
        inputs.set(i, j, features.get(i)[j]);
      }
    }
    double[] flat = new double[weights.length];
    Arrays.setAll(flat, i -> weights[i]);
    double[] logits = new ReferenceNetwork(topology).logits(flat, inputs).data;
    double loss = 0;
    int right = 0;
    for (int i = 0; i < count(); i++) {
      double[] row = Arrays.copyOfRange(logits, i * outputs, (i + 1) * outputs);
      double[] target = new double[outputs];
      target[classes.get(i)] = 1;
      loss += topology.loss().value(row, target);
      int best = 0;
      for (int k = 1; k < outputs; k++) {
        best = row[k] > row[best] ? k : best;
      }
      right += best == classes.get(i) ? 1 : 0;
    }
    return new Score(loss / count(), (double) right / count());
  }
}
