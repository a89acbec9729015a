package org.sparkmlp.cluster;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.ml.util.MetadataUtils;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.sparkmlp.data.Holdout;
import org.sparkmlp.util.Check;
import scala.Option;
import scala.reflect.ClassTag$;

/**
 * The columns that training reads.
 *
 * @param weight name of the weight column, or null if every row weighs 1
 * @param validation name of the boolean column that marks validation rows, or null if there are
 *     none
 */
public record Columns(String features, String label, String weight, String validation)
    implements Serializable {
  static final int LABEL = 0;
  static final int WEIGHT = 1;
  static final int VALIDATION = 2;
  static final int FEATURES = 3;

  /**
   * The number of features, of the column's metadata or the first row.
   *
   * @throws IllegalArgumentException if there is none
   */
  int numFeatures(Dataset<?> dataset) {
    Option<Object> known = MetadataUtils.getNumFeatures(dataset.schema().apply(features));
    int found;
    if (known.isDefined()) {
      found = (Integer) known.get();
    } else {
      // by a job of this thread: Spark SQL's go on in others when this one is interrupted
      List<Integer> first =
          rows(dataset.select(features).na().drop())
              .map(row -> FeatureReader.Numbers.of(row, 0).size())
              .take(1);
      Check.that(
          !first.isEmpty(), "the DataFrame is empty, or column '%s' has nulls only", features);
      found = first.get(0);
    }
    Check.that(found > 0, "column '%s' has vectors without features", features);
    return found;
  }

  /** Label, weight and validation mark of each row; what the features are made of is not read. */
  Dataset<Row> withoutFeatures(Dataset<?> dataset) {
    return dataset.select(
        label(dataset),
        weight == null ? lit(1.0) : col(weight).cast("double"),
        validation == null ? lit(false) : col(validation));
  }

  /** Label, weight, validation mark and features of each row. */
  Dataset<Row> withFeatures(Dataset<?> dataset) {
    return dataset.select(
        label(dataset),
        weight == null ? lit(1.0) : col(weight).cast("double"),
        validation == null ? lit(false) : col(validation),
        col(features));
  }

  /** Numbers and arrays of them as doubles, vectors as they are. */
  private Column label(Dataset<?> dataset) {
    DataType type = dataset.schema().apply(label).dataType();
    return type instanceof ArrayType
        ? col(label).cast("array<double>")
        : type instanceof NumericType ? col(label).cast("double") : col(label);
  }

  /** Whether a row with features is for validation: marked, or held out by its content. */
  static boolean isValidation(InternalRow row, Holdout holdout) {
    if (row.getBoolean(VALIDATION) || !holdout.isOn()) {
      return row.getBoolean(VALIDATION);
    }
    FeatureReader.Numbers vector = FeatureReader.Numbers.of(row, FEATURES);
    return holdout.takes(vector.indices(), vector.values());
  }

  /**
   * The rows as Spark's operators hand them over: no object is made of a field. A row is only valid
   * until the next is asked for.
   */
  static JavaRDD<InternalRow> rows(Dataset<Row> dataset) {
    return JavaRDD.fromRDD(
        dataset.queryExecution().toRdd(), ClassTag$.MODULE$.apply(InternalRow.class));
  }
}
