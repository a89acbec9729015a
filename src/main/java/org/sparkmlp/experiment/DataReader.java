package org.sparkmlp.experiment;

import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.NumericType;
import org.sparkmlp.search.RowHash;
import org.sparkmlp.util.Check;

/** Reads the rows of an experiment, and divides them by what they are, never by where they lie. */
final class DataReader {
  /** Seeds of the two hashes, so that folds have nothing to do with the split. */
  private static final long SPLIT_SEED = 1;

  private static final long FOLD_SEED = 2;
  private static final long BUCKETS = 1L << 20;

  private final SparkSession spark;
  private final Inputs inputs;

  DataReader(SparkSession spark, Inputs inputs) {
    this.spark = spark;
    this.inputs = inputs;
  }

  /** Rows to train on and rows to test on. */
  record Parts(Dataset<Row> train, Dataset<Row> test) {}

  Parts read(DataConfig data) throws IOException {
    if (data.format().equals("idx")) {
      return new Parts(
          IdxData.read(spark, inputs, data.path(), data.label(), false),
          IdxData.read(spark, inputs, data.path(), data.label(), true));
    }
    Dataset<Row> rows = all(data);
    Column bucket = pmod(RowHash.of(rows, SPLIT_SEED), lit(BUCKETS));
    long limit = Math.round(data.testFraction() * BUCKETS);
    return new Parts(rows.filter(bucket.geq(limit)), rows.filter(bucket.lt(limit)));
  }

  /** All rows of a source that isn't divided by nature. */
  Dataset<Row> all(DataConfig data) throws IOException {
    Dataset<Row> rows =
        switch (data.format()) {
          case "digits" -> Datasets.digits(spark, data.label());
          case "libsvm" -> load(data);
          case "idx" -> IdxData.read(spark, inputs, data.path(), data.label(), true);
          default -> assemble(load(data), data);
        };
    return data.format().equals("libsvm") && !data.label().equals("label")
        ? rows.withColumnRenamed("label", data.label())
        : rows;
  }

  private Dataset<Row> load(DataConfig data) {
    DataFrameReader reader = spark.read().options(data.options());
    if (data.format().equals("csv")) {
      for (String option : List.of("header", "inferSchema")) {
        reader = data.options().containsKey(option) ? reader : reader.option(option, true);
      }
    }
    return reader.format(data.format()).load(data.path());
  }

  /** Makes one vector of the feature columns, unless there is one. */
  private static Dataset<Row> assemble(Dataset<Row> rows, DataConfig data) {
    List<String> features = data.features();
    List<String> names = Arrays.asList(rows.columns());
    if (features.equals(List.of("*"))) {
      features =
          Arrays.stream(rows.schema().fields())
              .filter(
                  field ->
                      field.dataType() instanceof NumericType && !field.name().equals(data.label()))
              .map(field -> field.name())
              .toList();
      Check.that(
          !features.isEmpty(), "data.features = *: there is no numeric column but the label");
    }
    if (features.size() == 1
        && (!names.contains(features.get(0)) || isVector(rows, features.get(0)))) {
      return rows; // a vector already, or made by a stage
    }
    for (String feature : features) {
      Check.that(
          names.contains(feature),
          "data.features: there is no column '%s'; the columns are %s",
          feature,
          String.join(", ", names));
      Check.that(
          feature.indexOf('.') < 0,
          "data.features: the column '%s' has a dot in its name, which Spark takes for a field of a struct; rename it in"
              + " the file",
          feature);
    }
    return new VectorAssembler()
        .setInputCols(features.toArray(String[]::new))
        .setOutputCol("features")
        .transform(rows);
  }

  private static boolean isVector(Dataset<Row> rows, String column) {
    return rows.schema().apply(column).dataType().equals(SQLDataTypes.VectorType());
  }

  /** The number of a fold for each row, from its content. */
  static Column fold(Dataset<Row> rows, int folds) {
    return RowHash.fold(rows, folds, FOLD_SEED);
  }
}
