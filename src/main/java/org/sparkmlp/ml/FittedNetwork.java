package org.sparkmlp.ml;

import static org.apache.spark.sql.functions.col;

import java.io.Serializable;
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
import org.sparkmlp.nn.Network;
import org.sparkmlp.nn.Topology;
import org.sparkmlp.util.Check;

/** The trained network of a model, which takes single vectors or DataFrames through it. */
final class FittedNetwork implements Serializable {
  private static final long serialVersionUID = 1;

  private final Topology topology;
  private final float[] weights;
  private transient volatile ThreadLocal<Network> networks;

  /** Takes the weights over, without a copy. */
  FittedNetwork(Topology topology, float[] weights) {
    this.topology = topology;
    this.weights = weights;
  }

  Topology topology() {
    return topology;
  }

  /** Not to be changed. */
  float[] weights() {
    return weights;
  }

  /** A copy of all weights as one vector. */
  Vector weightsAsVector() {
    double[] values = new double[weights.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = weights[i];
    }
    return Vectors.dense(values);
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
    float[] row = new float[topology.inputs()];
    String problem = FeatureReader.read(params.getFeaturesCol(), features, row);
    Check.that(problem == null, "%s", problem);
    Network network = network(params.getBackend());
    network.load(0, row);
    network.predict(1, logits);
    return network;
  }

  /** A network of one row for this thread. */
  private Network network(String backend) {
    ThreadLocal<Network> perThread = networks;
    if (perThread == null) {
      synchronized (weights) {
        if (networks == null) {
          networks =
              ThreadLocal.withInitial(
                  () -> {
                    Network made = Network.forPrediction(topology, Backends.get(backend), 1);
                    made.setWeights(weights);
                    return made;
                  });
        }
        perThread = networks;
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
