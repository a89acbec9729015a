package org.sparkmlp.ml;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
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

  /** The columns to append. */
  interface Outputs extends Serializable {
    /** How many there are. */
    int count();

    /** The hidden layer whose values are needed too, or 0. */
    default int hiddenLayer() {
      return 0;
    }

    /**
     * Writes the values of a row.
     *
     * @param row as it came
     * @param values to be filled from {@code at} on
     */
    void write(Row row, Computed computed, Object[] values, int at);
  }

  /**
   * What the network has computed of a row, among others of its batch.
   *
   * @param logits where those of the row begin at {@code logitsAt}
   * @param hiddenValues where those of the row, {@code hiddenUnits} of them, begin at {@code
   *     hiddenAt}
   */
  record Computed(
      float[] logits, int logitsAt, float[] hiddenValues, int hiddenAt, int hiddenUnits) {
    /** The values of the hidden layer. */
    double[] hidden() {
      double[] values = new double[hiddenUnits];
      Arrays.setAll(values, k -> hiddenValues[hiddenAt + k]);
      return values;
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
    private final List<Row> batch = new ArrayList<>();
    private final FeatureRow features = new FeatureRow(topology.inputs(), scaling);
    private final float[] logits;
    private final int hiddenUnits;
    private final float[] hidden;
    private int at;

    Predictions(Iterator<Row> rows, Network network) {
      this.rows = rows;
      this.network = network;
      this.logits = new float[network.capacity() * topology.outputs()];
      int layer = outputs.hiddenLayer();
      this.hiddenUnits = layer == 0 ? 0 : topology.units(layer);
      this.hidden = new float[network.capacity() * hiddenUnits];
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
      Row row = append(batch.get(at));
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
      if (hiddenUnits > 0) {
        network.values(outputs.hiddenLayer(), batch.size(), hidden);
      }
    }

    private Row append(Row row) {
      Object[] values = new Object[row.size() + outputs.count()];
      for (int i = 0; i < row.size(); i++) {
        values[i] = row.get(i);
      }
      Computed computed =
          new Computed(logits, at * topology.outputs(), hidden, at * hiddenUnits, hiddenUnits);
      outputs.write(row, computed, values, row.size());
      return RowFactory.create(values);
    }
  }
}
