package org.sparkmlp.ml;

import static org.apache.spark.sql.functions.rand;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;

/** Fits on sparse vectors, and predictions on them. */
class SparseFitTest {
  private static final int CLASSES = 4;

  private static SparkSession spark() {
    return SparkSessions.shared();
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(SparkSessions.packedRowsInCache()).isZero();
  }

  /**
   * Bags of words: of the {@code words} words of a document, two in ten are of its class's own
   * hundredth of the vocabulary, the others are any, the early ones often.
   */
  private static List<Row> documents(long seed, int n, int vocabulary, int words) {
    Random random = new Random(seed);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      int label = i % CLASSES;
      TreeMap<Integer, Double> counts = new TreeMap<>();
      while (counts.size() < words) {
        int own = vocabulary / 2 + label * (vocabulary / 100) + random.nextInt(vocabulary / 100);
        int any = (int) (vocabulary * Math.pow(random.nextDouble(), 3));
        counts.merge(random.nextInt(10) < 2 ? own : any, 1.0, Double::sum);
      }
      int[] indices = counts.keySet().stream().mapToInt(Integer::intValue).toArray();
      double[] values = counts.values().stream().mapToDouble(Math::log1p).toArray();
      rows.add(RowFactory.create((double) label, Vectors.sparse(vocabulary, indices, values)));
    }
    return rows;
  }

  /** The same rows, dense where {@code dense} says so. */
  private static List<Row> with(List<Row> rows, java.util.function.IntPredicate dense) {
    List<Row> result = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      Vector vector = rows.get(i).getAs(1);
      result.add(RowFactory.create(rows.get(i).get(0), dense.test(i) ? vector.toDense() : vector));
    }
    return result;
  }

  private static Dataset<Row> frame(List<Row> rows) {
    return Frames.of(spark(), rows, Frames.LABELED, 3);
  }

  private static MLPClassifier classifier() {
    return new MLPClassifier()
        .setHiddenLayers(8)
        .setNumClasses(CLASSES)
        .setBatchSize(32)
        .setMaxIter(4)
        .setNumShards(2)
        .setSeed(6);
  }

  private static double accuracy(MLPClassificationModel model, Dataset<Row> rows) {
    return new MulticlassClassificationEvaluator()
        .setMetricName("accuracy")
        .evaluate(model.transform(rows));
  }

  @Test
  void fiftyThousandFeaturesOfWhichAHundredAreThere() {
    int n = 2000;
    Dataset<Row> training = frame(documents(1, n, 50_000, 100));
    MLPClassificationModel model = classifier().setStepSize(0.005).fit(training);
    // 8 bytes a number and 16 a row; dense it would be 400 MB
    assertThat(model.summary().packedBytes()).isBetween(n * 800L, n * 830L);
    assertThat(accuracy(model, frame(documents(2, 400, 50_000, 100)))).isGreaterThan(0.95);
    MLPClassificationModel scaled =
        classifier().setStepSize(0.005).setSeed(10).setStandardization(true).fit(training);
    assertThat(scaled.summary().packedBytes()).isBetween(n * 700L, n * 830L);
    assertThat(accuracy(scaled, frame(documents(2, 400, 50_000, 100)))).isGreaterThan(0.9);
  }

  @Test
  void sparseAndDenseRowsGiveTheSameResult() {
    List<Row> rows = documents(3, 400, 600, 15);
    for (String solver : new String[] {"momentum", "sgd", "l-bfgs"}) {
      MLPClassifier c = classifier().setSolver(solver);
      if (solver.equals("l-bfgs")) {
        c.clear(c.batchSize());
      }
      MLPClassificationModel sparse = c.fit(frame(rows));
      for (int dense : new int[] {1, 3}) {
        MLPClassificationModel other = c.fit(frame(with(rows, i -> i % dense == 0)));
        assertThat(other.weights().toArray())
            .as(solver)
            .containsExactly(sparse.weights().toArray(), within(1e-5));
        assertThat(other.summary().rows()).isEqualTo(400);
      }
    }
  }

  @Test
  void rowsThatAreTooFullToStaySparseGiveTheSameBits() {
    List<Row> rows = documents(3, 300, 200, 60);
    MLPClassificationModel sparse = classifier().fit(frame(rows));
    MLPClassificationModel dense = classifier().fit(frame(with(rows, i -> true)));
    assertThat(sparse.weights()).isEqualTo(dense.weights());
    assertThat(sparse.summary().packedBytes()).isLessThan(dense.summary().packedBytes());
  }

  @Test
  void anyOrderPartitioningAndBlockSizeGivesTheSameBitsWithRowsOfBothForms() {
    List<Row> rows = documents(4, 300, 600, 15);
    for (List<Row> forms : List.of(rows, with(rows, i -> i % 10 == 0))) {
      Dataset<Row> base = frame(forms);
      Vector expected = classifier().fit(base).weights();
      for (Dataset<Row> variant :
          List.of(base.repartition(1), base.repartition(5), base.orderBy(rand(7)))) {
        assertThat(classifier().fit(variant).weights()).isEqualTo(expected);
      }
      assertThat(classifier().setBlockSize(7).fit(base).weights()).isEqualTo(expected);
      assertThat(classifier().setBlockSize(1000).fit(base).weights()).isEqualTo(expected);
    }
  }

  @Test
  void allWaysToPredictAgreeOnBothForms() {
    List<Row> rows = documents(5, 300, 600, 15);
    MLPClassificationModel model = classifier().fit(frame(rows));
    for (int dense : new int[] {1, 7, 1000}) {
      Dataset<Row> forms = frame(with(rows, i -> i % dense == 0));
      for (Row row : model.transform(forms).collectAsList()) {
        double[] raw = row.<Vector>getAs("rawPrediction").toArray();
        Vector vector = row.getAs("features");
        assertThat(model.predictRaw(vector).toArray()).containsExactly(raw, within(1e-6));
        assertThat(model.predictRaw(vector.toSparse()).toArray())
            .containsExactly(raw, within(1e-5));
      }
    }
  }

  @Test
  void aSparseVectorOfAnotherSizeOrWithABadNumberIsRefused() {
    MLPClassificationModel model = classifier().fit(frame(documents(5, 100, 600, 15)));
    List<Row> bad = documents(5, 10, 600, 15);
    bad.set(4, RowFactory.create(1.0, Vectors.sparse(600, new int[] {5}, new double[] {1e300})));
    String sentence = "has the value 1.0E300 in feature 5, but features must be finite floats";
    assertThatThrownBy(() -> classifier().fit(frame(bad)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sentence);
    assertThatThrownBy(() -> classifier().setStandardization(true).fit(frame(bad)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sentence);
    assertThatThrownBy(() -> model.predictRaw(bad.get(4).getAs(1))).hasMessageContaining(sentence);
    assertThatThrownBy(() -> model.predictRaw(Vectors.sparse(601, new int[] {5}, new double[] {1})))
        .hasMessageContaining("a vector of 601 features where 600 are expected");
  }
}
