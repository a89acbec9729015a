package org.sparkmlp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * DataFrames for tests. They lie in RDDs: a LocalRelation would be evaluated on the driver and hide
 * what can't travel.
 */
public final class Frames {
  public static final StructType LABELED =
      new StructType()
          .add("label", DataTypes.DoubleType, false)
          .add("features", SQLDataTypes.VectorType(), false);

  private Frames() {}

  public static Dataset<Row> of(
      SparkSession spark, List<Row> rows, StructType schema, int partitions) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    return spark.createDataFrame(context.parallelize(rows, partitions), schema);
  }

  /** The four corners of the square, {@code copies} times. */
  public static Dataset<Row> xor(SparkSession spark, int copies) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 4 * copies; i++) {
      int a = i & 1;
      int b = (i >> 1) & 1;
      rows.add(RowFactory.create((double) (a ^ b), Vectors.dense(a, b)));
    }
    return of(spark, rows, LABELED, 2);
  }

  /** Gaussian clouds around corners of a cube, one a class. */
  public static List<Row> clouds(Random random, int n, int columns, int classes) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      int label = i % classes;
      double[] x = new double[columns];
      for (int j = 0; j < columns; j++) {
        x[j] = random.nextGaussian() * 0.4 + ((label >> (j % 4)) & 1);
      }
      rows.add(RowFactory.create((double) label, Vectors.dense(x)));
    }
    return rows;
  }

  public static Dataset<Row> clouds(SparkSession spark, int n, int columns, int classes) {
    return of(spark, clouds(new Random(17), n, columns, classes), LABELED, 3);
  }

  /** The 1,797 digits that ship with the project, pixels scaled to 0..1. */
  public static List<Row> digits() {
    List<Row> rows = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(
                    Frames.class.getResourceAsStream("/org/sparkmlp/data/digits.csv.gz")),
                StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] fields = line.split(",", -1);
        double[] x = new double[64];
        for (int j = 0; j < 64; j++) {
          x[j] = Double.parseDouble(fields[j]) / 16;
        }
        Vector features = Vectors.dense(x);
        rows.add(RowFactory.create(Double.parseDouble(fields[64]), features));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }
}
