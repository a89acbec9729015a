package org.sparkmlp.search;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.udf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.storage.StorageLevel;
import org.sparkmlp.cluster.KeptRows;
import org.sparkmlp.util.Check;
import org.sparkmlp.util.Interrupts;

/**
 * The rows of a search by folds and shares. They are cached as long as it lasts, so that their
 * columns are read and hashed once and not for each fold of each rung; rows that somebody has
 * cached with their folds, as another search on the same ones may have, are left to him.
 */
final class FoldRows implements AutoCloseable {
  private final Dataset<Row> rows;
  private final String foldCol;
  private final String orderCol;
  private final boolean ordered;
  private final boolean cached; // here, and not by somebody before
  private final int folds;
  private final Map<Integer, Dataset<Row>> validation = new HashMap<>();
  private final List<KeptRows> kept = new ArrayList<>();
  private long[] sizes; // null: not counted yet

  /**
   * @param foldCol column of whole numbers from 0 to folds - 1
   * @param ordered whether shares of rows are asked for
   */
  FoldRows(Dataset<Row> rows, String foldCol, int folds, boolean ordered) {
    this.foldCol = foldCol;
    this.orderCol = foldCol + "_order";
    this.ordered = ordered;
    this.folds = folds;
    this.rows =
        ordered ? rows.withColumn(orderCol, Resource.order(rows.drop(foldCol))) : rows.toDF();
    this.cached = this.rows.storageLevel().equals(StorageLevel.NONE());
    if (cached) {
      this.rows.persist(StorageLevel.MEMORY_AND_DISK());
    }
  }

  /** All, as the stages see them. */
  Dataset<Row> all() {
    return seen(rows);
  }

  /**
   * The number of rows of a fold, from 1 on.
   *
   * @throws IllegalArgumentException if a fold has none
   */
  long size(int fold) {
    if (sizes == null) {
      // a job of this thread: Spark SQL's go on in others when this one is interrupted, and cache
      // again what was given up
      sizes =
          rows.select(foldCol)
              .javaRDD()
              .aggregate(new long[folds], FoldRows::counted, FoldRows::summed);
      for (int number = 1; number <= folds; number++) {
        Check.that(
            sizes[number - 1] > 0,
            "fold %d of %d has no rows; equal rows are in the same fold, so there may be too few different ones:"
                + " take fewer folds, or a column of your own (foldCol)",
            number,
            folds);
      }
    }
    return sizes[fold - 1];
  }

  private static long[] counted(long[] sizes, Row row) {
    sizes[row.getInt(0)]++;
    return sizes;
  }

  private static long[] summed(long[] a, long[] b) {
    Arrays.setAll(a, i -> a[i] + b[i]);
    return a;
  }

  /** A share of the rows that a fold trains on. */
  Dataset<Row> training(int fold, double share) {
    return some(new Choice(fold - 1, false, RowHash.bound(share)));
  }

  /** The rows that judge what was trained; what is packed of them is kept to the end. */
  Dataset<Row> validation(int fold) {
    return validation.computeIfAbsent(
        fold,
        number -> {
          Dataset<Row> own = some(new Choice(fold - 1, true, RowHash.bound(1)));
          kept.add(KeptRows.of(own));
          return own;
        });
  }

  /**
   * Which rows to take. Not an expression of Spark's, whose numbers would be in the code that Spark
   * generates and compiles, anew for each fold and rung.
   *
   * @param inside whether it is the rows of the fold or all others
   * @param bound of the order
   */
  private record Choice(int fold, boolean inside, int bound)
      implements UDF2<Integer, Integer, Boolean> {
    @Override
    public Boolean call(Integer rowFold, Integer order) {
      return (rowFold == fold) == inside && order < bound;
    }
  }

  private Dataset<Row> some(Choice choice) {
    Column order = ordered ? col(orderCol) : lit(0);
    return seen(rows.where(udf(choice, DataTypes.BooleanType).apply(col(foldCol), order)));
  }

  /** A stage that takes all columns, as RFormula("y ~ ."), must not get the folds. */
  private Dataset<Row> seen(Dataset<Row> some) {
    return some.drop(foldCol, orderCol);
  }

  /** Also on a thread that was interrupted, where Spark would forget the rows without freeing. */
  @Override
  public void close() {
    Interrupts.withheld(
        () -> {
          kept.forEach(KeptRows::close);
          if (cached) {
            rows.unpersist();
          }
        });
  }
}
