package org.sparkmlp.search;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.MapType;

/** Divides rows by what they are, never by where they lie. Equal rows stay together. */
public final class RowHash {
  private static final long BUCKETS = 1L << 20;

  private RowHash() {}

  /** A hash of all columns (but maps, which Spark doesn't hash). */
  public static Column of(Dataset<?> rows, long seed) {
    List<Column> columns = new ArrayList<>(List.of(lit(seed)));
    Arrays.stream(rows.schema().fields())
        .filter(field -> !(field.dataType() instanceof MapType))
        .forEach(field -> columns.add(col("`" + field.name().replace("`", "``") + "`")));
    return xxhash64(columns.toArray(Column[]::new));
  }

  /** The number of a fold, 0 to folds - 1, for each row. */
  public static Column fold(Dataset<?> rows, int folds, long seed) {
    return pmod(of(rows, seed), lit((long) folds)).cast("int");
  }

  /**
   * Whether a row is among a share of all, about. The rows of a smaller share are among those of a
   * larger one.
   */
  public static Column within(Dataset<?> rows, double share, long seed) {
    return bucket(rows, seed).lt(lit(bound(share)));
  }

  /** A row is among a share if this whole number is below the share's {@link #bound}. */
  static Column bucket(Dataset<?> rows, long seed) {
    return pmod(of(rows, seed), lit(BUCKETS)).cast("int");
  }

  static int bound(double share) {
    return (int) Math.round(share * BUCKETS);
  }
}
