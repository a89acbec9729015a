package org.sparkmlp.cluster;

import org.apache.spark.sql.catalyst.InternalRow;

/**
 * Says what is wrong with a row, in a sentence that names column, value and what to do; null if
 * nothing is.
 */
final class RowProblem {
  /** Within these, sums of weights and their inverses are floats. */
  private static final double LEAST_WEIGHT = 1e-20;

  private static final double MOST_WEIGHT = 1e20;

  private RowProblem() {}

  /** Looks at label, weight and mark, and leaves the label with its reader. */
  static String of(Columns columns, InternalRow row, TargetReader targets) {
    String label = targets.read(row);
    if (label != null) {
      return label;
    }
    String weight = ofWeight(columns, row);
    return weight != null ? weight : ofValidation(columns, row);
  }

  private static String ofWeight(Columns columns, InternalRow row) {
    if (row.isNullAt(Columns.WEIGHT)) {
      return "column '"
          + columns.weight()
          + "' has a null weight; fill it, with 1 or with 0 to leave the row out";
    }
    double weight = row.getDouble(Columns.WEIGHT);
    if (weight != 0 && !(weight >= LEAST_WEIGHT && weight <= MOST_WEIGHT)) {
      return "column '"
          + columns.weight()
          + "' has the weight "
          + weight
          + ", but weights must be 0 or lie between "
          + LEAST_WEIGHT
          + " and "
          + MOST_WEIGHT;
    }
    return null;
  }

  private static String ofValidation(Columns columns, InternalRow row) {
    return row.isNullAt(Columns.VALIDATION)
        ? "column '"
            + columns.validation()
            + "' has a null; it must say true (validation) or false (training)"
        : null;
  }
}
