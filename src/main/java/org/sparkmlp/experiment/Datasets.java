package org.sparkmlp.experiment;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Data that travels inside the jar. */
public final class Datasets {
  private static final String DIGITS = "/org/sparkmlp/data/digits.csv.gz";
  private static final int PIXELS = 64;

  private Datasets() {}

  /**
   * 1,797 handwritten digits: columns {@code label} (0.0 to 9.0) and {@code features} (64 pixels, 0
   * to 16).
   *
   * <p>The test part of UCI's Optical Recognition of Handwritten Digits (E. Alpaydin, C. Kaynak,
   * 1998; CC BY 4.0).
   */
  public static Dataset<Row> digits(SparkSession spark) {
    return digits(spark, "label");
  }

  static Dataset<Row> digits(SparkSession spark, String label) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    int partitions = context.defaultParallelism();
    // tasks read the rows that are in their jar, which else would travel with each of them
    JavaRDD<Row> rows =
        context
            .parallelize(IntStream.range(0, partitions).boxed().toList(), partitions)
            .flatMap(part -> part(part, partitions));
    return spark.createDataFrame(rows, schema(label));
  }

  private static Iterator<Row> part(int part, int partitions) {
    List<double[]> all = Read.ROWS;
    int from = (int) ((long) all.size() * part / partitions);
    int to = (int) ((long) all.size() * (part + 1) / partitions);
    return all.subList(from, to).stream()
        .map(
            numbers ->
                RowFactory.create(numbers[PIXELS], Vectors.dense(Arrays.copyOf(numbers, PIXELS))))
        .iterator();
  }

  /** Read once in a JVM. */
  private static final class Read {
    static final List<double[]> ROWS = digitRows();
  }

  /** The digits without Spark: 64 pixels, then the label, a row. */
  public static List<double[]> digitRows() {
    try (InputStream in = Datasets.class.getResourceAsStream(DIGITS);
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(in), StandardCharsets.US_ASCII))) {
      return lines
          .lines()
          .map(
              line -> Arrays.stream(line.split(",", -1)).mapToDouble(Double::parseDouble).toArray())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a damaged jar
    }
  }

  /** A label and a vector of features. */
  static StructType schema(String label) {
    return new StructType()
        .add(label, DataTypes.DoubleType, false)
        .add("features", SQLDataTypes.VectorType(), false);
  }
}
