package org.sparkmlp.study;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkmlp.util.CounterRandom;

/**
 * Rows of standard normal features, labelled by a network of random weights: class k has the
 * largest of the outputs V tanh(W x), W and V standard normal, W over the root of the number of
 * features. The same numbers everywhere.
 *
 * @param training rows, which come first
 * @param test rows
 * @param units of the network's hidden layer
 */
record TeacherRows(int training, int test, int features, int classes, int units) {
  static final String LABEL = "label";
  static final String FEATURES = "features";

  /** Column that marks test rows. */
  static final String TEST = "test";

  private static final int PURPOSE = 0x74656163;
  private static final int ROWS = 0;
  private static final int HIDDEN = 1;
  private static final int OUTPUT = 2;

  private static double gaussian(int what, int i, int j) {
    return CounterRandom.gaussian(
        CounterRandom.hash(1, PURPOSE, what, i, 2 * j),
        CounterRandom.hash(1, PURPOSE, what, i, 2 * j + 1));
  }

  double[] row(int number) {
    double[] x = new double[features];
    for (int j = 0; j < features; j++) {
      x[j] = gaussian(ROWS, number, j);
    }
    return x;
  }

  int label(double[] x) {
    double[] hidden = new double[units];
    for (int u = 0; u < units; u++) {
      double sum = 0;
      for (int j = 0; j < features; j++) {
        sum += gaussian(HIDDEN, u, j) * x[j];
      }
      hidden[u] = StrictMath.tanh(sum / Math.sqrt(features));
    }
    int best = 0;
    double most = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < classes; k++) {
      double sum = 0;
      for (int u = 0; u < units; u++) {
        sum += gaussian(OUTPUT, k, u) * hidden[u];
      }
      if (sum > most) {
        most = sum;
        best = k;
      }
    }
    return best;
  }

  Dataset<Row> frame(SparkSession spark) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < training + test; i++) {
      double[] x = row(i);
      rows.add(RowFactory.create((double) label(x), Vectors.dense(x), i >= training));
    }
    StructType schema =
        new StructType()
            .add(LABEL, DataTypes.DoubleType, false)
            .add(FEATURES, SQLDataTypes.VectorType(), false)
            .add(TEST, DataTypes.BooleanType, false);
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    return spark.createDataFrame(context.parallelize(rows), schema);
  }
}
