package org.sparkmlp.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Seeds;
import org.sparkmlp.backend.Backend;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.backend.LossSums;
import org.sparkmlp.data.BlockPacker;
import org.sparkmlp.data.FeatureRow;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.data.RowKey;
import org.sparkmlp.data.Sharding;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.util.CounterRandom;

class DropoutTest {
  private static final int ROWS = 6;
  private static final Topology TOPOLOGY =
      new Topology(new int[] {5, 7, 6, 3}, Activations.SIGMOID, Losses.SOFTMAX_CROSS_ENTROPY, true);
  private static final Dropout DROPOUT = new Dropout(0.3, List.of(0.5, 0.25));
  private static final Backend BACKEND = Backends.get("auto");

  private final Random random = Seeds.random("dropout");
  private final float[] weights = Seeds.floats(random, TOPOLOGY.size());
  private final PackedBlock block = block();
  private final int[] keys = random.ints(ROWS).toArray();

  private PackedBlock block() {
    float[] targets = new float[ROWS];
    float[] rowWeights = new float[ROWS];
    for (int i = 0; i < ROWS; i++) {
      targets[i] = i % 3;
      rowWeights[i] = 1 + i / 2f;
    }
    return new PackedBlock(0, false, 0, 5, Seeds.floats(random, ROWS * 5), targets, rowWeights);
  }

  private void load(Network network) {
    network.setWeights(weights);
    for (int i = 0; i < ROWS; i++) {
      network.load(i, block, i);
    }
  }

  /** What unit j of layer l counts for a row of this key, by the definition. */
  private static double mask(int key, int l, int j) {
    double rate = DROPOUT.rate(l);
    int hash = CounterRandom.element(CounterRandom.element(key, l), j);
    return CounterRandom.uniform(hash) < rate ? 0 : 1 / (1 - rate);
  }

  /**
   * A row without some units is a row of a network whose weights out of these units are 0, and
   * whose other weights are larger: its loss and gradient by the reference, in double.
   */
  @Test
  void lossAndGradientAreThoseOfTheNetworkThatIsLeft() {
    double loss = 0;
    double[] expected = new double[TOPOLOGY.size()];
    for (int row = 0; row < ROWS; row++) {
      double[] left = new double[weights.length];
      Arrays.setAll(left, i -> weights[i]);
      for (int i = 0; i < left.length; i++) {
        left[i] *= factor(keys[row], i);
      }
      DMatrixRMaj x = new DMatrixRMaj(1, 5);
      for (int j = 0; j < 5; j++) {
        x.set(0, j, block.features()[5 * row + j]);
      }
      DMatrixRMaj y = new DMatrixRMaj(1, 3);
      y.set(0, (int) block.targets()[row], 1);
      double[] gradient = new double[weights.length];
      double[] rowWeight = {block.weights()[row]};
      loss += new ReferenceNetwork(TOPOLOGY).loss(left, x, y, rowWeight, gradient);
      for (int i = 0; i < gradient.length; i++) {
        expected[i] += factor(keys[row], i) * gradient[i];
      }
    }
    Network network = new Network(TOPOLOGY, BACKEND, ROWS);
    load(network);
    LossSums sums = new LossSums();
    network.differentiate(ROWS, false, DROPOUT, keys, sums);
    float[] gradient = new float[weights.length];
    network.getGradient(gradient);
    assertThat(sums.loss).isCloseTo(loss, within(1e-5 * loss));
    for (int i = 0; i < gradient.length; i++) {
      assertThat((double) gradient[i]).as("gradient %d", i).isCloseTo(expected[i], within(1e-5));
    }
  }

  /** By which weight i counts for a row: the mask of the unit that it leads out of. */
  private static double factor(int key, int i) {
    for (int l = 1; l <= TOPOLOGY.depth(); l++) {
      int from = TOPOLOGY.weightsOffset(l);
      if (i >= from && i < TOPOLOGY.biasOffset(l)) {
        return mask(key, l - 1, (i - from) / TOPOLOGY.units(l));
      }
    }
    return 1;
  }

  /**
   * Few numbers of many: the first layer is computed on sparse rows, or not, with the same mask.
   */
  @Test
  void sparseRowsHaveTheMasksOfDenseOnes() {
    int columns = 2000;
    Topology wide =
        new Topology(
            new int[] {columns, 4, 3}, Activations.SIGMOID, Losses.SOFTMAX_CROSS_ENTROPY, true);
    float[] start = Seeds.floats(random, wide.size());
    float[][] gradients = new float[3][wide.size()];
    double[] losses = new double[3];
    LossSums plain = new LossSums();
    for (int form = 0; form < 3; form++) { // dense, sparse, both
      PackedBlock rows = wideRows(columns, form);
      Network network = new Network(wide, BACKEND, ROWS);
      network.setWeights(start);
      load(network, rows);
      LossSums sums = new LossSums();
      network.differentiate(ROWS, false, new Dropout(0.4, List.of(0.5)), keys, sums);
      network.getGradient(gradients[form]);
      losses[form] = sums.loss;
      load(network, rows);
      network.differentiate(ROWS, false, plain);
    }
    assertThat(plain.loss / 3).isNotCloseTo(losses[0], within(1e-3));
    for (int form = 1; form < 3; form++) {
      assertThat(losses[form]).isCloseTo(losses[0], within(1e-5));
      assertThat(gradients[form]).containsExactly(gradients[0], within(1e-5f));
    }
  }

  private static void load(Network network, PackedBlock rows) {
    for (int i = 0; i < ROWS; i++) {
      network.load(i, rows, i);
    }
  }

  /** Thirty numbers a row, in the form asked for. */
  private static PackedBlock wideRows(int columns, int form) {
    List<byte[]> rowKeys = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      int[] places = new int[30];
      double[] stored = new double[30];
      double[] all = new double[columns];
      for (int k = 0; k < 30; k++) {
        places[k] = 61 * k + i;
        stored[k] = 1 + 0.1 * ((7 * k + i) % 11);
        all[places[k]] = stored[k];
      }
      boolean sparse = form == 1 || (form == 2 && i % 2 == 0);
      FeatureRow row = new FeatureRow(columns, null);
      row.set(sparse ? places : null, sparse ? stored : all);
      rowKeys.add(RowKey.encode(row, i % 3, 1, false, new Sharding(1, 1, 0)));
    }
    PackedBlock block = new BlockPacker(rowKeys.iterator(), ROWS).next();
    assertThat(block.sparse(0)).isEqualTo(form > 0);
    assertThat(block.sparse(1)).isEqualTo(form == 1);
    return block;
  }

  @Test
  void offAtPredictionAndEvaluation() {
    Network plain = new Network(TOPOLOGY, BACKEND, ROWS);
    Network trained = new Network(TOPOLOGY, BACKEND, ROWS);
    load(plain);
    load(trained);
    trained.differentiate(ROWS, false, DROPOUT, keys, new LossSums());
    load(trained);
    float[] logits = new float[ROWS * 3];
    float[] expected = new float[ROWS * 3];
    plain.predict(ROWS, expected);
    trained.predict(ROWS, logits);
    assertThat(logits).containsExactly(expected);
    LossSums a = new LossSums();
    LossSums b = new LossSums();
    plain.evaluate(ROWS, a);
    trained.evaluate(ROWS, b);
    assertThat(b.loss).isEqualTo(a.loss);
    LossSums without = new LossSums();
    trained.differentiate(ROWS, false, without);
    assertThat(without.loss).isEqualTo(a.loss);
    LossSums with = new LossSums();
    trained.differentiate(ROWS, false, DROPOUT, keys, with);
    assertThat(with.loss).isNotEqualTo(a.loss);
  }

  /**
   * Inverted dropout: over many masks the mean of what the next layer sees is what it would see.
   */
  @Test
  void expectedValuesAreKept() {
    Topology linear =
        new Topology(new int[] {4, 1}, Activations.IDENTITY, Losses.MEAN_SQUARED_ERROR, false);
    int rows = 1000;
    Network network = new Network(linear, BACKEND, rows);
    float[] x = {1, -2, 3, 0.5f};
    float[] features = new float[4 * rows];
    for (int i = 0; i < features.length; i++) {
      features[i] = x[i % 4];
    }
    float[] ones = new float[rows];
    Arrays.fill(ones, 1);
    // dl/dw = 2 z x / rows and dl/db = 2 z, so that the gradient of b is twice the sum of all z
    PackedBlock many = new PackedBlock(0, false, 0, 4, features, new float[rows], ones);
    network.setWeights(new float[] {1, 1, 1, 1, 0});
    for (double rate : new double[] {0.1, 0.5, 0.8}) {
      double sum = 0;
      int trials = 200;
      for (int trial = 0; trial < trials; trial++) {
        for (int i = 0; i < rows; i++) {
          network.load(i, many, i);
        }
        int[] manyKeys = random.ints(rows).toArray();
        network.differentiate(rows, false, new Dropout(rate, List.of()), manyKeys, new LossSums());
        float[] gradient = new float[5];
        network.getGradient(gradient);
        sum += gradient[4] / 2;
      }
      double deviation = Math.sqrt((1 + 4 + 9 + 0.25) * rate / (1 - rate) / rows / trials);
      assertThat(sum / rows / trials).as("rate %s", rate).isCloseTo(2.5, within(5 * deviation));
    }
  }

  @Test
  void aRateOfNothingIsOff() {
    assertThat(Dropout.NONE.isOff()).isTrue();
    assertThat(new Dropout(0, List.of(0.0, 0.0)).isOff()).isTrue();
    assertThat(new Dropout(0.1, List.of()).isOff()).isFalse();
    assertThat(new Dropout(0, List.of(0.0, 0.1)).isOff()).isFalse();
  }
}
