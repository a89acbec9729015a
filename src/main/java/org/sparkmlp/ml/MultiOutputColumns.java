package org.sparkmlp.ml;

import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of {@link MLPMultiOutputRegressionModel}, as far as they are wanted: prediction,
 * reconstruction error, encoding.
 *
 * @param featuresAt where the features are in a row, which an error compares with
 * @param hiddenLayer the layer to show; 0 for none
 */
record MultiOutputColumns(
    ValueScores scores, boolean prediction, boolean error, int featuresAt, int hiddenLayer)
    implements BatchPredictor.Outputs {
  /**
   * Appends the columns that have names to a schema.
   *
   * @param outputs size of predictions, and {@code encoded} of encodings; 0 if that isn't known yet
   */
  static StructType append(StructType schema, MLPMultiOutputParams p, int outputs, int encoded) {
    List<String> names =
        Stream.of(p.getPredictionCol(), p.getErrorCol(), p.getEncodedCol())
            .filter(name -> !name.isEmpty())
            .toList();
    SchemaCheck.free(schema, names);
    SchemaCheck.different(names);
    StructType all = schema;
    if (!p.getPredictionCol().isEmpty()) {
      all = all.add(vector(p.getPredictionCol(), outputs));
    }
    if (!p.getErrorCol().isEmpty()) {
      all = all.add(p.getErrorCol(), DataTypes.DoubleType, false);
    }
    return p.getEncodedCol().isEmpty() ? all : all.add(vector(p.getEncodedCol(), encoded));
  }

  /** Spark ML keeps the size of vectors in metadata. */
  static StructField vector(String name, int size) {
    return size == 0
        ? DataTypes.createStructField(name, SQLDataTypes.VectorType(), false)
        : new AttributeGroup(name, size).toStructField();
  }

  @Override
  public int count() {
    return (prediction ? 1 : 0) + (error ? 1 : 0) + (hiddenLayer > 0 ? 1 : 0);
  }

  @Override
  public void write(Row row, BatchPredictor.Computed computed, Object[] values, int at) {
    double[] predicted = scores.values(computed.logits(), computed.logitsAt());
    int i = at;
    if (prediction) {
      values[i++] = Vectors.dense(predicted);
    }
    if (error) {
      values[i++] = scores.error(predicted, row.<Vector>getAs(featuresAt).toArray());
    }
    if (hiddenLayer > 0) {
      values[i] = Vectors.dense(computed.hidden());
    }
  }
}
