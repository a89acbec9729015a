package org.sparkmlp.cluster;

import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.catalyst.InternalRow;
import org.sparkmlp.util.Check;

/**
 * A first look at labels and weights: what must be known, or refused, before rows are packed. One
 * Spark job.
 */
public final class Survey implements Serializable {
  private static final long serialVersionUID = 1;

  private long trainingRows;
  private long validationRows;
  private long rows;
  private double maxLabel = -1;
  private String problem;

  private Survey() {}

  /**
   * Looks at every row.
   *
   * @param numClasses labels must be below it; 0 if that isn't known yet
   * @throws IllegalArgumentException if a label, weight or mark is bad, or if there is nothing to
   *     train on
   */
  public static Survey of(Dataset<?> dataset, Columns columns, int numClasses) {
    Survey survey =
        Columns.rows(columns.withoutFeatures(dataset))
            .mapPartitions(rows -> new Survey().look(rows, columns, numClasses))
            .fold(new Survey(), Survey::merge);
    Check.that(survey.problem == null, "%s", survey.problem);
    Check.that(survey.rows > 0, "the DataFrame is empty: there is nothing to train on");
    Check.that(
        survey.trainingRows > 0,
        "no row is left to train on: of %d rows %d are for validation and all others have weight 0%s",
        survey.rows,
        survey.validationRows,
        columns.weight() == null ? "" : " in column '" + columns.weight() + "'");
    return survey;
  }

  private Iterator<Survey> look(Iterator<InternalRow> all, Columns columns, int numClasses) {
    while (all.hasNext() && problem == null) {
      InternalRow row = all.next();
      rows++;
      problem = RowProblem.of(columns, row, numClasses);
      if (problem == null) {
        maxLabel = Math.max(maxLabel, row.getDouble(Columns.LABEL));
        if (row.getDouble(Columns.WEIGHT) == 0) {
          continue;
        }
        if (row.getBoolean(Columns.VALIDATION)) {
          validationRows++;
        } else {
          trainingRows++;
        }
      }
    }
    return List.of(this).iterator();
  }

  private Survey merge(Survey other) {
    rows += other.rows;
    trainingRows += other.trainingRows;
    validationRows += other.validationRows;
    maxLabel = Math.max(maxLabel, other.maxLabel);
    problem = problem != null ? problem : other.problem;
    return this;
  }

  /** Rows that count in training: neither for validation nor of weight 0. */
  public long trainingRows() {
    return trainingRows;
  }

  /** Rows that count in validation: not those of weight 0. */
  public long validationRows() {
    return validationRows;
  }

  /** The largest label of all rows. */
  public int maxLabel() {
    return (int) Math.min(maxLabel, Integer.MAX_VALUE - 1);
  }
}
