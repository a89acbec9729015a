package org.sparkmlp.ml;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkmlp.nn.Topology;
import scala.collection.immutable.ArraySeq;

/**
 * The columns of {@link MLPMultiLabelClassificationModel}, as far as they are wanted: probability,
 * prediction.
 */
record MultiLabelColumns(
    Topology topology, boolean probability, boolean prediction, double threshold)
    implements BatchPredictor.Outputs {
  /**
   * Appends the columns that have names to a schema.
   *
   * @param numLabels size of probabilities; 0 if that isn't known yet
   */
  static StructType append(StructType schema, MLPMultiLabelParams p, int numLabels) {
    List<String> names =
        Stream.of(p.getProbabilityCol(), p.getPredictionCol())
            .filter(name -> !name.isEmpty())
            .toList();
    SchemaCheck.free(schema, names);
    SchemaCheck.different(names);
    StructType all = schema;
    if (!p.getProbabilityCol().isEmpty()) {
      all = all.add(MultiOutputColumns.vector(p.getProbabilityCol(), numLabels));
    }
    return p.getPredictionCol().isEmpty()
        ? all
        : all.add(
            p.getPredictionCol(), DataTypes.createArrayType(DataTypes.DoubleType, false), false);
  }

  @Override
  public int count() {
    return (probability ? 1 : 0) + (prediction ? 1 : 0);
  }

  @Override
  public void write(Row row, BatchPredictor.Computed computed, Object[] values, int at) {
    double[] p = probabilities(topology, computed.logits(), computed.logitsAt());
    int i = at;
    if (probability) {
      values[i++] = Vectors.dense(p);
    }
    if (prediction) {
      values[i] = ArraySeq.unsafeWrapArray(ids(p, threshold));
    }
  }

  static double[] probabilities(Topology topology, float[] logits, int at) {
    double[] z = new double[topology.outputs()];
    Arrays.setAll(z, k -> logits[at + k]);
    double[] p = new double[z.length];
    topology.loss().link(z, p);
    return p;
  }

  /** The ids whose probability is larger than the threshold. */
  static double[] ids(double[] probabilities, double threshold) {
    return IntStream.range(0, probabilities.length)
        .filter(k -> probabilities[k] > threshold)
        .asDoubleStream()
        .toArray();
  }
}
