package org.sparkmlp.ml;

import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.Frames;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Topology;

/** Fits that go on from a saved model. */
class WarmStartTest {
  /** So small that no float changes, not even zero. */
  private static final double NO_RATE = 1e-300;

  @TempDir Path folder;
  private MLPClassificationModel first;
  private String saved;

  private static Dataset<Row> data(int classes) {
    return Frames.clouds(SparkSessions.shared(), 120, 5, classes);
  }

  private static MLPClassifier classifier() {
    return new MLPClassifier()
        .setHiddenLayers(8)
        .setMaxIter(4)
        .setBatchSize(16)
        .setStepSize(0.02)
        .setNumShards(2)
        .setSeed(3);
  }

  @BeforeEach
  void fitFirst() throws IOException {
    first = classifier().fit(data(3));
    saved = folder.resolve("first").toString();
    first.save(saved);
  }

  @Test
  void trainingBeginsWithTheWeightsOfTheModel() {
    MLPClassifier next = classifier().setInitialModel(saved);
    assertThat(classifier().setInitialModel(saved).setStepSize(NO_RATE).fit(data(3)).weights())
        .isEqualTo(first.weights());
    assertThat(next.fit(data(3)).weights())
        .isEqualTo(classifier().setInitialWeights(first.weights()).fit(data(3)).weights())
        .isNotEqualTo(first.weights());
    // training goes on: the loss begins where it ended
    double[] before = first.summary().objectiveHistory();
    double[] after = next.fit(data(3)).summary().objectiveHistory();
    assertThat(after).hasSize(4);
    assertThat(after[0]).isLessThan(before[3]);
  }

  @Test
  void theModelRemembersHowManyEpochsItWasTrained() throws IOException {
    assertThat(first.trainedEpochs()).isEqualTo(4);
    assertThat(MLPClassificationModel.load(saved).trainedEpochs()).isEqualTo(4);
    MLPClassificationModel next = classifier().setInitialModel(saved).setMaxIter(3).fit(data(3));
    assertThat(next.trainedEpochs()).isEqualTo(7);
    next.save(folder.resolve("next").toString());
    MLPClassificationModel third =
        new MLPClassifier()
            .setHiddenLayers(8)
            .setSolver("l-bfgs")
            .setMaxIter(3)
            .setInitialModel(folder.resolve("next").toString())
            .fit(data(3));
    assertThat(third.trainedEpochs()).isEqualTo(7 + third.summary().totalIterations());
    assertThat(classifier().setInitialWeights(first.weights()).fit(data(3)).trainedEpochs())
        .as("weights alone don't tell")
        .isEqualTo(4);
  }

  @Test
  void theScheduleBeginsAnewUnlessItGoesOn() {
    MLPClassifier next = classifier().setInitialModel(saved).setLearningRateSchedule("linear");
    assertThat(next.fit(data(3)).summary().learningRates())
        .containsExactly(new double[] {0.02, 0.015, 0.01, 0.005}, within(1e-12));
    assertThat(next.setContinueSchedule(true).fit(data(3)).summary().learningRates())
        .containsExactly(new double[] {0.01, 0.0075, 0.005, 0.0025}, within(1e-12));
  }

  /** Old outputs keep what they have; new ones begin as in any fit. */
  @Test
  void newClassesAreAdded() {
    MLPClassificationModel wide =
        classifier().setInitialModel(saved).setStepSize(NO_RATE).fit(data(5));
    assertThat(wide.numClasses()).isEqualTo(5);
    Topology topology =
        new Topology(new int[] {5, 8, 5}, Activations.RELU, Losses.SOFTMAX_CROSS_ENTROPY, true);
    float[] fresh = Initializer.parse("auto").weights(topology, 3);
    double[] old = first.weights().toArray();
    double[] found = wide.weights().toArray();
    assertThat(Arrays.copyOf(found, 48)).containsExactly(Arrays.copyOf(old, 48));
    for (int row = 0; row <= 8; row++) { // of the last layer; the biases are the last
      for (int k = 0; k < 5; k++) {
        double expected = k < 3 ? old[48 + 3 * row + k] : fresh[48 + 5 * row + k];
        assertThat(found[48 + 5 * row + k]).isEqualTo(expected);
      }
    }
    assertThat(found[found.length - 1]).as("a new bias").isZero();
    // so the old classes are told apart as before
    Vector x = Vectors.dense(0.3, 0.9, 0.1, -0.2, 0.5);
    double[] before = first.predictRaw(x).toArray();
    double[] after = wide.predictRaw(x).toArray();
    assertThat(after[0] - after[2]).isCloseTo(before[0] - before[2], within(1e-5));
    MLPClassificationModel trained =
        classifier().setInitialModel(saved).setMaxIter(40).fit(data(5));
    assertThat(trained.transform(data(5)).filter("prediction = label").count()).isGreaterThan(100);
  }

  /** Weights mean what they did only if features are standardized as they were. */
  @Test
  void theModelImposesItsMeansAndDeviations() throws IOException {
    MLPClassificationModel before = classifier().setStandardization(true).fit(data(3));
    String standardized = folder.resolve("standardized").toString();
    before.save(standardized);
    Dataset<Row> moved = data(3).filter("label < 2"); // of other means
    for (boolean set : new boolean[] {true, false}) {
      MLPClassifier next = classifier().setInitialModel(standardized).setStandardization(set);
      MLPClassificationModel after = next.setStepSize(NO_RATE).fit(moved);
      assertThat(after.featureMeans()).isEqualTo(before.featureMeans());
      assertThat(after.featureStds()).isEqualTo(before.featureStds());
      assertThat(after.weights()).isEqualTo(before.weights());
    }
    assertThat(classifier().setStandardization(true).fit(moved).featureMeans())
        .isNotEqualTo(before.featureMeans());
    assertThatThrownBy(
            () -> classifier().setInitialModel(saved).setStandardization(true).fit(data(3)))
        .hasMessageContaining(
            "standardization = true, but initialModel = '"
                + saved
                + "' takes features as they are");
    String held = folder.resolve("held").toString();
    before.importance(data(3)).save(held);
    assertThatThrownBy(
            () -> classifier().setInitialModel(saved).setPlasticityAnchor(held).fit(data(3)))
        .hasMessageContaining("standardize features or labels by different means and deviations");
  }

  @Test
  void rowsOfSomeClassesAreEnough() {
    MLPClassifier next = classifier().setInitialModel(saved);
    assertThat(next.fit(data(3).filter("label < 2")).numClasses()).isEqualTo(3);
    assertThatThrownBy(() -> next.setNumClasses(2).fit(data(3).filter("label < 2")))
        .hasMessageContainingAll("initialModel = '" + saved + "'", "[5, 8, 3]", "[5, 8, 2]");
  }

  @Test
  void whatDoesNotFitIsNamed() {
    MLPClassifier next = classifier().setInitialModel(saved);
    assertThatThrownBy(
            () ->
                classifier().setInitialModel(saved).setInitialWeights(first.weights()).fit(data(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("initialModel = '" + saved + "' and initialWeights are both set");
    assertThatThrownBy(() -> classifier().setContinueSchedule(true).fit(data(3)))
        .hasMessageContaining("continueSchedule = true has no use without initialModel");
    assertThatThrownBy(() -> classifier().setInitialModel(folder + "/none").fit(data(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the model at " + folder + "/none can't be read");
    assertThatThrownBy(() -> classifier().setInitialModel(saved).setHiddenLayers(9).fit(data(3)))
        .hasMessageContainingAll("[5, 8, 3] relu", "[5, 9, 3] relu", "more outputs");
    assertThatThrownBy(() -> classifier().setInitialModel(saved).setActivation("tanh").fit(data(3)))
        .hasMessageContainingAll("[5, 8, 3] relu", "[5, 8, 3] tanh");
    assertThatThrownBy(() -> next.fit(Frames.clouds(SparkSessions.shared(), 60, 4, 3)))
        .hasMessageContainingAll("[5, 8, 3]", "[4, 8, 3]");
    assertThatThrownBy(() -> classifier().setInitialModel(" "))
        .hasMessageContaining("initialModel must be a path, got ' '; unset it to do without");
    assertThat(next.fit(data(3).withColumn("extra", lit(1))).trainedEpochs()).isEqualTo(8);
  }
}
