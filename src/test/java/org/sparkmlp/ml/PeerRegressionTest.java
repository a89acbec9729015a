package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.evaluation.RegressionEvaluator;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Frames;
import org.sparkmlp.Golden;
import org.sparkmlp.SparkSessions;

/**
 * R² on test rows is no worse than scikit-learn's MLPRegressor has with the same layers, optimizer,
 * rate, batch size and epochs: means over seeds, within the noise of these (three standard errors).
 */
class PeerRegressionTest {
  private static final JsonNode GOLDEN = Golden.read("peers_regression.json");
  private static final int PEER_SEEDS = 10;

  private static void noWorse(MLPRegressor regressor, int seeds, String data, String peer) {
    double[][] features = Golden.table(GOLDEN.get(data).get("features"));
    double[] labels = Golden.numbers(GOLDEN.get(data).get("labels"));
    Dataset<Row> train = part(features, labels, false);
    Dataset<Row> test = part(features, labels, true);
    regressor.setWeightInit("glorotUniform").setNumShards(1); // scikit-learn's
    double[] scores = new double[seeds];
    double mean = 0;
    for (int i = 0; i < seeds; i++) {
      MLPRegressionModel model = regressor.setSeed(i + 1).fit(train);
      scores[i] = new RegressionEvaluator().setMetricName("r2").evaluate(model.transform(test));
      mean += scores[i] / seeds;
    }
    double variance = 0;
    for (double score : scores) {
      variance += (score - mean) * (score - mean) / (seeds - 1);
    }
    double theirs = GOLDEN.get(peer).get("mean").asDouble();
    double theirStd = GOLDEN.get(peer).get("std").asDouble();
    double error = Math.sqrt(variance / seeds + theirStd * theirStd / PEER_SEEDS);
    System.out.printf("%s: R2 %.4f, scikit-learn %.4f, error %.4f%n", peer, mean, theirs, error);
    assertThat(error).as("noise of the means").isLessThan(0.02);
    assertThat(mean).isGreaterThan(theirs - 3 * error);
  }

  /** Rows whose number is divisible by 5 (test) or not (training). */
  private static Dataset<Row> part(double[][] features, double[] labels, boolean test) {
    List<Row> part = new ArrayList<>();
    for (int i = 0; i < labels.length; i++) {
      if ((i % 5 == 0) == test) {
        part.add(RowFactory.create(labels[i], Vectors.dense(features[i])));
      }
    }
    return Frames.of(SparkSessions.shared(), part, Frames.LABELED, 3).cache();
  }

  private static MLPRegressor regressor(int batchSize, int epochs, int... hidden) {
    return new MLPRegressor().setHiddenLayers(hidden).setBatchSize(batchSize).setMaxIter(epochs);
  }

  @Test
  void diabetes() {
    noWorse(regressor(32, 60, 32), 10, "diabetes", "diabetes");
  }

  @Test
  void friedman() {
    noWorse(regressor(32, 100, 64), 5, "friedman", "friedman");
  }

  @Test
  void friedmanWithTwoTanhLayers() {
    noWorse(regressor(32, 60, 32, 32).setActivation("tanh"), 5, "friedman", "friedmanTanh");
  }
}
