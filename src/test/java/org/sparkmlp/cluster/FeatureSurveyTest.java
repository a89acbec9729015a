package org.sparkmlp.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.data.Scaling;

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
