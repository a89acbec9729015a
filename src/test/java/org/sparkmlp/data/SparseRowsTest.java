package org.sparkmlp.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Seeds;

/** Rows that come sparse: as keys, and packed beside dense ones. */
class SparseRowsTest {
  private static final Sharding SHARDING = new Sharding(5, 3, 0);

  private static double[] random(Random random, int columns, int count) {
    double[] x = new double[columns];
    for (int k = 0; k < count; k++) {
      x[random.nextInt(columns)] = random.nextGaussian();
    }
    return x;
  }

  private static int[] places(double[] x) {
    return IntStream.range(0, x.length).filter(j -> x[j] != 0).toArray();
  }

  private static FeatureRow sparse(double[] x, Scaling scaling) {
    FeatureRow row = new FeatureRow(x.length, scaling);
    int[] places = places(x);
    assertThat(row.set(places, Arrays.stream(places).mapToDouble(j -> x[j]).toArray()))
        .isEqualTo(-1);
    return row;
  }

  private static FeatureRow dense(double[] x, Scaling scaling) {
    FeatureRow row = new FeatureRow(x.length, scaling);
    assertThat(row.set(null, x)).isEqualTo(-1);
    return row;
  }

  private static byte[] key(FeatureRow row) {
    return RowKey.encode(row, 2, 0.5f, false, SHARDING);
  }

  private static float[] read(FeatureRow row) {
    float[] all = new float[row.columns()];
    for (int k = 0; k < row.count(); k++) {
      all[row.sparse() ? row.indices()[k] : k] = row.values()[k];
    }
    return all;
  }

  @Test
  void aVectorHasOnePlaceInBothForms() {
    Random random = Seeds.random("places of sparse rows");
    FeatureRow room = new FeatureRow(300, null);
    for (int trial = 0; trial < 200; trial++) {
      double[] x = random(random, 300, 1 + random.nextInt(100));
      int[] places = places(x);
      room.set(places, Arrays.stream(places).mapToDouble(j -> x[j]).toArray());
      byte[] sparse = key(room);
      byte[] dense = key(dense(x, null));
      assertThat(RowKey.sparse(sparse)).isTrue();
      assertThat(RowKey.sparse(dense)).isFalse();
      assertThat(RowKey.columns(sparse)).isEqualTo(RowKey.columns(dense)).isEqualTo(300);
      // shard, role, chunk and hash
      assertThat(Arrays.copyOf(sparse, 17)).isEqualTo(Arrays.copyOf(dense, 17));
      assertThat(sparse).hasSize(30 + 8 * RowKey.count(sparse));
      assertThat(RowKey.target(sparse)).isEqualTo(2);
      assertThat(RowKey.weight(sparse)).isEqualTo(0.5f);
    }
  }

  @Test
  void zerosAreNotStoredAndHaveNoSign() {
    FeatureRow row = new FeatureRow(9, null);
    row.set(new int[] {1, 3, 4, 8}, new double[] {0, -0.0, 1e-300, 7});
    assertThat(row.sparse()).isTrue();
    assertThat(row.count()).isEqualTo(1);
    assertThat(row.indices()[0]).isEqualTo(8);
    byte[] sparse = key(row);
    byte[] dense = key(dense(new double[] {0, -0.0, 0, -0.0, 0, 0, 0, -1e-300, 7}, null));
    assertThat(Arrays.copyOf(sparse, 17)).isEqualTo(Arrays.copyOf(dense, 17));
  }

  @Test
  void aRowStaysSparseWhereThatTakesLessRoom() {
    double[] x = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1};
    assertThat(sparse(x, null).sparse()).as("half of it").isFalse();
    x[5] = 0;
    assertThat(sparse(x, null).sparse()).isTrue();
    double[] deviations = {1, 2, 3, 4, 5, 6, 7, 8, 0, 10};
    Scaling divided = new Scaling(null, deviations);
    Scaling centred = new Scaling(new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, deviations);
    assertThat(sparse(x, divided).sparse()).isTrue();
    assertThat(sparse(x, divided).count()).as("feature 8 becomes 0").isEqualTo(3);
    assertThat(sparse(x, centred).sparse()).isFalse();
    for (Scaling scaling : new Scaling[] {null, divided, centred}) {
      assertThat(read(sparse(x, scaling))).containsExactly(read(dense(x, scaling)));
    }
    assertThat(read(dense(x, centred)))
        .containsExactly(-1, -1, -1, -1, -1, -1, -6 / 7f, -7 / 8f, 0, -0.9f);
  }

  @Test
  void theFirstBadNumberIsNamedInEveryForm() {
    Scaling divided = new Scaling(null, new double[] {1, 1, 1, 1, 1e30, 1, 1, 1, 1, 1});
    for (Scaling scaling : new Scaling[] {null, divided}) {
      for (double bad : new double[] {Double.NaN, Double.NEGATIVE_INFINITY, 1e39}) {
        FeatureRow row = new FeatureRow(10, scaling);
        assertThat(row.set(new int[] {2, 4, 9}, new double[] {1, bad, 1})).isEqualTo(1);
        assertThat(row.set(new int[] {0, 1, 2, 4, 7, 9}, new double[] {1, 1, 1, bad, bad, 1}))
            .isEqualTo(3);
        assertThat(row.set(null, new double[] {1, 2, 3, 4, bad, 6, 7, 8, 9, bad})).isEqualTo(4);
        assertThat(row.set(null, new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})).isEqualTo(-1);
      }
    }
  }

  @Test
  void blocksOfBothForms() {
    Random random = Seeds.random("blocks of both forms");
    int columns = 500;
    List<double[]> rows = new ArrayList<>();
    List<byte[]> keys = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      double[] x = random(random, columns, random.nextInt(40));
      rows.add(x);
      boolean isDense = i > 300 && random.nextInt(3) == 0; // the first 300 are all sparse
      byte[] key =
          RowKey.encode(
              isDense ? dense(x, null) : sparse(x, null), i, 1, false, new Sharding(1, 1, 0));
      keys.add(key);
    }
    List<PackedBlock> blocks = new ArrayList<>();
    new BlockPacker(keys.iterator(), 64).forEachRemaining(blocks::add);
    assertThat(blocks).hasSizeGreaterThan(1000 / 64);
    Shard.Rows shard = Shard.of(blocks.iterator()).get(0).training();
    double[] read = new double[columns + 1];
    for (int i : random.ints(2000, 0, 1000).toArray()) {
      PackedBlock block = shard.blockOf(i);
      int row = shard.placeOf(i);
      assertThat(block.targets()[row]).isEqualTo(i);
      block.copyRow(row, read, 1);
      for (int j = 0; j < columns; j++) {
        assertThat(read[j + 1]).isEqualTo((float) rows.get(i)[j]);
      }
      assertThat(block.sparse(row)).isEqualTo(RowKey.sparse(keys.get(i)));
    }
  }

  @Test
  void sparseRowsTakeRoomForWhatTheyHoldAndBlocksOfThemAreLong() {
    Random random = Seeds.random("room of sparse rows");
    List<byte[]> keys = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      double[] x = random(random, 50_000, 100);
      keys.add(RowKey.encode(sparse(x, null), 0, 1, false, new Sharding(1, 1, 0)));
    }
    List<PackedBlock> blocks = new ArrayList<>();
    new BlockPacker(keys.iterator(), 128).forEachRemaining(blocks::add);
    assertThat(blocks).hasSize(8);
    long bytes = blocks.stream().mapToLong(PackedBlock::bytes).sum();
    long stored = keys.stream().mapToLong(RowKey::count).sum();
    assertThat(bytes).isEqualTo(8 * stored + 16 * 1000 + 8 * 8);
    // 128 rows of 600 numbers would be too large for a block
    List<byte[]> longer = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      longer.add(
          RowKey.encode(
              sparse(random(random, 50_000, 600), null), 0, 1, false, new Sharding(1, 1, 0)));
    }
    blocks.clear();
    new BlockPacker(longer.iterator(), 128).forEachRemaining(blocks::add);
    assertThat(blocks).hasSizeBetween(6, 7).allMatch(block -> block.bytes() < 4 * 66_000);
  }
}
