package org.sparkmlp.search;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.rint;
import static org.apache.spark.sql.functions.when;

import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructType;
import org.sparkmlp.util.Check;

/**
 * A user's column of folds. As CrossValidator's it has whole numbers from 0 to numFolds - 1; they
 * may be of any type of numbers.
 */
final class FoldColumn {
  private FoldColumn() {}

  /** The folds as a column of whole numbers. */
  static Column of(Dataset<?> rows, String foldCol) {
    return rows.col(quoted(foldCol)).cast("int");
  }

  private static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }

  /**
   * Checks its type.
   *
   * @param foldCol empty for none
   * @throws IllegalArgumentException if there is no such column, or not of numbers
   */
  static void check(StructType schema, String foldCol) {
    if (foldCol.isEmpty()) {
      return;
    }
    Check.that(
        List.of(schema.fieldNames()).contains(foldCol),
        "foldCol = %s is no column; the columns are %s",
        foldCol,
        String.join(", ", schema.fieldNames()));
    DataType type = schema.apply(foldCol).dataType();
    Check.that(
        type instanceof NumericType,
        "foldCol = %s must be a column of whole numbers, but its type is %s; make one of it with StringIndexer or a cast",
        foldCol,
        type.simpleString());
  }

  /**
   * Checks its values.
   *
   * @param foldCol empty for none
   * @throws IllegalArgumentException if a row has no fold, or a fold no rows
   */
  static void check(Dataset<Row> rows, String foldCol, int numFolds) {
    if (foldCol.isEmpty()) {
      return;
    }
    Column fold = col(quoted(foldCol));
    Row found =
        rows.agg(
                count(lit(1)),
                count(when(fold.isNull(), 1)),
                count(when(fold.cast("double").notEqual(rint(fold)), 1)),
                countDistinct(fold),
                min(fold),
                max(fold))
            .first();
    Check.that(found.getLong(0) > 0, "there are no rows, so foldCol = %s has no folds", foldCol);
    Check.that(
        found.getLong(1) == 0,
        "foldCol = %s is null in %d of %d rows; every row needs a fold, from 0 to numFolds - 1 = %d",
        foldCol,
        found.getLong(1),
        found.getLong(0),
        numFolds - 1);
    boolean whole = found.getLong(2) == 0;
    double least = ((Number) found.get(4)).doubleValue();
    double most = ((Number) found.get(5)).doubleValue();
    Check.that(
        whole && least >= 0 && most < numFolds,
        "foldCol = %s must have whole numbers from 0 to numFolds - 1 = %d, but has %s%s to %s",
        foldCol,
        numFolds - 1,
        whole ? "" : "fractions, from ",
        found.get(4),
        found.get(5));
    Check.that(
        found.getLong(3) == numFolds,
        "foldCol = %s has rows in %d of the folds 0 to numFolds - 1 = %d only; every fold needs some, so set numFolds to"
            + " what the column has (at least 2)",
        foldCol,
        found.getLong(3),
        numFolds - 1);
  }
}
