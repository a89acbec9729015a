package org.sparkmlp.ml;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Frames;
import org.sparkmlp.Golden;
import org.sparkmlp.SparkSessions;

/**
 * The accuracy of scikit-learn's MLPClassifier with the same layers, optimizer, rate, batch size
 * and epochs (± 0.01).
 */
class PeerAccuracyTest {
  private static final JsonNode GOLDEN = Golden.read("peers.json");

  /** Mean over seeds of the accuracy on the test rows. */
  private static double accuracy(
      MLPClassifier classifier, int seeds, Dataset<Row> train, Dataset<Row> test) {
    classifier.setWeightInit("glorotUniform"); // scikit-learn's
    double sum = 0;
    for (int seed = 1; seed <= seeds; seed++) {
      MLPClassificationModel model = classifier.setSeed(seed).fit(train);
      sum +=
          new MulticlassClassificationEvaluator()
              .setMetricName("accuracy")
              .evaluate(model.transform(test));
    }
    return sum / seeds;
  }

  private static double peer(String name) {
    return GOLDEN.get(name).get("mean").asDouble();
  }

  /** Rows whose number is divisible by 5 (test) or not (training). */
  private static Dataset<Row> part(List<Row> rows, boolean test, int partitions) {
    List<Row> part = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      if ((i % 5 == 0) == test) {
        part.add(rows.get(i));
      }
    }
    return Frames.of(SparkSessions.shared(), part, Frames.LABELED, partitions).cache();
  }

  @Test
  void xor() {
    Dataset<Row> rows = Frames.xor(SparkSessions.shared(), 50).cache();
    MLPClassifier classifier =
        new MLPClassifier()
            .setHiddenLayers(16)
            .setStepSize(0.01)
            .setBatchSize(20)
            .setMaxIter(200)
            .setNumShards(1);
    assertThat(accuracy(classifier, 2, rows, rows)).isEqualTo(peer("xor"));
  }

  @Test
  void blobs() {
    List<Row> rows = new ArrayList<>();
    double[][] features = Golden.table(GOLDEN.get("blobs").get("features"));
    double[] labels = Golden.numbers(GOLDEN.get("blobs").get("labels"));
    for (int i = 0; i < labels.length; i++) {
      rows.add(RowFactory.create(labels[i], Vectors.dense(features[i])));
    }
    MLPClassifier classifier =
        new MLPClassifier().setHiddenLayers(32).setBatchSize(20).setMaxIter(100).setNumShards(1);
    assertThat(accuracy(classifier, 10, part(rows, false, 3), part(rows, true, 3)))
        .isCloseTo(peer("blobs"), within(0.01));
  }

  @Test
  void digitsAndDigitsSortedByLabelOnSevenPartitions() {
    List<Row> rows = Frames.digits();
    Dataset<Row> train = part(rows, false, 3);
    Dataset<Row> test = part(rows, true, 3);
    MLPClassifier one =
        new MLPClassifier().setHiddenLayers(64).setBatchSize(32).setMaxIter(60).setNumShards(1);
    assertThat(accuracy(one, 4, train, test)).isCloseTo(peer("digits"), within(0.01));
    Dataset<Row> sorted =
        train.repartitionByRange(7, col("label")).sortWithinPartitions("label").cache();
    assertThat(sorted.rdd().getNumPartitions()).isEqualTo(7);
    MLPClassifier shards =
        new MLPClassifier()
            .setHiddenLayers(64)
            .setBatchSize(8) // of each of four shards: 32 rows between two averages
            .setMaxIter(60)
            .setNumShards(4);
    assertThat(accuracy(shards, 4, sorted, test)).isCloseTo(peer("digits"), within(0.01));
  }
}
