package org.sparkmlp.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkmlp.Frames;
import org.sparkmlp.JavaCopy;
import org.sparkmlp.Seeds;
import org.sparkmlp.SparkSessions;
import org.sparkmlp.function.Activation;
import org.sparkmlp.function.Activations;
import org.sparkmlp.function.Loss;
import org.sparkmlp.function.Losses;
import org.sparkmlp.nn.GradientCheck;
import org.sparkmlp.nn.Initializer;
import org.sparkmlp.nn.Topology;

/** An activation and a loss of a user's own, registered by name. */
class OwnFunctionsTest {
  /** z + k (√(z² + 1) - 1) / 2, the bent identity. */
  private record Bent(String name, double k) implements Activation {
    @Override
    public String spec() {
      return name + "(k=" + k + ")";
    }

    @Override
    public double value(double z) {
      return z + k * (Math.sqrt(z * z + 1) - 1) / 2;
    }

    @Override
    public double derivative(double z, double a) {
      return 1 + k * z / (2 * Math.sqrt(z * z + 1));
    }
  }

  /** Squared hinge, one against the rest; {@code factor} 2 is right, another a planted error. */
  private record SquaredHinge(double factor) implements Loss {
    @Override
    public String spec() {
      return "squaredHinge";
    }

    private static double gap(double z, double y) {
      return Math.max(0, 1 - (2 * y - 1) * z);
    }

    @Override
    public double value(double[] z, double[] y) {
      double sum = 0;
      for (int k = 0; k < z.length; k++) {
        sum += gap(z[k], y[k]) * gap(z[k], y[k]);
      }
      return sum;
    }

    @Override
    public void gradient(double[] z, double[] y, double[] gradient) {
      for (int k = 0; k < z.length; k++) {
        gradient[k] = factor * gap(z[k], y[k]) * (1 - 2 * y[k]);
      }
    }

    @Override
    public void link(double[] z, double[] out) {
      for (int k = 0; k < z.length; k++) {
        out[k] = Math.max(0, Math.min(1, (1 + z[k]) / 2));
      }
    }
  }

  @TempDir Path folder;

  @BeforeAll
  static void register() {
    Activations.register(
        "bent", List.of("k"), arguments -> new Bent("bent", arguments.number("k", 1)));
    Losses.register("squaredHinge", List.of(), arguments -> new SquaredHinge(2));
  }

  @Test
  void aClassifierIsTrainedWithThemSavedAndLoaded() throws Exception {
    Dataset<Row> rows = Frames.clouds(SparkSessions.shared(), 240, 5, 3);
    MLPClassificationModel model =
        new MLPClassifier()
            .setHiddenLayers(8, 6)
            .setActivation("bent(0.5), relu")
            .setLoss("squaredHinge")
            .setMaxIter(30)
            .setBatchSize(16)
            .setStepSize(0.02)
            .setNumShards(2)
            .setSeed(3)
            .fit(rows);
    Dataset<Row> output = model.transform(rows);
    assertThat(new MulticlassClassificationEvaluator().setMetricName("accuracy").evaluate(output))
        .isGreaterThan(0.9);
    for (Row row : output.takeAsList(20)) {
      DenseVector p = row.getAs("probability");
      assertThat(p.apply(0) + p.apply(1) + p.apply(2)).isBetween(1 - 1e-12, 1 + 1e-12);
    }
    String path = folder.resolve("own").toString();
    model.save(path);
    MLPClassificationModel loaded = MLPClassificationModel.load(path);
    Vector row = Vectors.dense(0.1, -0.2, 0.3, 0.4, 0.5);
    assertThat(loaded.predictRaw(row)).isEqualTo(model.predictRaw(row));
  }

  @Test
  void theGradientCheckFindsThemRightAndAWrongOneWrong() {
    GradientCheck.Result right =
        check(Activations.parse("bent(k=0.5)"), Losses.parse("squaredHinge"));
    assertThat(right.within(1e-6)).as(right.toString()).isTrue();
    GradientCheck.Result wrong = check(Activations.parse("bent(k=0.5)"), new SquaredHinge(1.9));
    assertThat(wrong.within(1e-3)).as(wrong.toString()).isFalse();
    assertThat(wrong.parameter()).startsWith("layer");
  }

  private static GradientCheck.Result check(Activation activation, Loss loss) {
    Topology topology = new Topology(new int[] {4, 5, 3}, List.of(activation), loss, true);
    Random random = Seeds.random("own functions");
    double[] weights = random.doubles(topology.size(), -1, 1).toArray();
    DMatrixRMaj features = new DMatrixRMaj(6, 4, true, random.doubles(24, -1, 1).toArray());
    DMatrixRMaj targets = new DMatrixRMaj(6, 3);
    for (int i = 0; i < 6; i++) {
      targets.set(i, i % 3, 1);
    }
    return GradientCheck.run(topology, weights, features, targets, new double[] {1, 2, 1, 1, 3, 1});
  }

  /** What executors get is the instance itself: nothing is looked up by name there. */
  @Test
  void whatIsNotRegisteredTravelsAllTheSame() throws Exception {
    Activation stranger = new Bent("stranger", 2);
    assertThatThrownBy(() -> Activations.parse(stranger.spec()))
        .hasMessageContaining("unknown activation 'stranger'");
    Topology topology =
        new Topology(new int[] {2, 3, 2}, List.of(stranger), new SquaredHinge(2), true);
    Topology arrived = JavaCopy.of(topology);
    assertThat(arrived).isEqualTo(topology);
    assertThat(arrived.activation(1)).isEqualTo(stranger);
    assertThat(arrived.loss()).isEqualTo(topology.loss());
  }

  @Test
  void aModelOfFunctionsThatAreNotRegisteredSaysSo() {
    Topology topology =
        new Topology(
            new int[] {2, 3, 2},
            List.of(new Bent("stranger", 2)),
            Losses.SOFTMAX_CROSS_ENTROPY,
            true);
    float[] weights = Initializer.parse("auto").weights(topology, 1);
    String path = folder.resolve("stranger").toString();
    ModelFormat.Saved network = new ModelFormat.Saved(topology, null, weights, 0, null);
    ModelFormat.save(
        new MLPClassificationModel("m", network), network, path, SparkSessions.shared());
    assertThatThrownBy(() -> MLPClassificationModel.load(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(
            "the model at " + path + " can't be read: unknown activation 'stranger'",
            "An activation or loss of your own must be registered before (Activations.register");
  }

  @Test
  void namesAreTakenOnce() {
    assertThatThrownBy(() -> Activations.register("bent", List.of(), x -> Activations.RELU))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("activation 'bent' is already known");
    assertThatThrownBy(() -> Activations.register("relu", List.of(), x -> Activations.RELU))
        .hasMessage("activation 'relu' is already known");
    assertThatThrownBy(
            () -> Losses.register("squaredError", List.of(), x -> Losses.MEAN_SQUARED_ERROR))
        .hasMessage("loss 'squaredError' is already known");
    assertThat(Activations.names()).doesNotContain("bent");
    assertThat(Losses.names()).doesNotContain("squaredHinge");
  }
}
