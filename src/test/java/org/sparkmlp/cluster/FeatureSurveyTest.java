package org.sparkmlp.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.serializer.SerializerInstance;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.data.PackedBlock;
import org.sparkmlp.data.Scaling;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

class FeatureSurveyTest {
  private static final Columns LABELED = new Columns("features", "label", null, null);

  private static Dataset<Row> frame(Vector... vectors) {
    List<Row> rows = new ArrayList<>();
    for (Vector vector : vectors) {
      rows.add(RowFactory.create(0.0, vector));
    }
    return Frames.of(SparkSessions.shared(), rows, Frames.LABELED, 2);
  }

  private static Vector sparse(int size, int count) {
    int[] indices = new int[count];
    double[] values = new double[count];
    for (int k = 0; k < count; k++) {
      indices[k] = k;
      values[k] = 1 + k;
    }
    return Vectors.sparse(size, indices, values);
  }

  private static FeatureSurvey look(Dataset<Row> rows, int columns) {
    return FeatureSurvey.of(rows, LABELED, columns, true);
  }

  @Test
  void numbersOfARowAreThoseOfItsSmallerForm() {
    FeatureSurvey survey =
        look(frame(sparse(100, 10), sparse(100, 80), Vectors.zeros(100), sparse(100, 0)), 100);
    // 22, 100, 100 and 2
    assertThat(survey.numbersOfRow(null)).isEqualTo(56);
    assertThat(survey.numbersOfRow(new Scaling(null, new double[100]))).isEqualTo(56);
    assertThat(survey.numbersOfRow(new Scaling(new double[100], new double[100]))).isEqualTo(100);
  }

  @Test
  void whatIsCentred() {
    assertThat(look(frame(Vectors.zeros(100), Vectors.zeros(100)), 100).scaling().centred())
        .as("dense rows, whatever they hold")
        .isTrue();
    assertThat(look(frame(sparse(100, 100), sparse(100, 0)), 100).scaling().centred())
        .as("half of all numbers are there")
        .isTrue();
    assertThat(look(frame(sparse(100, 99), sparse(100, 0)), 100).scaling().centred()).isFalse();
    assertThat(
            look(frame(Vectors.zeros(100), sparse(100, 0), sparse(100, 0)), 100)
                .scaling()
                .centred())
        .isFalse();
  }

  @Test
  void aLookIsTakenWhereItMatters() {
    assertThat(FeatureSurvey.isNeeded(784, false)).isFalse();
    assertThat(FeatureSurvey.isNeeded(2, true)).isTrue();
    assertThat(FeatureSurvey.isNeeded(50_000, false)).isTrue();
  }

  @Test
  void rowsMayBeStandardizedByWhatOtherRowsHad() {
    Dataset<Row> frame = frame(Vectors.dense(5, 7, 1), sparse(3, 1));
    Scaling other = new Scaling(new double[] {1, 1, 1}, new double[] {2, 0, 4});
    ShardedRows.Packing packing = new ShardedRows.Packing(3, 3, 1, 128, other, 3);
    try (ShardedRows rows =
        ShardedRows.pack(frame, LABELED, packing, Survey.of(frame, LABELED, 3))) {
      List<List<Float>> packed =
          rows.shards()
              .map(
                  shard -> {
                    float[] x = shard.training().blockOf(0).features();
                    return List.of(x[0], x[1], x[2], x[3], x[4], x[5]);
                  })
              .collect();
      assertThat(packed)
          .containsAnyOf(List.of(2f, 0f, 0f, 0f, 0f, -0.25f), List.of(0f, 0f, -0.25f, 2f, 0f, 0f));
    }
  }

  @Test
  void whatTasksReturnTravelsByKryoToo() {
    Dataset<Row> frame = frame(sparse(100, 10), Vectors.zeros(100), sparse(100, 1));
    SerializerInstance kryo = new KryoSerializer(new SparkConf()).newInstance();
    FeatureSurvey survey = look(frame, 100);
    ClassTag<FeatureSurvey> type = ClassTag$.MODULE$.apply(FeatureSurvey.class);
    FeatureSurvey copy = kryo.deserialize(kryo.serialize(survey, type), type);
    assertThat(copy.scaling()).isEqualTo(survey.scaling());
    ShardedRows.Packing packing = new ShardedRows.Packing(100, 3, 1, 128);
    try (ShardedRows rows =
        ShardedRows.pack(frame, LABELED, packing, Survey.of(frame, LABELED, 3))) {
      PackedBlock block = rows.shards().map(shard -> shard.training().blockOf(0)).collect().get(0);
      ClassTag<PackedBlock> blocks = ClassTag$.MODULE$.apply(PackedBlock.class);
      PackedBlock other = kryo.deserialize(kryo.serialize(block, blocks), blocks);
      assertThat(other).usingRecursiveComparison().isEqualTo(block);
      assertThat(other.rows()).isEqualTo(3);
    }
  }

  @Test
  void chunksAreMeasuredByWhatRowsHold() {
    Vector[] rows = new Vector[600];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Vectors.sparse(40_000, new int[] {i, 39_999}, new double[] {1, i});
    }
    Dataset<Row> frame = frame(rows);
    int numbers = FeatureSurvey.of(frame, LABELED, 40_000, false).numbersOfRow(null);
    assertThat(numbers).isEqualTo(6);
    Survey survey = Survey.of(frame, LABELED, 3);
    for (int shards : new int[] {0, 1}) {
      ShardedRows.Packing dense = new ShardedRows.Packing(40_000, 3, shards, 128);
      ShardedRows.Packing sparse = new ShardedRows.Packing(40_000, 3, shards, 128, null, numbers);
      int chunksOfDense;
      try (ShardedRows packed = ShardedRows.pack(frame, LABELED, dense, survey)) {
        chunksOfDense = chunks(packed);
      }
      try (ShardedRows packed = ShardedRows.pack(frame, LABELED, sparse, survey)) {
        assertThat(chunks(packed)).isEqualTo(1).isLessThan(chunksOfDense);
        assertThat(packed.bytes()).isLessThan(600 * 40);
      }
    }
  }

  private static int chunks(ShardedRows rows) {
    return rows.shards().map(shard -> shard.training().starts().length - 1).first();
  }
}
