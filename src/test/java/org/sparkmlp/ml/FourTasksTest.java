package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;

/**
 * Four tasks, learnt one after the other by one network with one set of outputs: the digits, and
 * the digits with their pixels in three other orders. The rows of earlier tasks are never seen
 * again. With selective synaptic plasticity the first task isn't forgotten, and all are learnt
 * better than without.
 */
@Tag("slow")
class FourTasksTest {
  private static final int TASKS = 4;
  private static final int SEEDS = 5;

  @TempDir Path folder;

  /** Accuracy on the test rows of each task after the last was learnt. */
  private record Outcome(double first, double mean) {}

  /** The digits with pixels in an order of that number; 0 is their own. */
  private static List<Row> digits(long seed, int task, boolean test) {
    List<Integer> order = new ArrayList<>();
    for (int j = 0; j < 64; j++) {
      order.add(j);
    }
    if (task > 0) {
      Collections.shuffle(order, new Random(1000 * seed + task));
    }
    List<Row> all = Frames.digits();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if ((i % 5 == 0) == test) {
        double[] x = new double[64];
        for (int j = 0; j < 64; j++) {
          x[j] = all.get(i).<Vector>getAs(1).apply(order.get(j));
        }
        rows.add(RowFactory.create(all.get(i).get(0), Vectors.dense(x)));
      }
    }
    return rows;
  }

  private static Dataset<Row> frame(List<Row> rows) {
    return Frames.of(SparkSessions.shared(), rows, Frames.LABELED, 2).cache();
  }

  /** λ and all else chosen on the seeds 101 to 105, which are none of those of the test. */
  private static MLPClassifier classifier() {
    return new MLPClassifier()
        .setHiddenLayers(1024)
        .setSolver("momentum")
        .setStepSize(0.01)
        .setLearningRateSchedule("linear")
        .setBatchSize(32)
        .setMaxIter(20)
        .setNumShards(1);
  }

  private static final double LAMBDA = 1000;

  private Outcome learn(long seed, boolean plastic) throws IOException {
    List<Dataset<Row>> tests = new ArrayList<>();
    MLPClassificationModel model = null;
    String path = null;
    for (int task = 0; task < TASKS; task++) {
      Dataset<Row> train = frame(digits(seed, task, false));
      tests.add(frame(digits(seed, task, true)));
      MLPClassifier next = classifier().setSeed(seed);
      if (task > 0 && plastic) {
        next.setPlasticityAnchor(path).setPlasticityLambda(LAMBDA);
      } else if (task > 0) {
        next.setInitialModel(path);
      }
      model = next.fit(train);
      if (plastic) {
        model = model.importance(train);
      }
      path = folder.resolve(seed + (plastic ? " plastic " : " free ") + task).toString();
      model.save(path);
      train.unpersist();
    }
    double[] accuracy = new double[TASKS];
    for (int task = 0; task < TASKS; task++) {
      Dataset<Row> test = tests.get(task);
      accuracy[task] =
          (double) model.transform(test).filter("prediction = label").count() / test.count();
      test.unpersist();
    }
    Outcome outcome = new Outcome(accuracy[0], Arrays.stream(accuracy).average().getAsDouble());
    System.out.printf(
        "four tasks, seed %d, %s: accuracy %s, mean %.4f%n",
        seed,
        plastic ? "lambda " + LAMBDA : "without",
        Arrays.toString(Arrays.stream(accuracy).map(a -> Math.rint(a * 1e4) / 1e4).toArray()),
        outcome.mean);
    return outcome;
  }

  @Test
  void theFirstTaskIsKeptAndAllAreLearntBetter() throws IOException {
    double first = 0;
    double firstWithout = 0;
    double mean = 0;
    double meanWithout = 0;
    for (int seed = 1; seed <= SEEDS; seed++) {
      Outcome with = learn(seed, true);
      Outcome without = learn(seed, false);
      first += with.first / SEEDS;
      firstWithout += without.first / SEEDS;
      mean += with.mean / SEEDS;
      meanWithout += without.mean / SEEDS;
      assertThat(with.mean).as("mean of seed %d", seed).isGreaterThan(without.mean);
    }
    System.out.printf(
        "four tasks, mean of %d seeds: first task %.4f (without %.4f), all tasks %.4f (without %.4f)%n",
        SEEDS, first, firstWithout, mean, meanWithout);
    assertThat(first).as("the first task after all four").isGreaterThanOrEqualTo(0.90);
    assertThat(firstWithout).as("what is forgotten without").isLessThan(0.8);
    assertThat(mean).as("all tasks").isGreaterThanOrEqualTo(meanWithout);
  }
}
