package org.sparkmlp.study;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.sparkmlp.data.PackedBlock;
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
    LocalRows rows = new LocalRows();
    addTo(rows, false);
    judged.addTo(rows, true);
    return rows.objective();
  }

  private void addTo(LocalRows rows, boolean held) {
    for (int i = 0; i < count(); i++) {
      rows.add(features.get(i), classes.get(i), held);
    }
  }

  /** All in one block, in their order. */
  PackedBlock block() {
    int inputs = features.get(0).length;
    float[] numbers = new float[count() * inputs];
    float[] labels = new float[count()];
    float[] weights = new float[count()];
    for (int i = 0; i < count(); i++) {
      System.arraycopy(features.get(i), 0, numbers, i * inputs, inputs);
      labels[i] = classes.get(i);
      weights[i] = 1;
    }
    return new PackedBlock(0, false, 0, inputs, numbers, labels, weights);
  }

  /** What a network makes of these rows, in double. */
  Score score(Topology topology, float[] weights) {
    DMatrixRMaj inputs = new DMatrixRMaj(count(), topology.inputs());
    DMatrixRMaj oneHot = new DMatrixRMaj(count(), topology.outputs());
    for (int i = 0; i < count(); i++) {
      for (int j = 0; j < topology.inputs(); j++) {
        inputs.set(i, j, features.get(i)[j]);
      }
      oneHot.set(i, classes.get(i), 1);
    }
    TestRows rows = new TestRows(inputs, oneHot);
    return new Score(rows.loss(topology, weights), rows.accuracy(topology, weights));
  }
}
