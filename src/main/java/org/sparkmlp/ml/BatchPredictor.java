package org.sparkmlp.ml;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.sparkmlp.backend.Backends;
import org.sparkmlp.cluster.FeatureReader;
import org.sparkmlp.data.FeatureRow;
import org.sparkmlp.data.Scaling;
import org.sparkmlp.nn.Network;
import org.sparkmlp.nn.Topology;

/**
 * Appends predictions to the rows of a partition, a batch of rows at a time, so that they are
 * matrix products.
 */
final class BatchPredictor implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1;

  private static final int ROWS_AT_ONCE = 256;

  private final Broadcast<float[]> weights;
  private final Topology topology;
  private final Scaling scaling;
  private final String backend;
  private final String featuresCol;
  private final int featuresAt;
  private final Outputs outputs;

  /**
   * Which columns to append, in this order.
   *
   * @param thresholds of the classes, or null
   */
  record Outputs(boolean raw, boolean probability, boolean prediction, double[] thresholds)
      implements java.io.Serializable {
    int count() {
      return (raw ? 1 : 0) + (probability ? 1 : 0) + (prediction ? 1 : 0);
    }
  }

  /**
   * @param scaling what features are standardized by, or null
   */
  BatchPredictor(
      Broadcast<float[]> weights,
      Topology topology,
      Scaling scaling,
      String backend,
      String featuresCol,
      int featuresAt,
      Outputs outputs) {
    this.weights = weights;
    this.topology = topology;
    this.scaling = scaling;
    this.backend = backend;
    this.featuresCol = featuresCol;
    this.featuresAt = featuresAt;
    this.outputs = outputs;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    int rowsAtOnce = topology.rowsAtOnce(ROWS_AT_ONCE);
    Network network = Network.forPrediction(topology, Backends.get(backend), rowsAtOnce);
    network.setWeights(weights.value());
    return new Predictions(rows, network);
  }

  private final class Predictions implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final Network network;
    private final Scores scores = new Scores(topology);
    private final List<Row> batch = new ArrayList<>();
    private final FeatureRow features = new FeatureRow(topology.inputs(), scaling);
    private final float[] logits;
    private int at;

    Predictions(Iterator<Row> rows, Network network) {
      this.rows = rows;
      this.network = network;
      this.logits = new float[network.capacity() * topology.outputs()];
    }

    @Override
    public boolean hasNext() {
      return at < batch.size() || rows.hasNext();
    }

    @Override
    public Row next() {
      if (at == batch.size()) {
        if (!rows.hasNext()) {
          throw new NoSuchElementException();
        }
        fill();
      }
      Row row = append(batch.get(at), at * topology.outputs());
      at++;
      return row;
    }

    private void fill() {
      batch.clear();
      at = 0;
      while (batch.size() < network.capacity() && rows.hasNext()) {
        Row row = rows.next();
        String problem = FeatureReader.read(featuresCol, row.getAs(featuresAt), features);
        if (problem != null) {
          throw new IllegalArgumentException(problem);
        }
        network.load(batch.size(), features);
        batch.add(row);
      }
      network.predict(batch.size(), logits);
    }

    private Row append(Row row, int offset) {
      double[] raw = scores.raw(logits, offset);
      double[] probability = raw.clone();
      scores.probabilityInPlace(probability);
      Object[] values = new Object[row.size() + outputs.count()];
      int i = 0;
      for (; i < row.size(); i++) {
        values[i] = row.get(i);
      }
      if (outputs.raw) {
        values[i++] = Vectors.dense(raw);
      }
      if (outputs.probability) {
        values[i++] = Vectors.dense(probability);
      }
      if (outputs.prediction) {
        values[i] = Scores.prediction(raw, probability, outputs.thresholds);
      }
      return RowFactory.create(values);
    }
  }
}
