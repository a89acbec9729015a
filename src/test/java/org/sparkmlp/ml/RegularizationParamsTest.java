package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;

/** The params of regularization reach training: which number each of them moves, and which way. */
class RegularizationParamsTest {
  private static final int FEATURES = 5;
  private static final int HIDDEN = 12;
  private static final int CLASSES = 3;

  private static Dataset<Row> data() {
    return Frames.clouds(SparkSessions.shared(), 120, FEATURES, CLASSES);
  }

  private static MLPClassifier classifier() {
    return new MLPClassifier()
        .setHiddenLayers(HIDDEN)
        .setBatchSize(16)
        .setStepSize(0.02)
        .setNumShards(2)
        .setMaxIter(15)
        .setSeed(3);
  }

  private static double[] weights(MLPClassifier classifier) {
    return classifier.fit(data()).weights().toArray();
  }

  private static double norm(double[] weights) {
    return Math.sqrt(Arrays.stream(weights).map(w -> w * w).sum());
  }

  /** Of the first layer, the longest vector into a unit. */
  private static double longest(double[] weights) {
    double longest = 0;
    for (int j = 0; j < HIDDEN; j++) {
      double squares = 0;
      for (int i = 0; i < FEATURES; i++) {
        squares += Math.pow(weights[i * HIDDEN + j], 2);
      }
      longest = Math.max(longest, Math.sqrt(squares));
    }
    return longest;
  }

  private static void smaller(
      Function<double[], Double> number, MLPClassifier less, MLPClassifier more) {
    assertThat(number.apply(weights(more))).isLessThan(number.apply(weights(less)));
  }

  @Test
  void penaltiesAndDecayMakeWeightsSmaller() {
    smaller(RegularizationParamsTest::norm, classifier(), classifier().setRegParam(0.05));
    smaller(
        RegularizationParamsTest::norm,
        classifier().setRegParam(0.05),
        classifier().setRegParam(0.2));
    smaller(RegularizationParamsTest::norm, classifier(), classifier().setWeightDecay(1));
    smaller(
        weights -> (double) Arrays.stream(weights).filter(w -> Math.abs(w) > 0.05).count(),
        classifier().setRegParam(0.02),
        classifier().setRegParam(0.02).setElasticNetParam(1));
    smaller(RegularizationParamsTest::norm, lbfgs(), lbfgs().setRegParam(0.05));
  }

  private static MLPClassifier lbfgs() {
    return new MLPClassifier()
        .setHiddenLayers(HIDDEN)
        .setSolver("l-bfgs")
        .setMaxIter(15)
        .setSeed(3);
  }

  @Test
  void theObjectiveHasThePenaltyInIt() {
    MLPClassifier still = classifier().setMaxIter(1).setSolver("sgd").setStepSize(1e-30);
    MLPClassificationModel plain = still.fit(data());
    double squares = 0;
    double[] weights = plain.weights().toArray(); // biases are 0
    for (double w : weights) {
      squares += w * w;
    }
    MLPClassificationModel penalized = still.setRegParam(0.5).fit(data());
    assertThat(objective(penalized) - objective(plain)).isCloseTo(0.25 * squares, within(1e-4));
  }

  private static double objective(MLPClassificationModel model) {
    return model.summary().objectiveHistory()[0];
  }

  @Test
  void maxNormBoundsTheWeightsIntoAUnit() {
    assertThat(longest(weights(classifier()))).isGreaterThan(1.2);
    assertThat(longest(weights(classifier().setMaxNorm(1.1)))).isCloseTo(1.1, within(1e-5));
    assertThat(longest(weights(classifier().setMaxNorm(0.4)))).isCloseTo(0.4, within(1e-5));
  }

  @Test
  void clippingShortensTheStepsOfSgd() {
    MLPClassifier sgd = classifier().setSolver("sgd").setStepSize(0.1).setMaxIter(1);
    double[] start = weights(sgd.copy(new org.apache.spark.ml.param.ParamMap()).setStepSize(1e-30));
    double free = distance(start, weights(sgd));
    double byNorm = distance(start, weights(sgd.setGradientClipNorm(0.01)));
    assertThat(byNorm).isLessThan(0.2 * free).isPositive();
    sgd.clear(sgd.gradientClipNorm());
    double byValue = distance(start, weights(sgd.setGradientClipValue(0.001)));
    assertThat(byValue).isLessThan(0.2 * free).isPositive();
  }

  private static double distance(double[] a, double[] b) {
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      squares += Math.pow(a[i] - b[i], 2);
    }
    return Math.sqrt(squares);
  }

  @Test
  void dropoutRaisesTheLossOfTraining() {
    double plain = last(classifier());
    double hidden = last(classifier().setHiddenDropout(0.4));
    double input = last(classifier().setInputDropout(0.3));
    assertThat(hidden).isGreaterThan(plain);
    assertThat(input).isGreaterThan(plain);
    assertThat(last(classifier().setHiddenDropout(0.8))).isGreaterThan(hidden);
    assertThat(last(classifier().setInputDropout(0.6))).isGreaterThan(input);
    assertThat(weights(classifier().setHiddenLayers(4, 4).setHiddenDropout(0.3)))
        .containsExactly(weights(classifier().setHiddenLayers(4, 4).setHiddenDropout(0.3, 0.3)))
        .isNotEqualTo(weights(classifier().setHiddenLayers(4, 4).setHiddenDropout(0.3, 0)));
  }

  private static double last(MLPClassifier classifier) {
    double[] history = classifier.fit(data()).summary().objectiveHistory();
    return history[history.length - 1];
  }

  /** The same bits however the rows are cut and in whatever order they come; other ones by seed. */
  @Test
  void dropoutIsTheSameWhereverATaskRuns() {
    List<Row> rows = Frames.clouds(new Random(17), 120, FEATURES, CLASSES);
    MLPClassifier dropout = classifier().setInputDropout(0.1).setHiddenDropout(0.5).setMaxIter(3);
    for (int localSteps : new int[] {1, 3}) {
      dropout.setLocalSteps(localSteps).setSeed(3);
      double[] expected = dropout.fit(frame(rows, 1)).weights().toArray();
      List<Row> shuffled = new ArrayList<>(rows);
      java.util.Collections.shuffle(shuffled, new Random(1));
      for (int partitions : new int[] {2, 5}) {
        assertThat(dropout.fit(frame(shuffled, partitions)).weights().toArray())
            .containsExactly(expected);
      }
      assertThat(dropout.setSeed(4).fit(frame(rows, 1)).weights().toArray()).isNotEqualTo(expected);
    }
  }

  private static Dataset<Row> frame(List<Row> rows, int partitions) {
    return Frames.of(SparkSessions.shared(), rows, Frames.LABELED, partitions);
  }
}
