package org.sparkmlp.ml;

import static org.apache.spark.sql.functions.col;

import java.io.Serializable;
import java.util.Arrays;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.cluster.FeatureReader;
import org.sparkmlp.data.FeatureRow;
import org.sparkmlp.data.Scaling;
import org.sparkmlp.nn.Network;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.util.Check;

/** The trained network of a model, which takes single vectors or DataFrames through it. */
final class FittedNetwork implements Serializable {
  private static final long serialVersionUID = 1;

  private final Topology topology;
  private final Scaling scaling;
  private final float[] weights;
  private final int epochs;
  private final float[] importance;
  private final transient TrainingSummary summary;
  private transient volatile ThreadLocal<OneRow> rooms;

  /**
   * Takes the arrays over, without a copy.
   *
   * @param scaling by which features are standardized, or null
   * @param epochs that it was trained for, as far as that is known
   * @param importance of its weights, or null
   * @param summary of its training, or null
   */
  FittedNetwork(
      Topology topology,
      Scaling scaling,
      float[] weights,
      int epochs,
      float[] importance,
      TrainingSummary summary) {
    this.topology = topology;
    this.scaling = scaling;
    this.weights = weights;
    this.epochs = epochs;
    this.importance = importance;
    this.summary = summary;
  }

  /** A network of which no more is known. */
  FittedNetwork(Topology topology, Scaling scaling, float[] weights) {
    this(topology, scaling, weights, 0, null, null);
  }

  /** The same network, of whose weights it is known how much they matter. */
  FittedNetwork with(float[] otherImportance) {
    return new FittedNetwork(topology, scaling, weights, epochs, otherImportance, summary);
  }

  /** Epochs that the weights were trained for; 0 if that isn't known. */
  int epochs() {
    return epochs;
  }

  /** How much each weight matters, or null; not to be changed. */
  float[] importance() {
    return importance;
  }

  Topology topology() {
    return topology;
  }

  /** By which features are standardized, or null. */
  Scaling scaling() {
    return scaling;
  }

  /** How it was trained; null if that isn't known, as on executors and where it was loaded. */
  TrainingSummary summary() {
    return summary;
  }

  /** μ of each feature; 0 where nothing is subtracted. */
  Vector featureMeans() {
    return Vectors.dense(scaling == null ? new double[topology.inputs()] : scaling.means());
  }

  /** σ of each feature; 1 where nothing is divided. */
  Vector featureStds() {
    if (scaling != null) {
      return Vectors.dense(scaling.deviations());
    }
    double[] ones = new double[topology.inputs()];
    Arrays.fill(ones, 1);
    return Vectors.dense(ones);
  }

  /** Bytes of all numbers. */
  long bytes() {
    return 4L * weights.length * (importance == null ? 1 : 2)
        + (scaling == null ? 0 : scaling.bytes());
  }

  /** Not to be changed. */
  float[] weights() {
    return weights;
  }

  /** The logits of one row. */
  float[] logits(MLPParams params, Vector features) {
    float[] logits = new float[topology.outputs()];
    predict(params, features, logits);
    return logits;
  }

  /** What hidden layer {@code l} computes for one row. */
  double[] hidden(MLPParams params, Vector features, int l) {
    Network network = predict(params, features, new float[topology.outputs()]);
    float[] values = new float[topology.units(l)];
    network.values(l, 1, values);
    return new BatchPredictor.Computed(null, 0, values, 0, values.length).hidden();
  }

  private Network predict(MLPParams params, Vector features, float[] logits) {
    OneRow room = room(params.getBackend());
    String problem = FeatureReader.read(params.getFeaturesCol(), features, room.features);
    Check.that(problem == null, "%s", problem);
    room.network.load(0, room.features);
    room.network.predict(1, logits);
    return room.network;
  }

  /** What a thread needs to predict on one row. */
  private record OneRow(FeatureRow features, Network network) {}

  private OneRow room(String backend) {
    ThreadLocal<OneRow> perThread = rooms;
    if (perThread == null) {
      synchronized (weights) {
        if (rooms == null) {
          rooms =
              ThreadLocal.withInitial(
                  () -> {
                    Network made = Network.forPrediction(topology, Backends.get(backend), 1);
                    made.setWeights(weights);
                    return new OneRow(new FeatureRow(topology.inputs(), scaling), made);
                  });
        }
        perThread = rooms;
      }
    }
    return perThread.get();
  }

  /**
   * Appends columns to a DataFrame, lazily.
   *
   * @param schema of the result: the columns of the input, then those that {@code outputs} writes
   */
  Dataset<Row> transform(
      Dataset<?> dataset, StructType schema, MLPParams params, BatchPredictor.Outputs outputs) {
    BatchPredictor predictor =
        new BatchPredictor(
            JavaSparkContext.fromSparkContext(dataset.sparkSession().sparkContext())
                .broadcast(weights),
            topology,
            scaling,
            params.getBackend(),
            params.getFeaturesCol(),
            dataset.schema().fieldIndex(params.getFeaturesCol()),
            outputs);
    return withNamesAndMetadata(
        dataset.toDF().mapPartitions(predictor, Encoders.row(withPlainNames(schema))), schema);
  }

  /**
   * Unique names, for mapPartitions to find columns by, even where the input has dots or the same
   * name twice.
   */
  private static StructType withPlainNames(StructType schema) {
    StructType plain = new StructType();
    for (StructField field : schema.fields()) {
      plain = plain.add("_" + plain.size(), field.dataType(), field.nullable());
    }
    return plain;
  }

  /**
   * mapPartitions forgets what Spark ML keeps in the metadata of columns (names of classes, sizes
   * of vectors).
   */
  private static Dataset<Row> withNamesAndMetadata(Dataset<Row> rows, StructType schema) {
    Column[] columns = new Column[schema.size()];
    for (int i = 0; i < columns.length; i++) {
      StructField field = schema.fields()[i];
      columns[i] = col("_" + i).as(field.name(), field.metadata());
    }
    return rows.select(columns);
  }
}
